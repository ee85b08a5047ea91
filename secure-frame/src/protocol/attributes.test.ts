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
    { mask: '#'.repeat(65) },
    { conceal: 65 },
    { hideAfter: 0 },
    { labels: { reveal: 'x'.repeat(101) } },
    { labels: { onclick: 'x' } },
    { maxRows: 0 },
    { min: 1 },
  ])
    expect(elementAttributes(attributes)).toBe(false);
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
