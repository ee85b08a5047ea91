import { describe, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createDataKey, encryptValue, toBase64 } from '../../crypto/index.js';
import { ProblemError } from '../../protocol/problem.js';
import type { Problem } from '../../protocol/problem.js';
import { downloadOf, token } from '../../test-support/values.js';
import { createDownload } from './downloads.js';

const data = new Uint8Array(randomBytes(3_500_000));

async function setUp({ change = (body: Uint8Array<ArrayBuffer>) => body, status = [200] as number[] } = {}) {
  const name = token(1);
  const dataKey = createDataKey();
  const ciphertext = await encryptValue({
    token: name,
    dataKey,
    mediaType: 'application/pdf',
    filename: 'report.pdf',
    data,
  });
  const link = {
    requestDownload: jest.fn(async (wanted: string) => {
      if (wanted !== name) throw new ProblemError('READ_GRANT_MISSING', 'No.');
      return { ...downloadOf(name), dataKey: toBase64(dataKey), size: ciphertext.length };
    }),
  };
  let read = 0;
  let cancelled = 0;
  const fetch = jest.fn<typeof globalThis.fetch>(async () => {
    const answer = status.length > 1 ? status.shift()! : status[0]!;
    const body = change(ciphertext.slice());
    let place = 0;
    return new Response(
      new ReadableStream(
        {
          pull(controller) {
            if (place >= body.length) return controller.close();
            const piece = body.slice(place, place + 100_000);
            place += piece.length;
            read += piece.length;
            controller.enqueue(piece);
          },
          cancel: () => void cancelled++,
        },
        { highWaterMark: 0 },
      ),
      { status: answer },
    );
  });
  const failed = jest.fn<(problem: Problem) => void>();
  const states: string[] = [];
  const download = createDownload({
    link,
    fetch,
    failed,
    changed: () => void states.push(download.status().state),
  });
  const until = async (state: string) => {
    for (let tries = 0; download.status().state !== state && tries < 500; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(download.status().state).toBe(state);
  };
  return {
    name,
    link,
    fetch,
    failed,
    states,
    download,
    until,
    read: () => read,
    cancelled: () => cancelled,
    size: ciphertext.length,
  };
}

describe('a stored file', () => {
  test('is named by its first segment; the rest is not fetched', async () => {
    const { name, download, until, read, cancelled, size } = await setUp();
    download.show(name, false);
    await until('named');
    expect(download.status()).toMatchObject({ filename: 'report.pdf', size: data.length, content: null });
    expect(read()).toBeLessThan(size / 2);
    expect(cancelled()).toBe(1);
  });

  test('is there when the last byte has come, and not before', async () => {
    const { name, download, until, states } = await setUp();
    download.show(name, false);
    await until('named');
    const content = await download.fetch();
    expect(Buffer.from(await content!.arrayBuffer()).equals(data)).toBe(true);
    expect(states.at(-1)).toBe('ready');
    expect(states.slice(0, -1)).not.toContain('ready');
    // Again, without fetching it again.
    expect(await download.fetch()).toBe(content);
  });

  test('is fetched at once for a preview', async () => {
    const { name, download, until, fetch } = await setUp();
    download.show(name, true);
    await until('ready');
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(download.status().content!.size).toBe(data.length);
  });

  test('once its URL has run out another one is asked for', async () => {
    const { name, download, until, link } = await setUp({ status: [403, 200] });
    download.show(name, true);
    await until('ready');
    expect(link.requestDownload).toHaveBeenCalledTimes(2);
  });

  test('can be stopped, and started again', async () => {
    const { name, download, until } = await setUp();
    download.show(name, false);
    await until('named');
    const first = download.fetch();
    await until('downloading');
    download.stop();
    expect(await first).toBeNull();
    expect(download.status()).toMatchObject({ state: 'named', content: null });
    expect((await download.fetch())!.size).toBe(data.length);
  });
});

describe('a file that is not as it was stored', () => {
  test.each<[string, (body: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>]>([
    ['altered in its last segment', (body) => ((body[body.length - 1]! ^= 1), body)],
    ['altered in its first', (body) => ((body[100]! ^= 1), body)],
    ['cut', (body) => body.slice(0, -1)],
    ['cut at a segment', (body) => body.slice(0, 13 + 2 * (1024 * 1024 + 16))],
    ['longer', (body) => new Uint8Array([...body, 0])],
    ['empty', () => new Uint8Array()],
    [
      'with its segments in another order',
      (body) => {
        const [start, segment] = [13, 1024 * 1024 + 16];
        const first = body.slice(start, start + segment);
        body.copyWithin(start, start + segment, start + 2 * segment);
        body.set(first, start + segment);
        return body;
      },
    ],
  ])('%s: none of it is given out', async (_name, change) => {
    const { name, download, until, failed, states } = await setUp({ change });
    download.show(name, true);
    await until('failed');
    expect(download.status()).toMatchObject({ content: null, isDamaged: true });
    expect(states).not.toContain('ready');
    expect(failed.mock.calls.map(([{ code }]) => code)).toEqual(['UNAVAILABLE']);
    expect(await download.fetch()).toBeNull();
  });

  test('missing is not damaged', async () => {
    const { name, download, until } = await setUp({ status: [404] });
    download.show(name, true);
    await until('failed');
    expect(download.status().isDamaged).toBe(false);
  });
});

describe('who may see it', () => {
  test('not without a grant; shown again after there is one', async () => {
    const { name, download, until, link } = await setUp();
    link.requestDownload.mockRejectedValueOnce(new ProblemError('READ_GRANT_MISSING', 'No.'));
    download.show(name, false);
    await until('failed');
    expect(download.status().problem?.code).toBe('READ_GRANT_MISSING');
    download.show(name, false);
    await until('named');
  });

  test('not the next session: what was on show goes', async () => {
    const { name, download, until } = await setUp();
    download.show(name, true);
    await until('ready');
    download.reset();
    expect(download.status()).toMatchObject({
      state: 'failed',
      content: null,
      filename: undefined,
      problem: { code: 'READ_GRANT_MISSING' },
    });
  });

  test('a late answer for another file, or for none, is dropped', async () => {
    const { name, download } = await setUp();
    download.show(name, true);
    download.show(null, true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(download.status().state).toBe('none');
  });
});
