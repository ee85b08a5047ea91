/** What a page hears. */
import { codeShape, identifier, problem, token } from './common.js';
import type { InvalidCode } from './invalid.js';
import { bool, exactly, integer, messages, nullable, optional } from './parsers.js';
import type { Parsed, Parser } from './parsers.js';

const invalidCode = codeShape as Parser<InvalidCode>;
/** Whether calls of this frame are answered; while they `fail` they are repeated for some time. */
export const connection = exactly('ok', 'failing');

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
