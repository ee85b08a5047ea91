/** What a page says to a file page. Apart from what it hears, so that no page loads what only frames read. */
import { batch, identifier, token } from './common.js';
import { bool, dictionary, exactly, integer, messages, nullable, options, text } from './parsers.js';
import type { Parsed } from './parsers.js';
import { styles } from './to-frame.js';

/** What the file page can be: a place to choose files, or one that shows and saves a stored file. */
export const fileKind = exactly('upload', 'download');
export type FileKind = Parsed<typeof fileKind>;

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
export const fileAttributes = options({
  /** As of `<input type=file>`: `.pdf,image/*`. */
  accept: text(2000),
  multiple: bool,
  /** Most files. Default: 1, or 100 if `multiple`. */
  maxFiles: integer(1, 1000),
  /** Bytes of a file. Default: what the tokenizer takes. */
  maxSize: integer(1, Number.MAX_SAFE_INTEGER),
  disabled: bool,
  required: bool,
  /** Show images and PDF documents inside the frame. */
  preview: bool,
  labels: dictionary(exactly(...fileLabelNames), text(300), fileLabelNames.length),
  dir: exactly('ltr', 'rtl', 'auto'),
  lang: text(35),
  ariaLabel: text(1000),
  ariaDescription: text(1000),
  ariaInvalid: bool,
});
export type FileAttributes = Parsed<typeof fileAttributes>;

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
export type PageToFile = Parsed<typeof pageToFile>;
