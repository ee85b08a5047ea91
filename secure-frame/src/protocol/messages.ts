import { elementKind, validatorName } from './attributes.js';
import {
  among,
  anything,
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
import type { InvalidCode } from './invalid.js';
import { frameProblemCodes } from './problem.js';
import type { FrameProblemCode, Problem } from './problem.js';
import { isToken } from './token.js';

/** Version of every message here. A frame and a page with different versions ignore each other. */
export const protocolVersion = 1;

/** `name` of the page's hidden frames: how frames of the tokenizer tell the controller from one that renews it. */
export const controllerFrameName = 'lunasec-controller';
export const renewalFrameName = 'lunasec-renewal';

const identifier = text(64);
const token: Guard<string> = (value): value is string => isToken(value);
export const problem: Guard<Problem> = shape({ code: among(frameProblemCodes), message: text(2000) });

/** What a page takes for a code: it may be older than the frame, and should pass on what it does not know yet. */
const codeShape = text(40, /^[A-Z]+(_[A-Z]+)*$/);
const problemCode: Guard<FrameProblemCode> = (value): value is FrameProblemCode => codeShape(value);
const invalidCode: Guard<InvalidCode> = (value): value is InvalidCode => codeShape(value);
const told: Guard<Problem> = shape({ code: problemCode, message: text(2000) });
/** To be taken through `validAttributes`. */
const wantedAttributes = dictionary(text(40), anything, 100);
const styles = optional(dictionary(text(64), text(512), 200));

/** A form's submission: the controller sends one call when `size` members have reported. */
export const batch = shape({ id: identifier, size: integer(1, 100_000) });
export type Batch = Guarded<typeof batch>;

/** page window → frame window, with one MessagePort: the only message that a frame takes from a page's window. */
export const connectMessage = shape({ lunasec: exactly(protocolVersion), type: exactly('connect') });
export type ConnectMessage = Guarded<typeof connectMessage>;

/** page → element, over the port. */
export const pageToElement = messages({
  /** The first one is final for `kind`, `validator` and the constraints: changed later, they would probe the value. */
  configure: { kind: elementKind, attributes: wantedAttributes, validator: optional(validatorName) },
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
export type PageToElement = Guarded<typeof pageToElement>;

/** element → page. Tokens and states only: never a length or content. */
export const elementToPage = messages({
  ready: {},
  state: {
    filled: bool,
    /** Known when focus leaves the field and when the page asks; not at each key, which would tell keys apart. */
    valid: bool,
    /**
     * Null if valid, else the first constraint that fails. It is part of the same verdict as `valid`: told when that is, at most
     * once in 2 s on text that changes, never on a stored value, and only ever about the constraints of the first `configure`.
     * Instead of one bit a verdict so tells up to log2(11) bits, of a form with one constraint one bit as before; which
     * of several fails is not told, only the first.
     */
    invalid: nullable(invalidCode),
    dirty: bool,
    focused: bool,
    shown: exactly('none', 'loading', 'shown', 'failed'),
    /**
     * Of a text area with `maxRows` only: how many lines its text takes, from `rows` to `maxRows`. So the page learns about how long
     * a text is that somebody types; of a stored value it learns nothing, that is `rows` lines until somebody edits it.
     */
    rows: optional(integer(1, 1000)),
  },
  validated: { requestId: identifier, valid: bool },
  tokenized: { requestId: identifier, token: nullable(token) },
  failed: { requestId: identifier, problem: told },
  problem: { problem: told },
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
  session: { state: exactly('active', 'unauthenticated', 'failed'), problem: optional(told) },
  /** Asks the page for a renewal frame. */
  renew: {},
});
export type ControllerToPage = Guarded<typeof controllerToPage>;
