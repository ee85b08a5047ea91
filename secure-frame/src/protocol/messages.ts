import { elementAttributes, elementKind, validatorName } from './attributes.js';
import {
  bool,
  dictionary,
  exactly,
  integer,
  invalid,
  list,
  messages,
  nullable,
  optional,
  shape,
  text,
} from './parsers.js';
import type { Parsed, Parser } from './parsers.js';
import type { InvalidCode } from './invalid.js';
import type { FrameProblemCode, Problem } from './problem.js';
import { isToken } from './token.js';

/**
 * Major version of every message here. Within it, a page and a frame of any two releases understand each other: messages
 * and optional fields are only ever added, and what one side does not know it leaves out. So a new value of a list that
 * the other side must know (a kind, a command) is sent only where an app asks for it. A frame tells a page of another
 * major version that they do not fit.
 */
export const protocolVersion = 1;

/** `name` of the page's hidden frames: how frames of the tokenizer tell the controller from one that renews it. */
export const controllerFrameName = 'lunasec-controller';
export const renewalFrameName = 'lunasec-renewal';

const identifier = text(64);
export const token: Parser<string> = (value) => (isToken(value) ? value : invalid);

/** A code that a later version added is a failure all the same, and the app may know it. */
const codeShape = text(40, /^[A-Z]+(_[A-Z]+)*$/);
const problemCode = codeShape as Parser<FrameProblemCode>;
const invalidCode = codeShape as Parser<InvalidCode>;
export const problem: Parser<Problem> = shape({ code: problemCode, message: text(2000) });
const styles = optional(dictionary(text(64), text(512), 200));

/** Whether calls of this frame are answered; while they `fail` they are repeated for some time. */
const connection = exactly('ok', 'failing');

/** A form's submission: the controller sends one call when `size` members have reported. */
export const batch = shape({ id: identifier, size: integer(1, 100_000) });
export type Batch = Parsed<typeof batch>;

/**
 * page window → frame window, with one MessagePort: the only message that a frame takes from a page's window. Of another
 * major version than {@link protocolVersion}, it is answered over the port with `refusal`.
 */
export const connectMessage = shape({ lunasec: integer(1, 1_000_000), type: exactly('connect') });

/** frame → page, over the port: this frame speaks another major version. No other message follows. */
export const refusal = {
  type: 'problem',
  problem: {
    code: 'BAD_USER_INPUT',
    message: `The tokenizer's secure frames speak version ${protocolVersion} of the protocol, the app's SDK another. Update the older one.`,
  },
} as const;

/** page → element, over the port. */
export const pageToElement = messages({
  /** The first one is final for `kind`, `validator` and the constraints: changed later, they would probe the value. */
  configure: { kind: elementKind, attributes: elementAttributes, validator: optional(validatorName) },
  style: { base: styles, placeholder: styles, focus: styles, hover: styles, invalid: styles },
  show: { token: nullable(token) },
  validate: { requestId: identifier },
  tokenize: { requestId: identifier, batch },
  /** `reset` forgets what was typed and what is shown: a `show` may follow. */
  command: { command: exactly('focus', 'blur', 'select', 'clear', 'reset') },
});
export type PageToElement = Parsed<typeof pageToElement>;

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
  failed: { requestId: identifier, problem },
  problem: { problem },
  connection: { state: connection },
  /** Enter was pressed in a one-line field. */
  submit: {},
});
export type ElementToPage = Parsed<typeof elementToPage>;
export type ElementState = Omit<Extract<ElementToPage, { type: 'state' }>, 'type'>;

/** page → controller. */
export const pageToController = messages({
  /** Tokens that the page is about to show, a token as often as it will be shown. Sent, maybe empty, on connecting. */
  prefetch: { tokens: list(token, 10_000) },
});
export type PageToController = Parsed<typeof pageToController>;

/** controller → page. */
export const controllerToPage = messages({
  session: { state: exactly('active', 'unauthenticated', 'failed'), problem: optional(problem) },
  /** Asks the page for a renewal frame. */
  renew: {},
  connection: { state: connection },
  /** Something about the page itself, such as a version that does not fit. */
  problem: { problem },
});
export type ControllerToPage = Parsed<typeof controllerToPage>;
