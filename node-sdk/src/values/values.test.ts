import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnavailableError } from '../errors/index.js';
import { testKit } from '../test-support/kit.js';

const mebibyte = 1024 * 1024;
const calls = ({ calls: all }: { calls: readonly { operation: string }[] }) =>
  all.map(({ operation }) => operation);

async function bytesOf(data: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of data) parts.push(part);
  return Buffer.concat(parts);
}

describe('a server that stores and reads values', () => {
  // A temporary directory of its own, in which nobody else leaves files.
  const usual = process.env.TMPDIR;
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'lunasec-values-'));
    process.env.TMPDIR = directory;
  });
  afterAll(() => {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
    rmSync(directory, { recursive: true });
  });
  const temporaryFiles = () => readdirSync(directory);

  test('texts, bytes and files come back as they were, with two calls to store and one to read', async () => {
    const { lunaSec, tokenizer } = testKit();
    const pdf = Buffer.from('%PDF-1.7');
    const tokens = await lunaSec.tokenize([
      '078-05-1120',
      '\ufeffwith a byte order mark, 文字',
      new Uint8Array([0, 255]),
      { data: pdf, mediaType: 'application/pdf', filename: 'scan.pdf', metadata: { patient: 42 } },
      '',
    ]);
    expect(calls(tokenizer)).toEqual(['requestUploads', 'verifyStoreGrants']);
    const values = await lunaSec.detokenize(tokens);
    expect(calls(tokenizer)).toHaveLength(3);
    expect(values.map(({ token }) => token)).toEqual(tokens);
    expect(values.map(({ text }) => text)).toEqual([
      '078-05-1120',
      '\ufeffwith a byte order mark, 文字',
      null,
      null,
      '',
    ]);
    expect(values[2]).toMatchObject({ mediaType: 'application/octet-stream', filename: undefined });
    expect([...values[2]!.data]).toEqual([0, 255]);
    expect(values[3]).toMatchObject({ mediaType: 'application/pdf', filename: 'scan.pdf' });
    expect(Buffer.from(values[3]!.data)).toEqual(pdf);
    expect(await lunaSec.findToken(tokens[3]!)).toMatchObject({
      status: 'accepted',
      sessionId: null,
      metadata: { patient: 42 },
    });
  });

  test('nothing is nothing: no call', async () => {
    const { lunaSec, tokenizer } = testKit();
    expect(await lunaSec.tokenize([])).toEqual([]);
    expect(await lunaSec.detokenize([])).toEqual([]);
    expect(calls(tokenizer)).toEqual([]);
  });

  test('a session reads what a server stored once it is granted, and a server what a session stored', async () => {
    const { lunaSec } = testKit();
    const ada = lunaSec.asSession('ada');
    const [token] = await lunaSec.tokenize(['from a job']);
    await expect(ada.detokenize(token!)).rejects.toMatchObject({ code: 'READ_GRANT_MISSING' });
    await lunaSec.grants.create('ada', token!);
    expect(await ada.detokenize(token!)).toBe('from a job');

    const typed = await ada.tokenize('from a page');
    await expect(lunaSec.detokenize(typed)).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' });
    await lunaSec.grants.verify('ada', typed);
    expect((await lunaSec.detokenize(typed))[0]!.text).toBe('from a page');
  });

  test('a bound value needs its binding', async () => {
    const { lunaSec } = testKit();
    const [token] = await lunaSec.tokenize([{ data: 'x', binding: 'User.ssn:42' }]);
    await expect(lunaSec.detokenize(token!)).rejects.toMatchObject({ code: 'BINDING_MISMATCH', token });
    expect(await lunaSec.detokenize({ token: token!, binding: 'User.ssn:42' })).toHaveLength(1);
  });

  test('a large value goes through piece by piece, and leaves no file behind', async () => {
    const { lunaSec } = testKit();
    const size = 20 * mebibyte + 7;
    function* chunks() {
      for (let left = size; left > 0; left -= mebibyte)
        yield new Uint8Array(Math.min(left, mebibyte)).fill(left % 251);
    }
    const [token] = await lunaSec.tokenize([{ data: { size, chunks: chunks() }, filename: 'scan.tiff' }]);
    const value = await lunaSec.detokenizeLarge(token!);
    expect(value).toMatchObject({ token, size, filename: 'scan.tiff' });
    expect(Buffer.compare(await bytesOf(value.data), Buffer.concat([...chunks()]))).toBe(0);
    expect(temporaryFiles()).toEqual([]);
  });

  test.each([
    ['is shorter than was said', 9 * mebibyte - 1],
    ['is longer than was said', 9 * mebibyte + 1],
  ])('a large value that %s is refused before anything is asked', async (_name, actual) => {
    const { lunaSec, tokenizer } = testKit();
    const data = { size: 9 * mebibyte, chunks: [new Uint8Array(actual)] };
    await expect(lunaSec.tokenize(['small', { data }])).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(calls(tokenizer)).toEqual([]);
    expect(temporaryFiles()).toEqual([]);
  });

  test('when the object store is away none is accepted', async () => {
    const { lunaSec, tokenizer } = testKit();
    const sent: string[] = [];
    tokenizer.objects.upload = async ({ url }) => {
      sent.push(url);
      throw new UnavailableError('away');
    };
    await expect(lunaSec.tokenize(['one', 'other'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(calls(tokenizer)).toEqual(['requestUploads']);
    for (const url of sent) expect(tokenizer.token(url.split('/').at(-1)!)!.status).toBe('pending');
  });

  test('a signed URL that ran out is asked for once more', async () => {
    const { lunaSec, tokenizer } = testKit();
    const { upload, download } = tokenizer.objects;
    let refusals = 0;
    tokenizer.objects.upload = async (...args) => (refusals++ === 0 ? 'refused' : upload(...args));
    const [token] = await lunaSec.tokenize(['x']);
    expect(calls(tokenizer)).toEqual(['requestUploads', 'requestUploads', 'verifyStoreGrants']);
    refusals = 0;
    tokenizer.objects.download = async (...args) => (refusals++ === 0 ? null : download(...args));
    expect((await lunaSec.detokenize(token!))[0]!.text).toBe('x');
    tokenizer.objects.download = async () => null;
    await expect(lunaSec.detokenize(token!)).rejects.toMatchObject({ code: 'UNAVAILABLE', token });
  });

  test('a damaged value is said to be damaged, never given', async () => {
    const { lunaSec, tokenizer } = testKit();
    const [token] = await lunaSec.tokenize(['078-05-1120']);
    const { download } = tokenizer.objects;
    tokenizer.objects.download = async (...args) => {
      const parts: Uint8Array[] = [];
      for await (const part of (await download(...args))!) parts.push(part.with(-1, part.at(-1)! ^ 1));
      return parts;
    };
    await expect(lunaSec.detokenize(token!)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The stored value is damaged.',
    });
  });

  test('what is no token is refused before anything is asked', async () => {
    const { lunaSec, tokenizer } = testKit();
    await expect(lunaSec.detokenize('078-05-1120')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(calls(tokenizer)).toEqual([]);
  });
});
