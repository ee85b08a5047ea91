import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { configJSONSchema, settingDescriptions } from './catalog.js';
import { configReference } from './reference.js';

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('the written settings', () => {
  test('docs/configuration.md is current; if not: npm run docs:config', async () => {
    expect(await read('docs/configuration.md')).toBe(configReference());
  });

  test('config.schema.json is current; if not: npm run docs:config', async () => {
    expect(JSON.parse(await read('tokenizer-api/config.schema.json'))).toEqual(configJSONSchema());
  });

  test('every setting is explained', () => {
    expect(settingDescriptions.filter(({ description }) => !description)).toEqual([]);
  });

  test('every setting outside of lists has a variable, or is a part of one that has', () => {
    const named = settingDescriptions.filter(({ variable }) => variable);
    const isReached = (path: readonly string[]) =>
      named.some((it) => it.type !== 'kind' && it.path.every((part, index) => part === path[index])) ||
      named.some((it) => it.path.join() === path.join());
    expect(settingDescriptions.filter(({ path }) => !isReached(path))).toEqual([]);
  });

  test('no variable means two settings', () => {
    const variables = settingDescriptions.flatMap(({ variable }) => (variable ? [variable] : []));
    expect(new Set(variables).size).toBe(variables.length);
  });
});
