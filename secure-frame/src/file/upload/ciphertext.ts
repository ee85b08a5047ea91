import { ciphertextSize, encryptStream } from '../../crypto/index.js';
import type { Bytes, ValueKey } from '../../crypto/index.js';
import { ProblemError } from '../../protocol/problem.js';

/** A file's ciphertext, made while it is read, from front to back. */
export interface CiphertextReader {
  /** Bytes of all of it. */
  readonly size: number;
  /**
   * Fills a buffer, as far as there is something left, and gives what is filled. One at a time. Rejects with a
   * {@link ProblemError} when the file cannot be read to its end, and from then on.
   */
  read(buffer: Bytes): Promise<Bytes>;
  close(): void;
}

/**
 * Encrypts a file under a key of its own. Nothing is read before it is asked for, and nothing twice: a part that must be sent
 * again is kept by whoever sends it, so no nonce is ever used for other bytes.
 */
export function readCiphertext(file: File, key: ValueKey): CiphertextReader {
  const header = {
    mediaType: file.type || 'application/octet-stream',
    filename: file.name,
    size: file.size,
  };
  const pieces = encryptStream({ ...key, ...header, data: chunksOf(file) });
  let rest: Bytes = new Uint8Array();

  async function next(): Promise<Bytes | undefined> {
    try {
      return (await pieces.next()).value ?? undefined;
    } catch {
      throw new ProblemError('BAD_USER_INPUT', 'The file was changed or removed while it was read.');
    }
  }

  return {
    size: ciphertextSize(header),
    async read(buffer) {
      let filled = 0;
      while (filled < buffer.length) {
        if (rest.length === 0) {
          const piece = await next();
          if (!piece) break;
          rest = piece;
        }
        const part = rest.subarray(0, buffer.length - filled);
        buffer.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
      }
      return buffer.subarray(0, filled);
    },
    close: () => void pieces.return().catch(() => undefined),
  };
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(file: File): AsyncGenerator<Uint8Array, void, void> {
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
