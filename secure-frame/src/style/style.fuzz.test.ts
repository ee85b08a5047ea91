/** @jest-environment jsdom */
import '../test-support/dom.js';
import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { isSafeStyleValue, styleProperties } from './allowed.js';
import { createStyler } from './apply.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('styles');
afterAll(fuzz.record);

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

const words = fc.constantFrom(
  ...[
    'url',
    'URL',
    'u\\72l',
    'image-set',
    'expression',
    'attr',
    'var',
    'env',
    'src',
    'element',
    'calc',
    'rgb',
    'color-mix',
  ],
  ...[
    '(',
    ')',
    '((',
    ';',
    '{',
    '}',
    ':',
    '!important',
    '@import',
    '/*',
    '*/',
    '<!--',
    '-->',
    '\\',
    '\\0',
    '"',
    "'",
    '`',
    '#',
    '%',
  ],
  ...[
    '\n',
    '\r',
    '\f',
    '\t',
    '\u0000',
    ' ',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\u200b',
    '\ud800',
    'ﬁ',
    'ＵＲＬ',
    'ｕｒｌ',
    'ſrc',
    'İ',
  ],
  ...[
    'red',
    '1px',
    '0',
    ',',
    '.',
    '/',
    '*',
    '+',
    '-',
    '--x',
    'https://evil.example',
    'javascript:',
    'data:',
    '//evil',
  ],
);
const values = fc.oneof(
  fc.array(words, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.stringMatching(/^[a-z(),. "'/*%#0-9-]{0,40}$/),
);
const properties = fc.oneof(
  fc.constantFrom(...styleProperties),
  fc.constantFrom(
    'background',
    'background-image',
    'content',
    'all',
    '--x',
    'behavior',
    '__proto__',
    'constructor',
    'COLOR',
    'color;',
  ),
  fc.string({ maxLength: 20 }),
);

/** Functions that take no address: all that CSS may compute of numbers and colours here. */
const harmless =
  'rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark calc min max clamp'.split(' ');

test('what is taken has no way out of its declaration, and no function but those for numbers and colours', () => {
  let taken = 0;
  fuzz.check({ quick: 4000, whole: 160_000 }, fc.tuple(properties, values), ([property, value]) => {
    if (!isSafeStyleValue(property, value)) return;
    taken++;
    must(styleProperties.includes(property), `takes ${property}`);
    must(!/[;:{}\\@!<>&=$`~^|?]|\p{Cc}/u.test(value), `takes ${JSON.stringify(value)}`);
    must(!/\/\*|\*\//.test(value), `takes a comment in ${JSON.stringify(value)}`);
    must(value.length <= 512, 'is too long');
    for (let at = value.indexOf('('); at >= 0; at = value.indexOf('(', at + 1)) {
      const before = value.slice(0, at).trimEnd();
      const name = /[^\s,()/+*]*$/.exec(before)![0].toLowerCase();
      must(name === '' || harmless.includes(name), `takes ${name}() in ${JSON.stringify(value)}`);
    }
  });
  expect(taken).toBeGreaterThan(50);
});

test('of whatever a page sends, one declaration arrives or none, and never one that loads', () => {
  document.body.innerHTML = '<input id="field">';
  const field = document.querySelector<HTMLElement>('#field')!;
  const apply = createStyler(document, field);
  const sheet = document.adoptedStyleSheets.at(-1)!;
  const rules = sheet.cssRules.length;
  const styles = fc.dictionary(properties, values, { maxKeys: 3 });
  const states = fc.record(
    { base: styles, hover: styles, focusInvalid: styles, placeholder: styles },
    { requiredKeys: [], noNullPrototype: true },
  );
  fuzz.check({ quick: 300, whole: 4000 }, states, (sent) => {
    apply(sent);
    must(sheet.cssRules.length === rules, 'adds a rule');
    const all = [field.style, ...[...sheet.cssRules].map((rule) => (rule as CSSStyleRule).style)];
    for (const declarations of all)
      for (const name of [...declarations]) {
        must(styleProperties.includes(name), `sets ${name}`);
        const value = declarations.getPropertyValue(name);
        // A quote in a text of the other kind, as `'"'` has, is written with a backslash in the only kind that CSSOM writes.
        const outsideOfTexts = value.replace(/"(?:[^"\\]|\\")*"/g, '""');
        must(!/[@\\;{}]/.test(outsideOfTexts), `sets ${name}: ${value}`);
        must(
          !/(url|image|image-set|expression|attr|src|element|var|env)\s*\(/i.test(value),
          `loads: ${value}`,
        );
      }
    must(
      document.styleSheets.length === 0 && document.querySelectorAll('style,link').length === 0,
      'adds an element',
    );
  });
});
