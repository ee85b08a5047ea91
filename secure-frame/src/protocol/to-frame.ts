/** What a page says. Apart from what it hears, so that no page loads what only frames read. */
import { elementAttributes, elementKind, validatorName } from './attributes.js';
import { batch, identifier, token } from './common.js';
import { dictionary, exactly, list, messages, nullable, optional, text } from './parsers.js';
import type { Parsed } from './parsers.js';

export const styles = optional(dictionary(text(64), text(512), 200));

/** page → element, over the port. */
export const pageToElement = messages({
  /** The first one is final for `kind`, `validator` and the constraints: changed later, they would probe the value. */
  configure: { kind: elementKind, attributes: elementAttributes, validator: optional(validatorName) },
  /** `hoverFocus` and the like: what two states at once do to what both set. */
  style: {
    base: styles,
    placeholder: styles,
    focus: styles,
    hover: styles,
    invalid: styles,
    hoverFocus: styles,
    hoverInvalid: styles,
    focusInvalid: styles,
  },
  show: { token: nullable(token) },
  validate: { requestId: identifier },
  tokenize: { requestId: identifier, batch },
  /** `reset` forgets what was typed and what is shown: a `show` may follow. */
  command: { command: exactly('focus', 'blur', 'select', 'clear', 'reset') },
});
export type PageToElement = Parsed<typeof pageToElement>;

/** page → controller. */
export const pageToController = messages({
  /** Tokens that the page is about to show, a token as often as it will be shown. Sent, maybe empty, on connecting. */
  prefetch: { tokens: list(token, 10_000) },
});
export type PageToController = Parsed<typeof pageToController>;
