import { elementAttributes, elementKind, validatorName } from './attributes.js';
import {
  bool,
  dictionary,
  exactly,
  integer,
  list,
  messages,
  nullable,
  optional,
  shape,
  text,
} from './guards.js';
import type { Guard, Guarded } from './guards.js';
import { frameProblemCodes } from './problem.js';
import type { Problem } from './problem.js';
import { isToken } from './token.js';

/** Version of every message here. A frame and a page with different versions ignore each other. */
export const protocolVersion = 1;

/** `name` of the page's hidden frames: how frames of the tokenizer tell the controller from one that renews it. */
export const controllerFrameName = 'lunasec-controller';
export const renewalFrameName = 'lunasec-renewal';

const identifier = text(64);
const token: Guard<string> = (value): value is string => isToken(value);
export const problem: Guard<Problem> = shape({ code: exactly(...frameProblemCodes), message: text(2000) });
export const styles = optional(dictionary(text(64), text(512), 200));

/** A form's submission: the controller sends one call when `size` members have reported. */
export const batch = shape({ id: identifier, size: integer(1, 100_000) });
export type Batch = Guarded<typeof batch>;

/** page window → frame window, with one MessagePort: the only message that a frame takes from a page's window. */
export const connectMessage = shape({ lunasec: exactly(protocolVersion), type: exactly('connect') });
export type ConnectMessage = Guarded<typeof connectMessage>;

/** page → element, over the port. */
export const pageToElement = messages({
  /** The first one is final for `kind`, `validator` and the constraints: changed later, they would probe the value. */
  configure: { kind: elementKind, attributes: elementAttributes, validator: optional(validatorName) },
  style: { base: styles, placeholder: styles, focus: styles, hover: styles, invalid: styles },
  show: { token: nullable(token) },
  validate: { requestId: identifier },
  tokenize: { requestId: identifier, batch },
  command: { command: exactly('focus', 'blur', 'clear') },
});
export type PageToElement = Guarded<typeof pageToElement>;

/** element → page. Tokens and states only: never a length or content. */
export const elementToPage = messages({
  ready: {},
  state: {
    filled: bool,
    /** Known when focus leaves the field and when the page asks; not at each key, which would tell keys apart. */
    valid: bool,
    dirty: bool,
    focused: bool,
    shown: exactly('none', 'loading', 'shown', 'failed'),
  },
  validated: { requestId: identifier, valid: bool },
  tokenized: { requestId: identifier, token: nullable(token) },
  failed: { requestId: identifier, problem },
  problem: { problem },
  /** Enter was pressed in a one-line field. */
  submit: {},
});
export type ElementToPage = Guarded<typeof elementToPage>;
export type ElementState = Omit<Extract<ElementToPage, { type: 'state' }>, 'type'>;

/** page → controller. */
export const pageToController = messages({
  /** Tokens that the page is about to show, a token as often as it will be shown. Sent, maybe empty, on connecting. */
  prefetch: { tokens: list(token, 10_000) },
});
export type PageToController = Guarded<typeof pageToController>;

/** controller → page. */
export const controllerToPage = messages({
  session: { state: exactly('active', 'unauthenticated', 'failed'), problem: optional(problem) },
  /** Asks the page for a renewal frame. */
  renew: {},
});
export type ControllerToPage = Guarded<typeof controllerToPage>;
