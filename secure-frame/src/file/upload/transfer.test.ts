import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { toBase64, sha256 } from '../../crypto/index.js';
import { createPartStore } from '../../test-support/part-store.js';
import { pass, settled } from '../../test-support/time.js';
import { createTransfer, singleRequestSize } from './transfer.js';

const batch = { id: 'choice', size: 1 };
const small = new Uint8Array(randomBytes(3000));
const large = new Uint8Array(randomBytes(12_000_000));

function setUp(content: BlobPart = small, name = 'report.pdf') {
  const store = createPartStore();
  const network = { on: true, arrive: () => {} };
  const file = new File([content], name, { type: 'application/pdf' });
  const changed = jest.fn();
  const transfer = createTransfer({
    file,
    link: store.link,
    send: store.send,
    network: {
      isOnline: () => network.on,
      online: (signal) =>
        new Promise((resolve, reject) => {
          network.arrive = () => {
            network.on = true;
            resolve();
          };
          signal.addEventListener('abort', () => reject(new DOMException('Stopped.', 'AbortError')));
        }),
    },
    limit: (task) => task(),
    changed,
  });
  const until = async (state: string) => {
    for (let tries = 0; transfer.status().state !== state && tries < 200; tries++) await pass(100);
    expect(transfer.status().state).toBe(state);
  };
  return { ...store, transfer, network, changed, until, file };
}

/** One ciphertext per token and place, however often it is sent: else a nonce would serve two plaintexts. */
function expectSameBytes(sent: { token: string; number: number; body: Uint8Array }[]): void {
  const seen = new Map<string, Uint8Array>();
  for (const { token, number, body } of sent) {
    const before = seen.get(`${token}/${number}`);
    if (before) expect(Buffer.from(before).equals(body)).toBe(true);
    seen.set(`${token}/${number}`, body);
  }
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a small file', () => {
  test('goes in one request, with its name and type inside the ciphertext', async () => {
    const { transfer, until, link, open, sent, inputs } = setUp();
    transfer.start(batch);
    await until('stored');
    const { token, sent: bytes } = transfer.status();
    expect(bytes).toBe(3000);
    expect(link.requestUpload).toHaveBeenCalledTimes(1);
    expect(link.requestUpload.mock.calls[0]![0]).toEqual(batch);
    expect(link.requestMultipart).not.toHaveBeenCalled();
    const { checksum, size } = inputs.get(token!)!;
    expect([checksum, size]).toEqual([toBase64(await sha256(sent[0]!.body)), sent[0]!.body.length]);
    expect(await open(token!)).toEqual({ mediaType: 'application/pdf', filename: 'report.pdf', data: small });
  });

  test('an empty one is stored as well', async () => {
    const { transfer, until, open } = setUp(new Uint8Array());
    transfer.start(batch);
    await until('stored');
    expect((await open(transfer.status().token!)).data).toHaveLength(0);
  });

  test('is signed anew when its URL has run out, and sent again as it was', async () => {
    const { transfer, until, link, trouble, sent } = setUp();
    trouble.push(403, 0, 503);
    transfer.start(batch);
    await until('stored');
    expect(sent).toHaveLength(4);
    expectSameBytes(sent);
    const { token } = transfer.status();
    expect(link.requestUpload.mock.calls.slice(1).map(([alone]) => alone)).toEqual(
      Array(3).fill({ id: token, size: 1 }),
    );
  });

  test.each([409, 412])('%d: an earlier try has arrived', async (status) => {
    const { transfer, until, trouble } = setUp();
    trouble.push(status);
    transfer.start(batch);
    await until('stored');
  });
});

