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
  ])
    expect(elementAttributes(attributes)).toBe(invalid);
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
  'step',
  'title',
  '__proto__',
  'constructor',
])('no %s', (name) => {
  const given: unknown = JSON.parse(`{"${name}":"","lang":"en"}`);
  expect(elementAttributes(given)).toEqual({ lang: 'en' });
  expect(Object.keys(elementAttributes(given))).toEqual(['lang']);
});
