import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Problem } from '../../protocol/problem.js';
import { createPartStore } from '../../test-support/part-store.js';
import { outcomeOf, pass } from '../../test-support/time.js';
import { createUploads } from './uploads.js';

const many = { multiple: true };
const file = (name: string, content: BlobPart = name, type = 'text/plain') =>
  new File([content], name, { type });

function setUp() {
  const store = createPartStore();
  const clock = { now: 0 };
  const failed = jest.fn<(problem: Problem) => void>();
  const uploads = createUploads({
    link: store.link,
    send: store.send,
    network: { isOnline: () => true, online: async () => undefined },
    now: () => clock.now,
    changed: jest.fn(),
    failed,
  });
  const states = () => uploads.entries().map(({ state }) => state);
  const settle = async () => {
    for (let tries = 0; tries < 100 && states().some((it) => it === 'queued' || it === 'uploading'); tries++)
      await pass(100);
  };
  const namesOf = async (tokens: string[]) =>
    Promise.all(tokens.map(async (token) => (await store.open(token)).filename));
  return { ...store, uploads, states, settle, clock, failed, namesOf };
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('files that are chosen', () => {
  test('go up at once, small ones with one call, and give their tokens in order', async () => {
    const { uploads, settle, link, states, namesOf } = setUp();
    uploads.add([file('a'), file('b'), file('c')], many);
    await settle();
    expect(states()).toEqual(['stored', 'stored', 'stored']);
    const batches = link.requestUpload.mock.calls.map(([batch]) => batch);
    expect(new Set(batches.map(({ id }) => id)).size).toBe(1);
    expect(batches.map(({ size }) => size)).toEqual([3, 3, 3]);
    const tokens = await uploads.finish();
    expect(await namesOf(tokens)).toEqual(['a', 'b', 'c']);
  });

  test('many small ones are not all in memory: they come in groups', async () => {
    const { uploads, settle, link, states } = setUp();
    uploads.add(
      Array.from({ length: 45 }, (_, index) => file(`${index}`)),
      many,
    );
    await settle();
    expect(states().every((state) => state === 'stored')).toBe(true);
    const sizes = new Map(link.requestUpload.mock.calls.map(([{ id, size }]) => [id, size]));
    expect([...sizes.values()]).toEqual([20, 20, 5]);
  });

  test('large ones go two at a time, four requests at a time', async () => {
    const { uploads, states, hold, send } = setUp();
    const letGo = hold();
    const content = new Uint8Array(12_000_000);
    uploads.add([file('a', content), file('b', content), file('c', content)], many);
    await pass(2000);
    expect(states()).toEqual(['uploading', 'uploading', 'queued']);
    expect(send.mock.calls.length).toBe(4);
    letGo();
    await outcomeOf(uploads.finish());
    expect(states()).toEqual(['stored', 'stored', 'stored']);
  });

  test('are refused when there is a reason, and hold up the form until they are removed', async () => {
    const { uploads, settle, states } = setUp();
    const rules = { multiple: true, accept: '.txt', maxSize: 10, maxFiles: 2 };
    uploads.add(
      [file('a.txt'), file('b.exe'), file('c.txt', 'x'.repeat(11)), file('d.txt'), file('e.txt')],
      rules,
    );
    await settle();
    expect(uploads.entries().map(({ code }) => code)).toEqual([
      null,
      'TYPE_MISMATCH',
      'TOO_LARGE',
      null,
      'TOO_MANY_FILES',
    ]);
    await expect(uploads.finish()).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    for (const { id, state } of uploads.entries()) if (state === 'refused') uploads.remove(id);
    expect(states()).toEqual(['stored', 'stored']);
    expect(await uploads.finish()).toHaveLength(2);
  });

  test('another choice takes away what was refused, and adds up to the most files', async () => {
    const { uploads, settle } = setUp();
    uploads.add([file('a.txt'), file('b.exe')], { multiple: true, accept: '.txt', maxFiles: 2 });
    uploads.add([file('c.txt'), file('d.txt')], { multiple: true, accept: '.txt', maxFiles: 2 });
    await settle();
    expect(uploads.entries().map(({ file: { name }, state }) => [name, state])).toEqual([
      ['a.txt', 'stored'],
      ['c.txt', 'stored'],
      ['d.txt', 'refused'],
    ]);
  });

  test('a single one is replaced by the next, and what was under way is given up', async () => {
    const { uploads, settle, hold, namesOf } = setUp();
    const letGo = hold();
    uploads.add([file('a')], {});
    await pass(500);
    uploads.add([file('b')], {});
    letGo();
    await settle();
    expect(await namesOf(await uploads.finish())).toEqual(['b']);
  });

  test('no choice, as when the dialog is closed, changes nothing', async () => {
    const { uploads, settle } = setUp();
    uploads.add([file('a')], {});
    uploads.add([], {});
    await settle();
    expect(await uploads.finish()).toHaveLength(1);
  });
});

describe('finishing', () => {
  test('waits for what is under way, resumes what is paused, tries again what failed', async () => {
    const { uploads, settle, states, trouble, failed } = setUp();
    trouble.push(...Array<number>(10).fill(503));
    uploads.add([file('a')], many);
    await settle();
    expect(states()).toEqual(['failed']);
    expect(failed.mock.calls.map(([{ code }]) => code)).toEqual(['UNAVAILABLE']);
    trouble.length = 0;
    uploads.add([file('b', new Uint8Array(12_000_000))], many);
    await pass(100);
    uploads.pause(uploads.entries()[1]!.id);
    await pass(5000);
    expect(await outcomeOf(uploads.finish())).toHaveLength(2);
  });

  test('gives nothing when one of them fails, and says why', async () => {
    const { uploads, refusals } = setUp();
    refusals.set('requestUpload', 'QUOTA_EXCEEDED');
    uploads.add([file('a')], many);
    expect(await outcomeOf(uploads.finish())).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  test('of no files has no tokens', async () => {
    expect(await setUp().uploads.finish()).toEqual([]);
  });

  test('old tokens are confirmed first; one whose grant has run out is uploaded anew', async () => {
    const { uploads, settle, clock, link, namesOf } = setUp();
    uploads.add([file('a'), file('b')], many);
    await settle();
    const before = await uploads.finish();
    expect(link.completeUploads).not.toHaveBeenCalled();
    clock.now += 5 * 60_000;
    link.completeUploads.mockImplementationOnce(async (tokens) =>
      tokens.map((token) => ({
        token,
        problem: token === before[1] ? { code: 'GRANT_EXPIRED', message: 'It ran out.' } : null,
      })),
    );
    const after = (await outcomeOf(uploads.finish())) as string[];
    expect(link.completeUploads.mock.calls[0]![0]).toEqual(before);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(await namesOf(after)).toEqual(['a', 'b']);
    // And those are fresh.
    await uploads.finish();
    expect(link.completeUploads).toHaveBeenCalledTimes(1);
  });
});

describe('time and other sessions', () => {
  test('what is stored is kept alive, when it is old enough to need it', async () => {
    const { uploads, settle, clock, link } = setUp();
    uploads.add([file('a')], many);
    await settle();
    await uploads.keep();
    expect(link.completeUploads).not.toHaveBeenCalled();
    clock.now += 5 * 60_000;
    await uploads.keep();
    await uploads.keep();
    expect(link.completeUploads).toHaveBeenCalledTimes(1);
  });

  test('a tokenizer that cannot say so now changes nothing', async () => {
    const { uploads, settle, states, clock, link } = setUp();
    uploads.add([file('a')], many);
    await settle();
    clock.now += 5 * 60_000;
    link.completeUploads.mockImplementationOnce(async ([token]) => [
      { token: token!, problem: { code: 'UNAVAILABLE', message: 'Not now.' } },
    ]);
    await uploads.keep();
    expect(states()).toEqual(['stored']);
  });

  test('another session: nothing of the former is handed over; it is uploaded again', async () => {
    const { uploads, settle, states } = setUp();
    uploads.add([file('a')], many);
    await settle();
    const [before] = await uploads.finish();
    uploads.reset();
    expect(states()).toEqual(['failed']);
    const [after] = (await outcomeOf(uploads.finish())) as string[];
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });

  test('cleared, there is nothing left', async () => {
    const { uploads, settle } = setUp();
    uploads.add([file('a'), file('b.exe')], { multiple: true, accept: '.txt' });
    uploads.clear();
    await settle();
    expect(await uploads.finish()).toEqual([]);
  });
});
