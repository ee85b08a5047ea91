import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file that only its owner can read, whole or not at all. Returns false when there is one already: it never
 * writes over another process's key, because a link fails when the name is taken.
 */
export function createKeyFile(path: string, text: string): boolean {
  return withDraft(path, text, (draft) => {
    try {
      linkSync(draft, path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return false;
    }
  });
}

/** The same in the place of an existing file; whoever reads it gets the old one or the new one. */
export function replaceKeyFile(path: string, text: string): void {
  withDraft(path, text, (draft) => renameSync(draft, path));
}

function withDraft<T>(path: string, text: string, use: (draft: string) => T): T {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, `${text}\n`, { mode: 0o600, flag: 'wx' });
    return use(draft);
  } finally {
    rmSync(draft, { force: true });
  }
}
