import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { savedName, shownName } from './names.js';

describe('the name that a file is saved under', () => {
  test.each([
    ['Report (final) 2024.pdf', 'Report (final) 2024.pdf'],
    ['Überweisung für Zoë 日本語 🙂.txt', 'Überweisung für Zoë 日本語 🙂.txt'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['..\\..\\autoexec.bat', '_.._autoexec.bat'],
    ['/etc/passwd', '_etc_passwd'],
    ['C:\\Windows\\x.dll', 'C__Windows_x.dll'],
    ['.bashrc', 'bashrc'],
    ['...', 'download'],
    ['', 'download'],
    [undefined, 'download'],
    ['   ', 'download'],
    ['name. . .', 'name'],
    ['con', '_con'],
    ['NUL.txt', '_NUL.txt'],
    ['com1.log', '_com1.log'],
    ['console.log', 'console.log'],
    ['a\u0000b\nc\rd.txt', 'abcd.txt'],
    ['invoice\u202excod.exe', 'invoicexcod.exe'],
    ['a\u200bb\ufeff.txt', 'ab.txt'],
    ['half\ud83d.txt', 'half.txt'],
    ['what?*.txt', 'what__.txt'],
  ])('%j becomes %j', (name, saved) => {
    expect(savedName(name)).toBe(saved);
  });

  test('is not too long, and keeps its extension', () => {
    const saved = savedName(`${'🙂'.repeat(300)}.tar`);
    expect(saved.length).toBeLessThanOrEqual(200);
    expect(saved).toMatch(/🙂\.tar$/);
    expect(savedName('x'.repeat(500)).length).toBe(200);
    // A cut leaves no end that Windows would leave off, and no device.
    expect(savedName(`${'x'.repeat(195)}. . . . .${'y'.repeat(99)}`)).toBe('x'.repeat(195));
    expect(savedName(`con${' '.repeat(300)}x`)).toBe('_con');
    expect(savedName(`con.${'x'.repeat(196)}`)).toHaveLength(200);
    expect(savedName(`aux.${'x'.repeat(150)}${'.'.repeat(45)}y`)).toBe(`_aux.${'x'.repeat(150)}.y`);
  });

  test('whatever it was, has no path, no control characters, no dot in front, and is there', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const saved = savedName(name);
        // eslint-disable-next-line no-control-regex -- they are what is looked for
        expect(saved).not.toMatch(/[\\/:*?"<>|\u0000-\u001f\u007f\u202a-\u202e]|^[.\s]|[.\s]$/);
        expect(saved.length).toBeGreaterThan(0);
        expect(saved.length).toBeLessThanOrEqual(200);
      }),
    );
  });
});

test('the name that is shown has its letters, and nothing that turns them around', () => {
  expect(shownName(' a/b\u202e.txt ')).toBe('a/b.txt');
});
