import { describe, expect, test } from '@jest/globals';
import { done, explain } from '../test-support/model-check/explain.js';
import type { Operation, Program } from '../test-support/model-check/explain.js';

/** Operations on one number. */
const write =
  (value: number): Program<number> =>
  () => [[value, done]];
const read =
  (seen: number): Program<number> =>
  (value) =>
    value === seen ? [[value, done]] : [];
/** Reads, and writes one more in another step: updates can be lost. */
const increment: Program<number> = (value, [place, before]) =>
  place === 'begin' ? [[value, ['write', value]]] : [[Number(before) + 1, done]];
/** Reads the clock, and gives it in another step. */
const tell =
  (time: number): Program<number> =>
  (value, [place, at], clock) =>
    place === 'begin' ? [[value, ['tell', clock]]] : at === time ? [[value, done]] : [];

let ids = 0;
const operation = (invoked: number, responded: number, program: Program<number>): Operation<number> => ({
  id: ids++,
  invoked,
  responded,
  program,
});
const isExplained = (operations: Operation<number>[], advances: { at: number; to: number }[] = []) =>
  explain(0, 100, operations, advances).unexplained === undefined;

describe('a history is explained', () => {
  test('by the order of calls that do not overlap, and by no other', () => {
    expect(isExplained([operation(0, 1, write(1)), operation(2, 3, read(1))])).toBe(true);
    expect(isExplained([operation(0, 1, write(1)), operation(2, 3, read(0))])).toBe(false);
    expect(isExplained([operation(0, 1, read(1)), operation(2, 3, write(1))])).toBe(false);
  });

  test('by any order of calls that overlap', () => {
    for (const seen of [0, 1])
      expect(isExplained([operation(0, 3, write(1)), operation(1, 2, read(seen))])).toBe(true);
    expect(isExplained([operation(0, 3, write(1)), operation(1, 2, read(2))])).toBe(false);
  });

  test('by one order for all who see it', () => {
    const writes = [operation(0, 9, write(1)), operation(1, 8, write(2))];
    expect(isExplained([...writes, operation(2, 3, read(1)), operation(4, 5, read(2))])).toBe(true);
    expect(
      isExplained([...writes, operation(2, 3, read(1)), operation(4, 5, read(2)), operation(6, 7, read(1))]),
    ).toBe(false);
  });

  test('by steps of calls between each other, where calls have several', () => {
    const together = [operation(0, 3, increment), operation(1, 2, increment)];
    for (const seen of [1, 2]) expect(isExplained([...together, operation(4, 5, read(seen))])).toBe(true);
    const apart = [operation(0, 1, increment), operation(2, 3, increment)];
    expect(isExplained([...apart, operation(4, 5, read(2))])).toBe(true);
    expect(isExplained([...apart, operation(4, 5, read(1))])).toBe(false);
  });

  test('by the clock at a time of the call', () => {
    const turned = [{ at: 2, to: 200 }];
    for (const time of [100, 200]) expect(isExplained([operation(1, 3, tell(time))], turned)).toBe(true);
    expect(isExplained([operation(3, 4, tell(100))], turned)).toBe(false);
    expect(isExplained([operation(0, 1, tell(200))], turned)).toBe(false);
  });

  test('or it is said whose answer nothing explains', () => {
    const [fine, wrong] = [operation(0, 1, write(1)), operation(2, 3, read(5))];
    expect(explain(0, 0, [fine, wrong], []).unexplained).toBe(wrong.id);
  });
});
