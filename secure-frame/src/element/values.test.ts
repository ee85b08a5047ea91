import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { encryptValue, fromBase64, sha256, toBase64 } from '../crypto/index.js';
import { isToken } from '../protocol/token.js';
import { createStore } from '../test-support/object-store.js';
import { outcomeOf } from '../test-support/time.js';
import { inputOf, token } from '../test-support/values.js';
import { loadText, maxTextBytes, storeText } from './values.js';

const batch = { id: 'form', size: 1 };

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a text', () => {
  test.each([
    '078-05-1120',
    ' spaces \n\tkept ',
    '\ufeffbyte order mark',
    'Grüße 😀 مرحبا',
    '\u0000',
    'a'.repeat(maxTextBytes),
  ])('comes back as it was: %#', async (text) => {
    const { link, fetch } = createStore();
    const name = await storeText(text, batch, link, fetch);
    expect(isToken(name)).toBe(true);
    expect((await loadText(name, link, fetch)) === text).toBe(true);
  });

  test('leaves the frame encrypted only; the object store gets no key', async () => {
    const { link, fetch, requests, inputs } = createStore();
    const name = await storeText('078-05-1120', batch, link, fetch);
    const sent = Buffer.from(requests[0]!.init.body as Uint8Array).toString('latin1');
    expect(sent).not.toContain('078-05-1120');
    const { body: _, ...rest } = requests[0]!.init;
    expect(JSON.stringify([requests[0]!.url, rest])).not.toContain(inputs.get(name)!.dataKey);
    expect(JSON.stringify(link.requestUpload.mock.calls)).not.toContain('078-05-1120');
  });

  test('is announced with the size and checksum of its ciphertext', async () => {
    const { link, fetch, objects, inputs } = createStore();
    const name = await storeText('078-05-1120', batch, link, fetch);
    const ciphertext = objects.get(name)!;
    expect(inputs.get(name)).toEqual({
      token: name,
      dataKey: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      size: ciphertext.length,
      checksum: toBase64(await sha256(ciphertext)),
    });
  });

  test('is stored under a new token and key each time', async () => {
    const { link, fetch, inputs } = createStore();
    await storeText('a', batch, link, fetch);
    await storeText('a', batch, link, fetch);
    expect(new Set([...inputs.values()].map(({ dataKey }) => dataKey)).size).toBe(2);
  });

  test('of more than 1 MiB is refused, and does not hold up the form', async () => {
    const { link, fetch } = createStore();
    expect(await outcomeOf(storeText('ü'.repeat(maxTextBytes / 2 + 1), batch, link, fetch))).toMatchObject({
      code: 'TOO_LARGE',
    });
    expect(link.skip).toHaveBeenCalledWith(batch);
    expect(link.requestUpload).not.toHaveBeenCalled();
  });
});

test('transfers carry no cookies and no referrer, and are not cached', async () => {
  const { link, fetch, requests } = createStore();
  await loadText(await storeText('a', batch, link, fetch), link, fetch);
  expect(requests.map(({ init }) => init.method)).toEqual(['PUT', 'GET']);
  for (const { init } of requests)
    expect(init).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' });
});

describe('an upload', () => {
  test.each(['offline', 500, 503, 429] as const)('is repeated after %s', async (trouble) => {
    const store = createStore();
    store.trouble.push(trouble);
    const name = await outcomeOf(storeText('a', batch, store.link, store.fetch));
    expect(store.objects.has(name as string)).toBe(true);
    expect(store.link.requestUpload).toHaveBeenCalledTimes(1);
  });

  test.each([409, 412])('whose earlier try arrived after all (%i) is done', async (status) => {
    const store = createStore();
    store.trouble.push('offline', status);
    expect(isToken(await outcomeOf(storeText('a', batch, store.link, store.fetch)))).toBe(true);
    expect(store.link.requestUpload).toHaveBeenCalledTimes(1);
  });

  test('whose URL ran out gets another, for the same token and key, without waiting for a form', async () => {
    const store = createStore();
    store.trouble.push(403);
    const name = await outcomeOf(storeText('a', batch, store.link, store.fetch));
    const [first, second] = store.link.requestUpload.mock.calls;
    expect(second).toEqual([{ id: name, size: 1 }, first![1]]);
    expect(store.objects.has(name as string)).toBe(true);
  });

  test('that is refused twice fails: no token is given out', async () => {
    const store = createStore();
    store.trouble.push(403, 403);
    expect(await outcomeOf(storeText('a', batch, store.link, store.fetch))).toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  test('fails when nothing answers', async () => {
    const store = createStore();
    store.trouble.push('offline', 500, 'offline', 503, 429);
    expect(await outcomeOf(storeText('a', batch, store.link, store.fetch))).toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(store.requests).toHaveLength(5);
  });
});

describe('a download', () => {
  async function stored() {
    const store = createStore();
    const name = await storeText('078-05-1120', batch, store.link, store.fetch);
    store.requests.length = 0;
    return { ...store, name, load: () => outcomeOf(loadText(name, store.link, store.fetch)) };
  }

  test('whose URL ran out gets another', async () => {
    const { load, trouble, link } = await stored();
    trouble.push(403);
    expect(await load()).toBe('078-05-1120');
    expect(link.requestDownload).toHaveBeenCalledTimes(2);
  });

  test('that is not there is not asked for again', async () => {
    const { load, objects, name, link } = await stored();
    objects.delete(name);
    expect(await load()).toMatchObject({ code: 'UNAVAILABLE' });
    expect(link.requestDownload).toHaveBeenCalledTimes(1);
  });

  test('that is not granted reads as the tokenizer says', async () => {
    const { link, fetch } = createStore();
    expect(await outcomeOf(loadText(token(1), link, fetch))).toMatchObject({ code: 'READ_GRANT_MISSING' });
  });

  test('that was altered, swapped or cut is not shown', async () => {
    const { load, objects, name, link, fetch } = await stored();
    const right = objects.get(name)!;
    const other = objects.get(await storeText('078-05-1121', batch, link, fetch))!;
    const altered = right.slice();
    altered[100]! ^= 1;
    for (const wrong of [
      altered,
      other,
      right.slice(0, -1),
      new Uint8Array([...right, 0]),
      new Uint8Array(),
    ]) {
      objects.set(name, wrong);
      expect(await load()).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('damaged'),
      });
    }
    objects.set(name, right);
    expect(await load()).toBe('078-05-1120');
  });

  test('of another size than the tokenizer knows is not shown', async () => {
    const { load, inputs, name } = await stored();
    inputs.set(name, { ...inputs.get(name)!, size: 284 });
    expect(await load()).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('damaged') });
  });

  test.each<[string, string, Uint8Array, string]>([
    ['a file', 'application/pdf', new Uint8Array([37]), 'BAD_USER_INPUT'],
    ['text that is no UTF-8', 'text/plain;charset=utf-8', new Uint8Array([0xff]), 'UNAVAILABLE'],
  ])('of %s is not shown as text', async (_, mediaType, data, code) => {
    const { objects, inputs, link, fetch } = createStore();
    const input = inputOf(token(1));
    const dataKey = fromBase64(input.dataKey);
    const ciphertext = await encryptValue({ token: token(1), dataKey, mediaType, data });
    objects.set(token(1), ciphertext);
    inputs.set(token(1), { ...input, size: ciphertext.length });
    expect(await outcomeOf(loadText(token(1), link, fetch))).toMatchObject({ code });
  });
});
