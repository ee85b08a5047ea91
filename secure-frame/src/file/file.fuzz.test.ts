import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, describe, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { fileLabelNames } from '../protocol/files.js';
import { kindOf } from './kinds.js';
import { createSay, formatPercent, formatSize, labelOfCode } from './labels.js';
import { savedName, shownName } from './names.js';
import { isAccepted } from './upload/accept.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('file names, types and labels');
afterAll(fuzz.record);

const tricky = fc.constantFrom(
  ...[
    '/',
    '\\',
    '..',
    '.',
    ':',
    '*',
    '?',
    '"',
    '<',
    '>',
    '|',
    '\u0000',
    '\n',
    '\u007f',
    '\u0085',
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
  ],
  ...[
    'con',
    'CON',
    'nul.txt',
    'com1',
    'COM¹',
    'lpt9',
    'aux',
    '.htaccess',
    '.exe',
    '.pdf',
    ' ',
    '~',
    '%2e',
    '\ud83d',
    '\ude00',
    '😀',
    'é',
    'x'.repeat(199),
    '.'.repeat(30),
  ],
);
const names = fc.oneof(
  fc.array(tricky, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 250 })
    .map((units) => String.fromCharCode(...units)),
);

describe('a file name', () => {
  test('that is saved is one name in one directory, on every system', () => {
    fuzz.check({ quick: 2000, whole: 80_000 }, fc.option(names, { nil: undefined }), (name) => {
      const saved = savedName(name);
      assert.ok(saved.length >= 1 && saved.length <= 200, `${saved.length} long`);
      assert.ok(
        !/[\\/:*?"<>|\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(saved),
        JSON.stringify(saved),
      );
      assert.ok(!saved.startsWith('.') && saved !== '..' && saved.trim() === saved, JSON.stringify(saved));
      // Windows leaves off what a name ends with.
      assert.ok(!/[. ]$/.test(saved), JSON.stringify(saved));
      assert.ok(!/^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i.test(saved), JSON.stringify(saved));
      assert.equal(savedName(saved), saved, 'is another one the second time');
    });
  });

  test('that is shown has nothing unseen in it', () => {
    fuzz.check({ quick: 1000, whole: 40_000 }, names, (name) => {
      const shown = shownName(name);
      assert.ok(
        !/[\p{Cc}\p{Surrogate}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u.test(shown),
        JSON.stringify(shown),
      );
      assert.equal(shownName(shown), shown);
    });
  });
});

test('what is accepted is what one part of the list says', () => {
  const part = fc.constantFrom(
    '.pdf',
    '.PDF',
    'image/*',
    'image/png',
    '*/*',
    '/*',
    '*',
    '',
    ' ',
    '.',
    'application/pdf',
    '..',
    'a',
  );
  const accept = fc.option(
    fc.oneof(
      fc.array(part, { maxLength: 4 }).map((all) => all.join(',')),
      fc.string({ maxLength: 30 }),
    ),
    { nil: undefined },
  );
  const file = fc.record({
    name: fc.oneof(names, fc.constantFrom('a.pdf', 'A.PDF', 'a.png')),
    type: fc.oneof(fc.constantFrom('image/png', 'application/pdf', '', 'IMAGE/PNG'), fc.string()),
  });
  fuzz.check({ quick: 1000, whole: 40_000 }, fc.tuple(file, accept), ([{ name, type }, list]) => {
    const parts = (list ?? '')
      .toLowerCase()
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    const fits = (each: string) =>
      each[0] === '.'
        ? name.toLowerCase().endsWith(each)
        : each.endsWith('/*')
          ? type.toLowerCase().startsWith(each.slice(0, -1))
          : type.toLowerCase() === each;
    assert.equal(isAccepted({ name, type }, list), parts.length === 0 || parts.some(fits));
  });
});

test('bytes are shown only as what their beginning says, and never as something that can run', () => {
  const magic = fc.constantFrom(
    '\x89PNG\r\n\x1a\n',
    '\xff\xd8\xff',
    'GIF89a',
    'RIFF....WEBPVP',
    '....ftypavif',
    '%PDF-',
    '<svg',
    '<!DOCTYPE html',
    '<?xml',
    'PK\x03\x04',
    'MZ',
  );
  const shown = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'application/pdf'];
  fuzz.check(
    { quick: 1000, whole: 40_000 },
    fc.tuple(fc.option(magic), fc.uint8Array({ maxLength: 60 })),
    ([begin, rest]) => {
      const bytes = Uint8Array.from([...Buffer.from(begin ?? '', 'latin1'), ...rest]);
      const kind = kindOf(bytes);
      if (kind === undefined) return;
      assert.ok(shown.includes(kind));
      // None of these begins a document that a browser would run.
      assert.ok(!/^\s*</.test(String.fromCharCode(...bytes.subarray(0, 8))));
    },
  );
});

test('labels say what the app wrote, with values put in once, and numbers in any language', () => {
  const label = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.constantFrom(
      '{size}',
      '{count}{percent}',
      '{constructor}',
      '{__proto__}',
      '{{size}}',
      '{'.repeat(300),
    ),
  );
  fuzz.check(
    { quick: 1000, whole: 40_000 },
    fc.tuple(
      label,
      fc.constantFrom(...fileLabelNames),
      fc.constantFrom('1', '{size}', '$&', '{count}'),
      fc.oneof(fc.string({ maxLength: 35 }), fc.constantFrom('de', 'ar-EG', 'xx', 'en-u-nu-arab', '')),
      fc.maxSafeNat(),
    ),
    ([text, name, value, lang, bytes]) => {
      const say = createSay(() => ({ labels: { [name]: text } }));
      assert.equal(say(name, { size: value }), text.split('{size}').join(value));
      assert.ok(formatSize(bytes, lang).length < 60);
      assert.ok(formatPercent((bytes % 100) / 100, lang).length < 30);
      assert.ok(fileLabelNames.includes(labelOfCode(text as 'TOO_LARGE')));
      return 4;
    },
  );
});
