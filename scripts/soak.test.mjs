import { describe, expect, test } from '@jest/globals';
import { judge } from '../bench/soak/verdict.mjs';

const MiB = 1024 * 1024;

/** A window of a tokenizer that does well, or else. */
const window = (number, changes = {}) => ({
  seconds: number * 5,
  p99: 40 + (number % 3),
  longest: 90,
  outcomes: { ok: 500 },
  ...changes,
  process: {
    rss: 150 * MiB,
    heapUsed: (60 + (number % 5)) * MiB,
    isCollected: number % 3 === 0,
    descriptors: 60 + (number % 4),
    resources: 50,
    ...changes.process,
  },
});
const windows = (changes = () => ({})) =>
  Array.from({ length: 60 }, (_, number) => window(number, changes(number)));

const recovery = { seconds: 23, cleared: 20, servedPerSecond: 700, waited: 60, samples: [window(1)] };
const wellRun = () => ({
  steady: windows(),
  overload: [window(1, { outcomes: { ok: 400, 'SHED (tokenize)': 900, 'RATE_LIMITED (detokenize)': 1 } })],
  saturation: { callsPerSecond: 800 },
  recovery,
  collected: { heapUsed: 62 * MiB },
  rates: { outcomes: { ok: 1200, RATE_LIMITED: 16 }, again: 'RATE_LIMITED', other: 'ok' },
  values: { read: 300, lost: 0, deleted: 50, undead: 0 },
});
const failed = (changes) =>
  judge({ ...wellRun(), ...changes })
    .filter(({ holds }) => !holds)
    .map(({ name }) => name);
const only = (changes) => [window(1, changes)];

describe('the verdict of a soak', () => {
  test('is good for a tokenizer that does well, however its garbage and latency go up and down', () => {
    expect(failed({})).toEqual([]);
  });

  test.each([
    [
      'a heap that grows by 100 KiB in a second',
      'heap after collection',
      (number) => ({ process: { heapUsed: (60 + number / 2) * MiB } }),
    ],
    ['answers that become slower and slower', 'p99', (number) => ({ p99: 40 + number * 5 })],
    [
      'sockets that are not closed',
      'file descriptors',
      (number) => ({ process: { descriptors: 60 + number * 2 } }),
    ],
    [
      'timers that are not ended',
      'active resources',
      (number) => ({ process: { resources: 50 + number * 2 } }),
    ],
  ])('finds %s', (_, figure, changes) => {
    expect(failed({ steady: windows(changes) })).toEqual([`steady: ${figure} does not rise`]);
  });

  test('does not take a single slow window, nor one large heap, for a rise', () => {
    const steady = windows((number) => (number === 57 ? { p99: 900, process: { heapUsed: 90 * MiB } } : {}));
    expect(failed({ steady })).toEqual([]);
  });

  test.each([
    [
      'an answer that nobody expected',
      { steady: windows((n) => (n === 9 ? { outcomes: { ok: 1, ECONNRESET: 1 } } : {})) },
      'steady: no unexpected answer',
    ],
    [
      'refusals without an overload',
      { steady: windows(() => ({ outcomes: { ok: 100, 'SHED (tokenize)': 1 } })) },
      'steady: hardly any refusal',
    ],
    [
      'an overload that was none',
      { overload: only({}) },
      'overload: it was one, and some were served all the same',
    ],
    [
      'an overload that nobody got through',
      { overload: only({ outcomes: { SHED: 5 } }) },
      'overload: it was one, and some were served all the same',
    ],
    [
      'a call that got no answer',
      { overload: only({ outcomes: { ok: 1, SHED: 5, 'NO_ANSWER (tokenize)': 1 } }) },
      'overload: every answer is a success, RATE_LIMITED or 503',
    ],
    [
      'a limit that does not say for how long',
      { overload: only({ outcomes: { ok: 1, SHED: 5, 'RATE_LIMITED without retryAfter (tokens)': 1 } }) },
      'overload: every answer is a success, RATE_LIMITED or 503',
    ],
    [
      'an answer that took too long',
      { overload: only({ longest: 10_001, outcomes: { ok: 1, SHED: 1 } }) },
      'overload: the slowest answer',
    ],
    [
      'memory that an overload takes',
      { overload: only({ process: { rss: 500 * MiB }, outcomes: { ok: 1, SHED: 1 } }) },
      'overload: memory above the steady part',
    ],
    [
      'a tokenizer that does not recover',
      { recovery: { ...recovery, seconds: undefined } },
      'recovery: p99 is then as before',
    ],
    ['one that recovers late', { recovery: { ...recovery, seconds: 26 } }, 'recovery: p99 is then as before'],
    [
      'one that does not come to an end with those who try again',
      { recovery: { ...recovery, cleared: undefined, seconds: 4 } },
      'recovery: who was refused and tries again is served at full speed',
    ],
    [
      'one that is slow with them',
      { recovery: { ...recovery, servedPerSecond: 399 } },
      'recovery: who was refused and tries again is served at full speed',
    ],
    [
      'memory that an overload keeps',
      { collected: { heapUsed: 80 * MiB } },
      'recovery: heap after collection is as before',
    ],
    [
      'a rate that limits nobody',
      { rates: { outcomes: { ok: 2000 }, again: 'ok', other: 'ok' } },
      'rates of the defaults: a session is limited, and it alone',
    ],
    [
      'a rate that limits others, too',
      { rates: { ...wellRun().rates, other: 'RATE_LIMITED' } },
      'rates of the defaults: a session is limited, and it alone',
    ],
    ['a value that is lost', { values: { ...wellRun().values, lost: 1 } }, 'values: none is lost'],
    ['that no value was looked for', { values: { ...wellRun().values, read: 0 } }, 'values: none is lost'],
    [
      'a deleted value that can be read',
      { values: { ...wellRun().values, undead: 1 } },
      'values: none came back after its deletion',
    ],
  ])('finds %s', (_, changes, criterion) => {
    expect(failed(changes)).toEqual([criterion]);
  });

  test('is bad when there are too few samples to judge by', () => {
    expect(failed({ steady: windows().slice(0, 3) })).toContain('steady: p99 does not rise');
  });
});
