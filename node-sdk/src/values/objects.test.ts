import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createObjectTransfer } from './objects.js';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** An object store that gives the answers in turn, the last one again. */
async function openStore(...answers: Answer[]) {
  let calls = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () =>
      answers[Math.min(calls++, answers.length - 1)]!(request, response, Buffer.concat(parts)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/key?signature=secret`;
  return { url, calls: () => calls, close: () => closers.splice(0).forEach((close) => close()) };
}

const status =
  (code: number): Answer =>
  (_request, response) =>
    response.writeHead(code).end();
const transfer = createObjectTransfer({ firstPause: 1 });
const bytes = Buffer.from('ciphertext');
const upload = (url: string, signal?: AbortSignal) =>
  transfer.upload(
    { url, method: 'PUT', headers: { 'if-none-match': '*' } },
    bytes.length,
    () => Readable.from([bytes], { objectMode: false }),
    signal,
  );
const download = (url: string, signal?: AbortSignal) =>
  transfer.download({ url, method: 'GET', headers: {} }, signal);
const unavailable = expect.objectContaining({ code: 'UNAVAILABLE' });

describe('an upload', () => {
  test('sends the bytes with their length and the headers that were signed', async () => {
    const seen: unknown[] = [];
    const { url } = await openStore(({ method, url: path, headers }, response, body) => {
      seen.push([method, path, headers['content-length'], headers['if-none-match'], body.toString()]);
      response.end();
    });
    expect(await upload(url)).toBe('stored');
    expect(seen).toEqual([['PUT', '/bucket/key?signature=secret', '10', '*', 'ciphertext']]);
  });

  test.each([
    [200, 'stored'],
    [409, 'stored'],
    [412, 'stored'],
    [400, 'refused'],
    [403, 'refused'],
  ] as const)('answered with %i is %s', async (code, outcome) => {
    const store = await openStore(status(code));
    expect(await upload(store.url)).toBe(outcome);
    expect(store.calls()).toBe(1);
  });

  test.each([500, 503, 429])('is repeated from its beginning after %i', async (code) => {
    const bodies: string[] = [];
    const store = await openStore(status(code), (_request, response, body) => {
      bodies.push(body.toString());
      response.end();
    });
    expect(await upload(store.url)).toBe('stored');
    expect(bodies).toEqual(['ciphertext']);
  });

  test('is given up after three attempts, and says nothing of the signed URL', async () => {
    const store = await openStore(status(503));
    const failure: unknown = await upload(store.url).catch((error: unknown) => error);
    expect(failure).toEqual(unavailable);
    expect(String((failure as Error).message)).not.toContain('secret');
    expect(store.calls()).toBe(3);
  });

  test('of data that cannot be read fails', async () => {
    const { url } = await openStore(status(200));
    const broken = () =>
      new Readable({
        read() {
          this.destroy(new Error('the disk is gone'));
        },
      });
    await expect(transfer.upload({ url, method: 'PUT', headers: {} }, 10, broken)).rejects.toEqual(
      unavailable,
    );
  });

  test('that is aborted fails, and is not repeated', async () => {
    const controller = new AbortController();
    const store = await openStore(() => controller.abort());
    await expect(upload(store.url, controller.signal)).rejects.toEqual(unavailable);
    expect(store.calls()).toBe(1);
  });
});

describe('a download', () => {
  test('gives the bytes as they come', async () => {
    const { url } = await openStore((_request, response) => response.end(bytes));
    const parts: Uint8Array[] = [];
    for await (const part of (await download(url))!) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe('ciphertext');
  });

  test.each([403, 404])('answered with %i gives nothing', async (code) => {
    expect(await download((await openStore(status(code))).url)).toBeNull();
  });

  test('is repeated while nothing has come, and fails when it breaks off later', async () => {
    const { url } = await openStore(status(503), (_request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write(bytes, () => response.destroy());
    });
    const data = (await download(url))!;
    await expect(
      (async () => {
        for await (const part of data) void part;
      })(),
    ).rejects.toEqual(unavailable);
  });

  test('from a store that is not there fails', async () => {
    const store = await openStore(status(200));
    store.close();
    await expect(download(store.url)).rejects.toEqual(unavailable);
  });
});
