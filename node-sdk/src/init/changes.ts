import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';

/** One file as it is and as it is to be. */
export interface Change {
  /** Relative to the folder of the app, with `/`. */
  path: string;
  /** Null: there is no such file. */
  before: string | null;
  after: string;
  /** What is shown instead of `after` where that holds a secret. */
  shown?: string | undefined;
  /** Readable by its owner alone. */
  isPrivate?: boolean | undefined;
}

/** Undefined when there is nothing to change. */
export const changed = (path: string, before: string | null, after: string): Change | undefined =>
  before === after ? undefined : { path, before, after };

export class InitError extends Error {}

/** A file's text; null when there is none. */
export function readText(directory: string, path: string): string | null {
  const file = join(directory, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/**
 * Writes all files, or none: what was written is put back when one fails. Throws an InitError; nothing is written when a
 * file is not as it was when the changes were made, or is a link.
 */
export function applyChanges(directory: string, changes: readonly Change[]): void {
  for (const { path, before } of changes) {
    if (readText(directory, path) !== before)
      throw new InitError(`${path} has changed meanwhile. Nothing was written; start again.`);
    if (before !== null && !lstatSync(join(directory, path)).isFile())
      throw new InitError(`${path} is not a plain file. Nothing was written.`);
  }
  const drafts = new Map<Change, string>();
  const written: Change[] = [];
  try {
    for (const change of changes) {
      const file = join(directory, change.path);
      mkdirSync(dirname(file), { recursive: true });
      const draft = `${file}.${randomUUID()}`;
      drafts.set(change, draft);
      const mode = change.before === null ? 0o666 : lstatSync(file).mode & 0o777;
      writeFileSync(draft, change.after, { flag: 'wx', mode: change.isPrivate ? 0o600 : mode });
    }
    for (const [change, draft] of drafts) {
      renameSync(draft, join(directory, change.path));
      written.push(change);
    }
  } catch (error) {
    for (const { path, before } of written)
      if (before === null) rmSync(join(directory, path), { force: true });
      else writeFileSync(join(directory, path), before);
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new InitError(`The files cannot be written (${code}). All is as it was.`);
  } finally {
    for (const draft of drafts.values()) rmSync(draft, { force: true });
  }
}
