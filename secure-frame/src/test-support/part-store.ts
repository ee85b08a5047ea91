import { jest } from '@jest/globals';
import { decryptValue, fromBase64 } from '../crypto/index.js';
import type { FileLink } from '../file/link.js';
import type { TokenizeInput, UploadPart } from '../protocol/internal.js';
import type { Batch } from '../protocol/messages.js';
import { ProblemError } from '../protocol/problem.js';
import type { ProblemCode } from '../protocol/problem.js';
import { downloadOf, uploadOf } from './values.js';

export const partSize = 5_000_000;

/** A tokenizer and an object store in one, as a file page sees them: whole uploads and uploads in parts. */
export function createPartStore() {
  const inputs = new Map<string, TokenizeInput>();
  /** By token: the bodies of its parts; number 0 is a whole one. */
  const stored = new Map<string, Map<number, Uint8Array>>();
  const completed = new Set<string>();
  /** Every body that was sent, whether it was taken or not. */
  const sent: { token: string; number: number; body: Uint8Array }[] = [];
  /** Status codes of the next requests, instead of what the store would say. */
  const trouble: number[] = [];
  /** What the next calls of the tokenizer fail with, by name. */
  const refusals = new Map<keyof FileLink, ProblemCode>();
  /** While it is a promise, requests wait for it. */
  let gate: Promise<void> | undefined;

  function check(name: keyof FileLink): void {
    const code = refusals.get(name);
    if (code) throw new ProblemError(code, `No: ${code}.`);
  }
  const link = {
    requestUpload: jest.fn(async (_batch: Batch, input: TokenizeInput) => {
      check('requestUpload');
      inputs.set(input.token, input);
      return { ...uploadOf(input.token), url: `https://objects.example/${input.token}/0` };
    }),
    requestMultipart: jest.fn(async (_batch: Batch, input: TokenizeInput) => {
      check('requestMultipart');
      inputs.set(input.token, input);
      return { partSize };
    }),
    signPart: jest.fn(async (token: string, { number }: UploadPart) => {
      check('signPart');
      return { ...uploadOf(token), url: `https://objects.example/${token}/${number}` };
    }),
    completeUploads: jest.fn(async (tokens: string[]) => {
      check('completeUploads');
      return tokens.map((token) => {
        completed.add(token);
        return { token, problem: null as { code: ProblemCode; message: string } | null };
      });
    }),
    skip: jest.fn<(batch: Batch) => void>(),
    requestDownload: jest.fn(async (token: string) => {
      check('requestDownload');
      const { dataKey, size } = inputs.get(token)!;
      return { ...downloadOf(token), dataKey, size };
    }),
  } satisfies FileLink;

  const send = jest.fn(
    async (
      { url }: { url: string },
      body: Uint8Array,
      { signal, onProgress }: { signal: AbortSignal; onProgress(bytes: number): void },
    ): Promise<number> => {
      const [token = '', number = ''] = new URL(url).pathname.slice(1).split('/');
      sent.push({ token, number: Number(number), body: body.slice() });
      onProgress(body.length / 2);
      if (gate)
        await Promise.race([
          gate,
          new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(new DOMException('Stopped.', 'AbortError'))),
          ),
        ]);
      const wrong = trouble.shift();
      if (wrong !== undefined) return wrong;
      const parts = stored.get(token) ?? new Map<number, Uint8Array>();
      stored.set(token, parts.set(Number(number), body.slice()));
      return 200;
    },
  );

  const ciphertextOf = (token: string) =>
    new Uint8Array(
      Buffer.concat([...(stored.get(token) ?? [])].sort(([a], [b]) => a - b).map(([, body]) => body)),
    );
  return {
    link,
    send,
    inputs,
    stored,
    completed,
    sent,
    trouble,
    refusals,
    /** Holds all requests until the returned function is called. */
    hold() {
      let letGo = () => {};
      gate = new Promise((resolve) => {
        letGo = () => {
          gate = undefined;
          resolve();
        };
      });
      return letGo;
    },
    /** What a token stands for. */
    open: (token: string) =>
      decryptValue({
        token,
        dataKey: fromBase64(inputs.get(token)!.dataKey),
        ciphertext: ciphertextOf(token),
      }),
    ciphertextOf,
  };
}
