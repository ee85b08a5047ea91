import type { FileAttributes, FileLabelName, InvalidFileCode } from '../protocol/files.js';
import type { FrameProblemCode } from '../protocol/problem.js';

const english: Record<FileLabelName, string> = {
  choose: 'Choose file',
  chooseMany: 'Choose files',
  drop: 'or drop it here',
  dropMany: 'or drop them here',
  dropHere: 'Drop to add',
  queued: 'Waits for its turn',
  uploading: 'Encrypting and uploading, {percent}',
  waiting: 'Waits for the network',
  paused: 'Paused at {percent}',
  stored: 'Uploaded',
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Try again',
  cancel: 'Cancel',
  remove: 'Remove',
  tooLarge: 'Too large: {size} at most',
  wrongType: 'Not a type of file that is taken here',
  tooMany: 'One too many: {count} at most',
  changed: 'The file was changed. Choose it again',
  failed: 'It did not work. Try again',
  quota: 'There is no room for it',
  session: 'You are no longer logged in',
  required: 'Choose a file',
  file: 'File',
  loading: 'Loading',
  downloading: 'Downloading, {percent}',
  download: 'Download',
  stop: 'Stop',
  saved: 'Downloaded',
  noGrant: 'You may not open this file',
  damaged: 'The file is damaged',
  noPreview: 'Download it to see it',
  preview: 'Preview',
};

export type Say = (name: FileLabelName, values?: Record<string, string>) => string;

/** Says things in the app's words, or else in English. */
export const createSay =
  (attributes: () => FileAttributes): Say =>
  (name, values = {}) =>
    (attributes().labels?.[name] ?? english[name]).replace(/\{(\w+)\}/g, (whole, key: string) =>
      Object.hasOwn(values, key) ? values[key]! : whole,
    );

/** What is said of a failure. */
export function labelOfCode(code: FrameProblemCode | InvalidFileCode | null): FileLabelName {
  if (code === 'TOO_LARGE') return 'tooLarge';
  if (code === 'TYPE_MISMATCH') return 'wrongType';
  if (code === 'TOO_MANY_FILES') return 'tooMany';
  if (code === 'BAD_USER_INPUT') return 'changed';
  if (code === 'QUOTA_EXCEEDED') return 'quota';
  if (code === 'UNAUTHENTICATED') return 'session';
  if (code === 'READ_GRANT_MISSING' || code === 'GRANT_EXPIRED') return 'noGrant';
  return 'failed';
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A number of bytes as people read it, in the language of the page: `1.4 MB`. */
export function formatSize(bytes: number, lang: string | undefined): string {
  let power = 0;
  let value = bytes;
  while (value >= 999.5 && power < units.length - 1) {
    value /= 1000;
    power++;
  }
  return numberFormat(lang, {
    style: 'unit',
    unit: units[power]!,
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  }).format(value);
}

export const formatPercent = (share: number, lang: string | undefined): string =>
  numberFormat(lang, { style: 'percent' }).format(share);

/** The app's language may be none that a browser knows. */
function numberFormat(lang: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(lang, options);
  } catch {
    return new Intl.NumberFormat(undefined, options);
  }
}