describe('a large file', () => {
  test('goes in parts, is completed, and opens as what it was', async () => {
    const { transfer, until, link, open, completed, stored } = setUp(large);
    transfer.start(batch);
    await until('stored');
    const token = transfer.status().token!;
    expect(link.requestUpload).not.toHaveBeenCalled();
    expect(link.requestMultipart.mock.calls[0]![1].checksum).toBeUndefined();
    expect([...stored.get(token)!.keys()].sort()).toEqual([1, 2, 3]);
    expect(completed).toEqual(new Set([token]));
    const { data, filename } = await open(token);
    expect(filename).toBe('report.pdf');
    expect(Buffer.from(data).equals(large)).toBe(true);
  });

  test('each part is signed for what it is: number, size, digest', async () => {
    const { transfer, until, link, stored } = setUp(large);
    transfer.start(batch);
    await until('stored');
    const parts = stored.get(transfer.status().token!)!;
    for (const [, { number, size, checksum }] of link.signPart.mock.calls) {
      expect(size).toBe(parts.get(number)!.length);
      expect(checksum).toBe(toBase64(await sha256(parts.get(number)!)));
    }
  });

  test('at most three parts are read and sent at a time', async () => {
    const { transfer, sent, hold, until } = setUp(new Uint8Array(24_000_000));
    const letGo = hold();
    transfer.start(batch);
    await pass(1000);
    expect(sent).toHaveLength(3);
    letGo();
    await until('stored');
  });

  test('tells how much was sent, and never more than there is', async () => {
    const { transfer, until, changed } = setUp(large);
    const shares: number[] = [];
    changed.mockImplementation(() => void shares.push(transfer.status().sent));
    transfer.start(batch);
    await until('stored');
    expect(Math.max(...shares)).toBe(large.length);
    expect(new Set(shares).size).toBeGreaterThan(4);
  });

  test('paused, nothing is sent; resumed, it goes on with the same bytes', async () => {
    const { transfer, until, hold, sent, open } = setUp(large);
    const letGo = hold();
    transfer.start(batch);
    await pass(500);
    transfer.pause();
    await pass(10_000);
    expect(transfer.status().state).toBe('paused');
    const before = sent.length;
    letGo();
    await pass(10_000);
    expect(sent).toHaveLength(before);
    transfer.resume();
    await until('stored');
    expectSameBytes(sent);
    expect(Buffer.from((await open(transfer.status().token!)).data).equals(large)).toBe(true);
  });

  test('failed, it goes on where it was when it is tried again: no part that is there is sent again', async () => {
    const { transfer, until, trouble, sent, stored, link, open } = setUp(large);
    trouble.push(200, ...Array<number>(20).fill(503));
    // The first answer is not the store's: say that it took the part all the same.
    transfer.start(batch);
    await until('failed');
    expect(transfer.status().problem?.code).toBe('UNAVAILABLE');
    const token = sent[0]!.token;
    const [first] = sent;
    stored.set(token, new Map([[first!.number, first!.body]]));
    trouble.length = 0;
    const before = sent.length;
    transfer.retry();
    await until('stored');
    expect(sent.slice(before).map(({ number }) => number)).not.toContain(first!.number);
    expect(transfer.status().token).toBe(token);
    expect(link.requestMultipart).toHaveBeenCalledTimes(1);
    expectSameBytes(sent);
    expect(Buffer.from((await open(token)).data).equals(large)).toBe(true);
  });

  test('whose grant has run out begins anew, under another token and key', async () => {
    const { transfer, until, refusals, inputs, sent } = setUp(large);
    refusals.set('signPart', 'GRANT_EXPIRED');
    transfer.start(batch);
    await until('failed');
    refusals.clear();
    transfer.retry();
    expect(transfer.status()).toMatchObject({ state: 'queued', sent: 0, token: null });
    transfer.start(batch);
    await until('stored');
    const [first, second] = [...inputs.values()];
    expect(second!.token).not.toBe(first!.token);
    expect(second!.dataKey).not.toBe(first!.dataKey);
    expect(new Set(sent.map(({ token }) => token))).toEqual(new Set([second!.token]));
  });

  test('that is not complete after all has failed', async () => {
    const { transfer, until, link } = setUp(large);
    link.completeUploads.mockImplementation(async (tokens) =>
      tokens.map((token) => ({ token, problem: { code: 'UPLOAD_MISSING', message: 'Not all there.' } })),
    );
    transfer.start(batch);
    await until('failed');
    expect(transfer.status()).toMatchObject({ token: null, problem: { code: 'UPLOAD_MISSING' } });
  });

  test('cancelled, it sends and asks nothing more, and never has a token', async () => {
    const { transfer, hold, link, sent } = setUp(large);
    const letGo = hold();
    transfer.start(batch);
    await pass(500);
    transfer.cancel();
    letGo();
    const before = [sent.length, link.signPart.mock.calls.length];
    await pass(10_000);
    expect([sent.length, link.signPart.mock.calls.length]).toEqual(before);
    expect(link.completeUploads).not.toHaveBeenCalled();
    expect(transfer.status().token).toBeNull();
    transfer.start(batch);
    await pass(100);
    expect(link.requestMultipart).toHaveBeenCalledTimes(1);
  });

  test('that is exactly as large as one request may be goes in one', async () => {
    const { transfer, until, link } = setUp(new Uint8Array(singleRequestSize - 300_000));
    transfer.start(batch);
    await until('stored');
    expect(link.requestUpload).toHaveBeenCalledTimes(1);
  });
});

describe('trouble', () => {
  test('without a network it waits as long as it takes, and goes on by itself', async () => {
    const { transfer, until, network, sent } = setUp();
    network.on = false;
    transfer.start(batch);
    await until('waiting');
    await pass(3600_000);
    expect(sent).toHaveLength(0);
    network.arrive();
    await until('stored');
  });

  test('a network that goes away during a request is no failure', async () => {
    const { transfer, until, network, send } = setUp();
    send.mockImplementationOnce(async () => {
      network.on = false;
      return 0;
    });
    transfer.start(batch);
    await until('waiting');
    network.arrive();
    await until('stored');
  });

  test.each(['TOO_LARGE', 'QUOTA_EXCEEDED', 'UNAUTHENTICATED', 'RATE_LIMITED'] as const)(
    '%s of the tokenizer is its failure',
    async (code) => {
      const { transfer, until, refusals } = setUp();
      refusals.set('requestUpload', code);
      transfer.start(batch);
      await until('failed');
      expect(transfer.status().problem?.code).toBe(code);
      refusals.clear();
      transfer.retry();
      transfer.start(batch);
      await until('stored');
    },
  );

  test('a file that is changed while it is read fails, and nothing half is stored', async () => {
    const { transfer, until, file, completed } = setUp(large);
    jest.spyOn(file, 'stream').mockReturnValue(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(1000));
          controller.error(new DOMException('Changed.', 'NotReadableError'));
        },
      }) as ReturnType<File['stream']>,
    );
    transfer.start(batch);
    await until('failed');
    expect(transfer.status().problem?.code).toBe('BAD_USER_INPUT');
    expect(completed.size).toBe(0);
  });

  test('the session is another one: what was stored is of no use, and is uploaded anew', async () => {
    const { transfer, until } = setUp();
    transfer.start(batch);
    await until('stored');
    const first = transfer.status().token;
    transfer.fail({ code: 'UNAUTHENTICATED', message: 'Another session.' });
    expect(transfer.status()).toMatchObject({ state: 'failed', token: null });
    transfer.retry();
    transfer.start(batch);
    await until('stored');
    expect(transfer.status().token).not.toBe(first);
  });
});

test('a member of a batch that is not to be sent any more does not hold it up', async () => {
  const { transfer, link } = setUp();
  transfer.cancel();
  transfer.start(batch);
  await settled();
  expect(link.skip).toHaveBeenCalledWith(batch);
});
