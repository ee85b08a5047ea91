import { describe, expect, test } from '@jest/globals';
import { isImage, kindOf } from './kinds.js';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('what a file is, by its bytes', () => {
  test.each([
    ['\x89PNG\r\n\x1a\nrest', 'image/png'],
    ['\xff\xd8\xff\xe0rest', 'image/jpeg'],
    ['GIF89arest', 'image/gif'],
    ['GIF87arest', 'image/gif'],
    ['RIFF\x00\x00\x00\x00WEBPVP8 ', 'image/webp'],
    ['\x00\x00\x00\x1cftypavif', 'image/avif'],
    ['\x00\x00\x00\x1cftypavis', 'image/avif'],
    ['%PDF-1.7', 'application/pdf'],
  ])('%j: %s', (content, kind) => {
    expect(kindOf(bytes(content))).toBe(kind);
  });

  test.each([
    '',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<!doctype html><script>alert(1)</script>',
    ' %PDF-1.7',
    'x\x89PNG\r\n\x1a\n',
    'RIFF\x00\x00\x00\x00WAVEfmt ',
    '\x00\x00\x00\x1cftypheic',
    '\x89PNG',
    'BM',
  ])('%j is nothing that is shown', (content) => {
    expect(kindOf(bytes(content))).toBeUndefined();
  });

  test('a PDF document is no image', () => {
    expect(isImage('application/pdf')).toBe(false);
    expect(isImage(undefined)).toBe(false);
    expect(isImage('image/gif')).toBe(true);
  });
});
