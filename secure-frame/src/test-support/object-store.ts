import { jest } from '@jest/globals';
import type { Download, TokenizeInput, Upload } from '../protocol/internal.js';
import { ProblemError } from '../protocol/problem.js';
import { downloadOf, uploadOf } from './values.js';

type Answer = Pick<Response, 'ok' | 'status' | 'arrayBuffer'>;

/** A tokenizer and an object store in one, as an element sees them through its link and `fetch`. */
export function createStore() {
  const objects = new Map<string, Uint8Array<ArrayBuffer>>();
  const inputs = new Map<string, TokenizeInput>();
  const requests: { url: string; init: RequestInit }[] = [];
  /** Status codes, or 'offline', of the next requests, instead of what the store would say. */
  const trouble: (number | 'offline')[] = [];

  async function answer(url: string, init: RequestInit): Promise<Answer> {
    requests.push({ url, init });
    const wrong = trouble.shift();
    if (wrong === 'offline') throw new TypeError('Failed to fetch');
    const name = new URL(url).pathname.slice(1);
    const body = objects.get(name) ?? new Uint8Array();
    const answerOf = (status: number) => ({
      ok: status < 300,
      status,
      arrayBuffer: async () => body.slice().buffer,
    });
    if (wrong !== undefined) return answerOf(wrong);
    if (init.method === 'GET') return answerOf(objects.has(name) ? 200 : 404);
    if (objects.has(name)) return answerOf(412);
    objects.set(name, new Uint8Array(init.body as Uint8Array<ArrayBuffer>));
    return answerOf(200);
  }

  const link = {
    requestUpload: jest.fn(async (_batch: object, input: TokenizeInput): Promise<Upload> => {
      inputs.set(input.token, input);
      return uploadOf(input.token);
    }),
    skip: jest.fn<(batch: object) => void>(),
    requestDownload: jest.fn(async (token: string): Promise<Download> => {
      const input = inputs.get(token);
      if (!input) throw new ProblemError('READ_GRANT_MISSING', 'You may not read this value.');
      return { ...downloadOf(token), dataKey: input.dataKey, size: input.size };
    }),
  };
  const fetch = ((url: string, init: RequestInit) => answer(url, init)) as unknown as typeof globalThis.fetch;
  return { objects, inputs, requests, trouble, link, fetch };
}
