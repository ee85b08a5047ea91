import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { createServer, request } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchServerLoad } from './load.js';

describe('how long requests wait', () => {
  let now: number;
  let server: EventEmitter;
  let load: ReturnType<typeof watchServerLoad>;
  /** Whether the database answers at once. */
  let isQuick: boolean;
  /** Questions that the database has not answered yet. */
  let questions: { answer(): void; fail(): void }[];
  const ping = () =>
    new Promise<void>((resolve, reject) => {
      if (isQuick) resolve();
      else questions.push({ answer: resolve, fail: () => reject(new Error('connect ECONNREFUSED')) });
    });
  /** Lets the event loop come round on time. */
  const comeRound = () => jest.advanceTimersByTime(20);
  /** Ends the turn of the event loop, after what was to happen at its end. */
  const endTurn = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    now = 0;
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    server = new EventEmitter();
    questions = [];
    isQuick = false;
    load = watchServerLoad(server as Server, ping);
  });
  afterEach(() => {
    load.stop();
    expect(jest.getTimerCount()).toBe(0);
    expect(server.listenerCount('connection')).toBe(0);
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const ask = async (took: number, end: 'answer' | 'fail' = 'answer') => {
    load.delay(true);
    now += took;
    questions.pop()![end]();
    await endTurn();
    comeRound();
  };

  test('for the database, four times for a call, is told for a second', async () => {
    await ask(300);
    expect(load.delay(true)).toBe(4 * 300);
    questions.pop()!.answer();
    await endTurn();
    expect(load.delay(true)).toBe(0);
    now += 250;
    comeRound();
    await ask(100);
    now += 999;
    comeRound();
    expect(load.delay(true)).toBe(4 * 100);
    now += 1;
    comeRound();
    questions.pop();
    expect(load.delay(true)).toBe(4 * 1);
  });

  test('for a database that does not answer grows, with one question at a time', () => {
    load.delay(true);
    for (const later of [100, 1000, 10_000]) {
      now = later;
      comeRound();
      expect(load.delay(true)).toBe(4 * later);
    }
    expect(questions).toHaveLength(1);
  });

  test('for a database that is away is not known: calls fail by themselves', async () => {
    await ask(2000, 'fail');
    expect(load.delay(true)).toBe(0);
  });

  test('for a database with few calls is not asked for, and does not count', async () => {
    await ask(300);
    expect(load.delay(false)).toBe(0);
    now += 2000;
    comeRound();
    expect(load.delay(false)).toBe(0);
    expect(questions).toHaveLength(0);
  });

  test('is asked of the database only when somebody comes, and not for everyone', async () => {
    now = 60_000;
    comeRound();
    expect(questions).toHaveLength(0);
    await ask(1);
    for (let i = 0; i < 10; i++) load.delay(true);
    expect(questions).toHaveLength(0);
    now += 250;
    comeRound();
    for (let i = 0; i < 10; i++) load.delay(true);
    expect(questions).toHaveLength(1);
  });

  test('for the turns of the event loop, four for a call, counts from when it last came round', async () => {
    isQuick = true;
    expect(load.delay(true)).toBe(0);
    await endTurn();
    now = 270;
    expect(load.delay(true)).toBe(4 * 250);
    await endTurn();
    comeRound();
    expect(load.delay(true)).toBe(0);
  });

  test('to be accepted counts from when the last turn found nobody', async () => {
    isQuick = true;
    for (let turn = 0; turn < 10; turn++) {
      jest.advanceTimersByTime(20);
      server.emit('connection');
      expect(load.delay(true)).toBe(turn * 100);
      await endTurn();
      now += 100;
    }
    jest.advanceTimersByTime(20);
    expect(load.delay(true)).toBe(1000);
    await endTurn();
    expect(load.delay(true)).toBe(0);
    server.emit('connection');
    expect(load.delay(true)).toBe(0);
    await endTurn();
  });
});

test('a server that does not keep up with new connections knows how long they wait', async () => {
  const waits: number[] = [];
  const server = createServer((_request, response) => {
    waits.push(load.delay(true));
    const end = performance.now() + 10;
    while (performance.now() < end);
    response.end();
  });
  const load = watchServerLoad(server, async () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      const outgoing = request({ port, host: '127.0.0.1', agent: false }).end();
      const [response] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream];
      response.resume();
      await once(response, 'end');
    }),
  );
  expect(Math.max(...waits)).toBeGreaterThan(100);
  const { delay } = load;
  // Until it is over; a wait of a millisecond is none.
  while (delay(false) > 5) await new Promise((resolve) => setTimeout(resolve, 5));
  load.stop();
  server.close();
});
