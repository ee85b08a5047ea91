import type { ControllerLink, OpenLink } from '../element/link.js';
import type { CompleteResult, Multipart, TokenizeInput, Upload, UploadPart } from '../protocol/internal.js';
import type { Batch } from '../protocol/messages.js';
import { ProblemError } from '../protocol/problem.js';

/** The line of a file page to the controller, which also uploads large values, in parts. */
export interface FileLink extends ControllerLink {
  /** Joins a batch with an input that has no checksum. */
  requestMultipart(batch: Batch, input: TokenizeInput): Promise<Multipart>;
  /** Where a part goes. */
  signPart(token: string, part: UploadPart): Promise<Upload>;
  /** One result per token, in order. */
  completeUploads(tokens: string[]): Promise<CompleteResult[]>;
}

/** An object store may copy a large value before it answers. */
const completionTimeout = 10 * 60_000;

export function createFileLink(link: OpenLink): FileLink {
  const { ask } = link;
  return {
    ...link,
    requestMultipart: async (batch, input) =>
      (await ask('multipart', (requestId) => ({ type: 'tokenize', requestId, batch, input }))).multipart,
    async signPart(token, part) {
      const { parts } = await ask('parts', (requestId) => ({
        type: 'signParts',
        requestId,
        token,
        parts: [part],
      }));
      const [signed] = parts;
      if (signed?.problem) throw new ProblemError(signed.problem.code, signed.problem.message);
      if (!signed?.upload || signed.number !== part.number)
        throw new ProblemError('UNAVAILABLE', 'The tokenizer gave a wrong answer.');
      return signed.upload;
    },
    completeUploads: async (tokens) =>
      (
        await ask(
          'completed',
          (requestId) => ({ type: 'completeUploads', requestId, tokens }),
          completionTimeout,
        )
      ).results,
  };
}
