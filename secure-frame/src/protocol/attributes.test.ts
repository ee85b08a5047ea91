import { expect, test } from '@jest/globals';
import { elementAttributes } from './attributes.js';
import { invalid } from './parsers.js';

test('every attribute is optional, and limited', () => {
  expect(elementAttributes({})).toEqual({});
  for (const attributes of [
    { maxLength: 1 << 21 },
    { minLength: -1 },
    { rows: 0 },
    { pattern: 'a'.repeat(1001) },
    { lang: 'x'.repeat(36) },
    { dir: 'sideways' },
    { inputMode: 'secret' },
    { required: 'yes' },
    { min: 0 },
    { max: '9'.repeat(33) },
    { step: 1 },
    { mask: '#'.repeat(65) },
    { conceal: -1 },
    { conceal: 65 },
    { conceal: true },
    { revealable: 'yes' },
    { copyable: 1 },
    { hideAfter: 0 },
    { hideAfter: 3601 },
    { hideAfter: 1.5 },
    { labels: 'Show' },
    { labels: { reveal: 'x'.repeat(101) } },
    { labels: { reveal: 1 } },
    { maxRows: 0 },
    { maxRows: 1001 },
  ])
    expect(elementAttributes({ ...attributes, lang: 'en' })).toEqual({ lang: 'en' });
});

test('what a value looks like in its frame', () => {
  for (const attributes of [
    { type: 'number', min: '0', max: '1e3', step: 'any' },
    { mask: '###-##-####', conceal: 4, revealable: true, hideAfter: 10 },
    { copyable: true, labels: { reveal: 'Zeigen', hide: 'Verbergen', copy: 'Kopieren', copied: 'Kopiert' } },
    { conceal: 0, labels: {} },
    { rows: 2, maxRows: 10 },
  ])
    expect(elementAttributes(attributes)).toEqual(attributes);
});

test.each([
  'href',
  'src',
  'srcDoc',
  'srcSet',
  'action',
  'formAction',
  'form',
  'list',
  'name',
  'id',
  'className',
  'style',
  'value',
  'defaultValue',
  'onChange',
  'onClick',
  'onclick',
  'ref',
  'dangerouslySetInnerHTML',
  'innerHTML',
  'nonce',
  'accept',
  'multiple',
  'autoFocus',
  'title',
  '__proto__',
  'constructor',
])('no %s', (name) => {
  const given: unknown = JSON.parse(`{"${name}":"","lang":"en"}`);
  expect(elementAttributes(given)).toEqual({ lang: 'en' });
  expect(Object.keys(elementAttributes(given))).toEqual(['lang']);
});

test('of what a page wants a frame takes what is right, and nothing else', () => {
  const wanted = {
    placeholder: 'Number',
    maxLength: -5,
    rows: 3,
    type: 'file',
    onInput: 'alert(1)',
    src: 'https://evil.example/',
    style: 'color: red',
    value: 'typed',
    lang: undefined,
  };
  expect(elementAttributes(wanted)).toEqual({ placeholder: 'Number', rows: 3 });
  expect(elementAttributes(JSON.parse('{"__proto__":{"placeholder":"x"}}'))).toEqual({});
  for (const none of [null, undefined, 'lang', ['lang'], 1]) expect(elementAttributes(none)).toBe(invalid);
});
