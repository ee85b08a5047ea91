import { describe, expect, test } from '@jest/globals';
import { createUUIDs } from './uuid.js';

describe('version 7 UUIDs', () => {
  const start = Date.UTC(2030, 0, 1);

  test('begin with the time and say their version', () => {
    const id = createUUIDs(() => new Date(start))();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(start);
  });

  test('grow with every call: in one millisecond, over many, and when the clock steps back', () => {
    let time = start;
    const create = createUUIDs(() => new Date(time));
    const ids = Array.from({ length: 10_000 }, (_, index) => {
      if (index % 5000 === 0) time += 1;
      if (index === 7000) time -= 60_000;
      return create();
    });
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
