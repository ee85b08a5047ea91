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
import { batch, problem, styles } from './messages.js';
import { frameProblemCodes } from './problem.js';
import { isToken } from './token.js';

/** What the file page can be: a place to choose files, or one that shows and saves a stored file. */
export const fileKind = exactly('upload', 'download');
export type FileKind = Guarded<typeof fileKind>;

/**
 * Texts of a file page, for translation. In them `{size}` stands for the limit, `{count}` for the most files, `{percent}` for
 * the progress. File names are put in by the page itself and never leave it.
 */
export const fileLabelNames = [
  'choose',
  'chooseMany',
  'drop',
  'dropMany',
  'dropHere',
  'queued',
  'uploading',
  'waiting',
  'paused',
  'stored',
  'pause',
  'resume',
  'retry',
  'cancel',
  'remove',
  'tooLarge',
  'wrongType',
  'tooMany',
  'changed',
  'failed',
  'quota',
  'session',
  'required',
  'file',
  'loading',
  'downloading',
  'download',
  'stop',
  'saved',
  'noGrant',
  'damaged',
  'noPreview',
  'preview',
] as const;
export type FileLabelName = (typeof fileLabelNames)[number];

/** Attributes of a file page, named as React names them. None of them loads, runs or navigates. */
export const fileAttributes = shape({
  /** As of `<input type=file>`: `.pdf,image/*`. */
  accept: optional(text(2000)),
  multiple: optional(bool),
  /** Most files. Default: 1, or 100 if `multiple`. */
  maxFiles: optional(integer(1, 1000)),
  /** Bytes of a file. Default: what the tokenizer takes. */
  maxSize: optional(integer(1, Number.MAX_SAFE_INTEGER)),
  disabled: optional(bool),
  required: optional(bool),
  /** Show images and PDF documents inside the frame. */
  preview: optional(bool),
  labels: optional(dictionary(exactly(...fileLabelNames), text(300), fileLabelNames.length)),
  dir: optional(exactly('ltr', 'rtl', 'auto')),
  lang: optional(text(35)),
  ariaLabel: optional(text(1000)),
  ariaDescription: optional(text(1000)),
  ariaInvalid: optional(bool),
});
export type FileAttributes = Guarded<typeof fileAttributes>;

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

const identifier = text(64);
const token: Guard<string> = (value): value is string => isToken(value);
const bytes = integer(0, Number.MAX_SAFE_INTEGER);

/** What a page learns of one file: sizes and states. Never its name, type or content. */
export const fileStatus = shape({
  /** Of this frame: 1, 2, 3, … */
  id: integer(1, Number.MAX_SAFE_INTEGER),
  size: bytes,
  /** Bytes of `size` that were sent, or have come. */
  sent: bytes,
  state: exactly(...fileStates),
  code: nullable(exactly(...frameProblemCodes, ...invalidFileCodes)),
});
export type FileStatus = Guarded<typeof fileStatus>;

/** page → file page, over the port. */
export const pageToFile = messages({
  /** `kind` of the first one is final. */
  configure: { kind: fileKind, attributes: fileAttributes },
  style: { base: styles, placeholder: styles, focus: styles, hover: styles, invalid: styles },
  /** What a `download` shows; asked again it tries again. */
  show: { token: nullable(token) },
  validate: { requestId: identifier },
  tokenize: { requestId: identifier, batch },
  command: { command: exactly('focus', 'blur', 'clear') },
});
export type PageToFile = Guarded<typeof pageToFile>;

/** file page → page. */
export const fileToPage = messages({
  ready: {},
  state: {
    filled: bool,
    valid: bool,
    invalid: nullable(exactly(...invalidFileCodes)),
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
});
export type FileToPage = Guarded<typeof fileToPage>;
export type FilePageState = Omit<Extract<FileToPage, { type: 'state' }>, 'type'>;
