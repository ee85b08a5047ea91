/** What a page hears of a file page. */
import { codeShape, identifier, problem, token } from './common.js';
import { bool, exactly, integer, list, messages, nullable, shape, text } from './parsers.js';
import type { Parsed, Parser } from './parsers.js';
import type { FrameProblemCode } from './problem.js';
import { connection } from './to-page.js';

/** Why the files of a page cannot be sent: the first reason that holds. */
export const invalidFileCodes = ['VALUE_MISSING', 'TOO_MANY_FILES', 'TYPE_MISMATCH', 'TOO_LARGE'] as const;
export type InvalidFileCode = (typeof invalidFileCodes)[number];

/**
 * - `queued`: its turn comes; `uploading`; `waiting`: for the network; `paused`: by the person.
 * - `stored`: the object store has all of it.
 * - `failed`: `code` says why; the person can try again.
 * - `refused`: too large, of the wrong type, or one too many: it is not sent, `code` says why.
 * - `downloading`: of a `download`.
 */
export const fileStates = [
  'queued',
  'uploading',
  'waiting',
  'paused',
  'stored',
  'failed',
  'refused',
  'downloading',
] as const;
export type FileState = (typeof fileStates)[number];

const bytes = integer(0, Number.MAX_SAFE_INTEGER);
// Of a list that a later version may make longer.
const fileState = text(20, /^[a-z]+$/) as Parser<FileState>;
const invalidFileCode = codeShape as Parser<InvalidFileCode>;
const fileCode = codeShape as Parser<FrameProblemCode | InvalidFileCode>;

/** What a page learns of one file: sizes and states. Never its name, type or content. */
export const fileStatus = shape({
  /** Of this frame: 1, 2, 3, … */
  id: integer(1, Number.MAX_SAFE_INTEGER),
  size: bytes,
  /** Bytes of `size` that were sent, or have come. */
  sent: bytes,
  state: fileState,
  code: nullable(fileCode),
});
export type FileStatus = Parsed<typeof fileStatus>;

/** file page → page. */
export const fileToPage = messages({
  ready: {},
  state: {
    filled: bool,
    valid: bool,
    invalid: nullable(invalidFileCode),
    focused: bool,
    /** Of a `download`. `shown`: its name is, or its preview. */
    shown: exactly('none', 'loading', 'shown', 'failed'),
    files: list(fileStatus, 2000),
    /** CSS pixels that all of it needs, for the given width and number of files; whatever their names and types. */
    height: integer(0, 100_000),
  },
  validated: { requestId: identifier, valid: bool },
  tokenized: { requestId: identifier, tokens: list(token, 1000) },
  failed: { requestId: identifier, problem },
  problem: { problem },
  connection: { state: connection },
});
export type FileToPage = Parsed<typeof fileToPage>;
export type FilePageState = Omit<Extract<FileToPage, { type: 'state' }>, 'type'>;
