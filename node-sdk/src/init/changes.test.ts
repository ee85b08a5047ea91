import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyChanges } from './changes.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lunasec-init-'));
  writeFileSync(join(directory, 'a'), 'a');
});
afterEach(() => rmSync(directory, { recursive: true }));
const read = (path: string) => readFileSync(join(directory, path), 'utf8');
const modeOf = (path: string) => statSync(join(directory, path)).mode & 0o777;

describe('changes of files', () => {
  test('are written, new folders too; secrets for their owner alone, others as they were', () => {
    chmodSync(join(directory, 'a'), 0o755);
    applyChanges(directory, [
      { path: 'a', before: 'a', after: 'A' },
      { path: 'src/b', before: null, after: 'B', isPrivate: true },
    ]);
    expect([read('a'), read('src/b')]).toEqual(['A', 'B']);
    expect([modeOf('a'), modeOf('src/b')]).toEqual([0o755, 0o600]);
    expect(readdirSync(directory).sort()).toEqual(['a', 'src']);
  });

  test('are not written when one of them cannot be', () => {
    mkdirSync(join(directory, 'b'));
    writeFileSync(join(directory, 'c'), 'a file where a folder should be');
    const changes = [
      { path: 'a', before: 'a', after: 'A' },
      { path: 'new', before: null, after: 'N' },
      { path: 'c/d', before: null, after: 'D' },
    ];
    expect(() => applyChanges(directory, changes)).toThrow('All is as it was.');
    expect(read('a')).toBe('a');
    expect(readdirSync(directory).sort()).toEqual(['a', 'b', 'c']);
  });

  test('are taken back when one fails after others', () => {
    // A folder of that name: the draft is written, but cannot take its place.
    const changes = [
      { path: 'a', before: 'a', after: 'A' },
      { path: 'new', before: null, after: 'N' },
      {
        path: 'late',
        before: null,
        get after() {
          mkdirSync(join(directory, 'late/x'), { recursive: true });
          return 'L';
        },
      },
    ];
    expect(() => applyChanges(directory, changes)).toThrow('All is as it was.');
    expect(read('a')).toBe('a');
    expect(readdirSync(directory).sort()).toEqual(['a', 'late']);
  });

  test('are not written over what somebody else has changed meanwhile', () => {
    expect(() => applyChanges(directory, [{ path: 'a', before: 'earlier', after: 'A' }])).toThrow(
      'changed meanwhile',
    );
    expect(() => applyChanges(directory, [{ path: 'a', before: null, after: 'A' }])).toThrow(
      'changed meanwhile',
    );
    expect(read('a')).toBe('a');
  });

  test('do not go through links', () => {
    symlinkSync(join(directory, 'a'), join(directory, 'link'));
    expect(() => applyChanges(directory, [{ path: 'link', before: 'a', after: 'A' }])).toThrow(
      'not a plain file',
    );
    expect(read('a')).toBe('a');
  });
});
