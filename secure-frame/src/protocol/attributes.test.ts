import { expect, test } from '@jest/globals';
import { elementAttributes, validAttributes } from './attributes.js';

test('every attribute is optional, and limited', () => {
  expect(elementAttributes({})).toBe(true);
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
    { labels: { onClick: 'alert(1)' } },
    { maxRows: 0 },
    { maxRows: 1001 },
  ])
    expect(elementAttributes(attributes)).toBe(false);
});

test('what a value looks like in its frame', () => {
  for (const attributes of [
    { type: 'number', min: '0', max: '1e3', step: 'any' },
    { mask: '###-##-####', conceal: 4, revealable: true, hideAfter: 10 },
    { copyable: true, labels: { reveal: 'Zeigen', hide: 'Verbergen', copy: 'Kopieren', copied: 'Kopiert' } },
    { conceal: 0, labels: {} },
    { rows: 2, maxRows: 10 },
  ])
    expect(elementAttributes(attributes)).toBe(true);
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
  expect(elementAttributes(JSON.parse(`{"${name}":""}`))).toBe(false);
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
  expect(validAttributes(wanted)).toEqual({ placeholder: 'Number', rows: 3 });
  expect(validAttributes(JSON.parse('{"__proto__":{"placeholder":"x"}}'))).toEqual({});
});
