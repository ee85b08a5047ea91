import { integer, invalid, shape, text } from './parsers.js';
import type { Parsed, Parser } from './parsers.js';
import type { FrameProblemCode, Problem } from './problem.js';
import { isToken } from './token.js';

export const identifier = text(64);
export const token: Parser<string> = (value) => (isToken(value) ? value : invalid);

/** A code that a later version added is a failure all the same, and the app may know it. */
export const codeShape = text(40, /^[A-Z]+(_[A-Z]+)*$/);
const problemCode = codeShape as Parser<FrameProblemCode>;
export const problem: Parser<Problem> = shape({ code: problemCode, message: text(2000) });
/** A form's submission: the controller sends one call when `size` members have reported. */
export const batch = shape({ id: identifier, size: integer(1, 100_000) });
export type Batch = Parsed<typeof batch>;
