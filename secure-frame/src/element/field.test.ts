/** @jest-environment jsdom */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ElementAttributes, ElementKind, ValidatorName } from '../protocol/attributes.js';
import * as extras from './extras.js';
import { createField, needsExtras } from './field.js';
import type { Field } from './field.js';

function create(kind: ElementKind, attributes: ElementAttributes = {}, validator?: ValidatorName): Field {
  const field = createField(document, kind, attributes, validator, extras);
  document.body.append(field.element);
  return field;
}
const type = (field: Field, text: string) => {
  (field.element as HTMLInputElement).value = text;
  field.element.dispatchEvent(new Event('input'));
};

beforeEach(() => {
  document.body.innerHTML = '';
});

describe('the element', () => {
  test.each([
    ['input', 'INPUT', true],
    ['textarea', 'TEXTAREA', true],
    ['paragraph', 'P', false],
    ['span', 'SPAN', false],
  ] as const)('of a secure %s is a %s', (kind, tagName, takesInput) => {
    const field = create(kind);
    expect(field.element.tagName).toBe(tagName);
    expect(field.takesInput).toBe(takesInput);
    field.setText('a<b>&amp;');
    expect(field.text()).toBe('a<b>&amp;');
    expect(field.element.children).toHaveLength(0);
    expect(field.isEmpty()).toBe(false);
    field.setText('');
    expect(field.isEmpty()).toBe(true);
  });

  test('has the attributes that the page wants', () => {
    const { element } = create('input', {
      type: 'tel',
      placeholder: 'SSN',
      required: true,
      disabled: true,
      readOnly: true,
      autoComplete: 'off',
      autoCapitalize: 'none',
      enterKeyHint: 'next',
      inputMode: 'numeric',
      maxLength: 11,
      minLength: 9,
      dir: 'rtl',
      lang: 'de',
      ariaLabel: 'Number',
      ariaDescription: 'Nine digits',
      ariaInvalid: true,
    });
    const attributes = Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
    expect(attributes).toEqual({
      id: 'field',
      type: 'tel',
      placeholder: 'SSN',
      required: '',
      disabled: '',
      readonly: '',
      autocomplete: 'off',
      autocapitalize: 'none',
      enterkeyhint: 'next',
      inputmode: 'numeric',
      maxlength: '11',
      minlength: '9',
      dir: 'rtl',
      lang: 'de',
      spellcheck: 'false',
      'aria-label': 'Number',
      'aria-description': 'Nine digits',
      'aria-invalid': 'true',
    });
  });

  test('is not spell-checked, which may happen on a server, unless the page wants it', () => {
    expect(create('textarea').element.getAttribute('spellcheck')).toBe('false');
    expect(create('textarea', { spellCheck: true }).element.getAttribute('spellcheck')).toBe('true');
  });

  test('loses attributes that the page no longer wants', () => {
    const field = create('textarea', {
      placeholder: 'a',
      required: true,
      disabled: true,
      ariaLabel: 'b',
      rows: 3,
    });
    field.setAttributes({ placeholder: 'c' });
    expect([...field.element.attributes].map(({ name }) => name).sort()).toEqual([
      'id',
      'placeholder',
      'spellcheck',
    ]);
  });
});

describe('the constraints', () => {
  test('cannot be changed later: they would probe the text', () => {
    const field = create('input', { type: 'text', maxLength: 5, minLength: 2, pattern: '[0-9]+' });
    type(field, '1');
    const before = field.invalid();
    field.setAttributes({
      type: 'email',
      maxLength: 1,
      minLength: 5,
      pattern: '[a-z]+',
      mask: 'AAA',
      min: '3',
      placeholder: 'x',
    } as object);
    expect(field.element.getAttribute('type')).toBe('text');
    expect(field.element.getAttribute('maxlength')).toBe('5');
    expect(field.element.getAttribute('minlength')).toBe('2');
    expect(field.element.getAttribute('placeholder')).toBe('x');
    expect(field.invalid()).toBe(before);
    type(field, 'abc');
    expect(field.invalid()).toBe('PATTERN_MISMATCH');
  });

  test('required', () => {
    const field = create('input', { required: true });
    expect(field.invalid()).toBe('VALUE_MISSING');
    type(field, 'a');
    expect(field.invalid()).toBeNull();
  });

  test('type', () => {
    const field = create('input', { type: 'email' });
    type(field, 'nobody');
    expect(field.invalid()).toBe('TYPE_MISMATCH');
    type(field, 'nobody@example.org');
    expect(field.invalid()).toBeNull();
  });

  test('pattern: of all of the text, none of an empty one', () => {
    const field = create('input', { pattern: '[0-9]{3}' });
    expect(field.invalid()).toBeNull();
    for (const [text, valid] of [
      ['123', true],
      ['1234', false],
      ['a', false],
    ] as const) {
      type(field, text);
      expect(field.invalid()).toBe(valid ? null : 'PATTERN_MISMATCH');
    }
  });

  test('a pattern that could tell the text by its time is left out', () => {
    const field = create('input', { pattern: '(a+)+b' });
    expect(field.refusesPattern).toBe(true);
    expect(field.element.hasAttribute('pattern')).toBe(false);
    type(field, 'whatever');
    expect(field.invalid()).toBeNull();
    expect(create('input', { pattern: 'a+' }).refusesPattern).toBe(false);
    expect(create('input').refusesPattern).toBe(false);
  });

  test('lengths, also of a text that no person typed, as a mask writes it', () => {
    const field = create('input', { minLength: 3 });
    type(field, 'ab');
    expect(field.invalid()).toBe('TOO_SHORT');
    expect(field.element.matches(':invalid')).toBe(true);
    type(field, '');
    expect(field.invalid()).toBeNull();
    type(field, 'abc');
    expect(field.invalid()).toBeNull();
  });

  test('the range and the steps of a number', () => {
    const field = create('input', { type: 'number', min: '1', max: '9', step: '0.5' });
    for (const [text, code] of [
      ['0.5', 'RANGE_UNDERFLOW'],
      ['9.5', 'RANGE_OVERFLOW'],
      ['1.2', 'STEP_MISMATCH'],
      ['1.5', null],
      ['', null],
    ] as const) {
      type(field, text);
      expect(field.invalid()).toBe(code);
    }
  });

  test('of several that fail the first', () => {
    const field = create('input', { required: true, type: 'email', pattern: '.*x', minLength: 20 }, 'Email');
    for (const [text, code] of [
      ['', 'VALUE_MISSING'],
      ['nobody', 'TYPE_MISMATCH'],
      ['nobody@example.org', 'PATTERN_MISMATCH'],
      ['nobody@localhostx', 'TOO_SHORT'],
      ['nobody.at.all@localhostx', 'VALIDATOR_MISMATCH'],
      ['nobody.at.all@example.xx', null],
    ] as const) {
      type(field, text);
      expect(field.invalid()).toBe(code);
    }
  });

  test('a text that its mask would not write, as a stored one may be', () => {
    const field = create('input', { mask: '##-AA' });
    (field.element as HTMLInputElement).value = 'AA-12';
    expect(field.invalid()).toBe('PATTERN_MISMATCH');
    field.setStored(true);
    expect(field.invalid()).toBeNull();
  });

  test('a date is read as the mask writes it', () => {
    const field = create('input', { mask: '##.##.####' }, 'Date');
    type(field, '29.02.2024');
    expect(field.invalid()).toBeNull();
    type(field, '02.29.2024');
    expect(field.invalid()).toBe('VALIDATOR_MISMATCH');
  });

  test('validator, and the style for :invalid follows each key', () => {
    const field = create('input', {}, 'SSN');
    type(field, '078');
    expect(field.element.matches(':invalid')).toBe(true);
    type(field, '078-05-1120');
    expect(field.element.matches(':invalid')).toBe(false);
    expect(field.invalid()).toBeNull();
  });

  test('do not judge a stored value: that would read it to the page', () => {
    const field = create('input', { type: 'email', pattern: '[0-9]', required: true }, 'SSN');
    field.setStored(true);
    expect(field.invalid()).toBeNull();
    field.setText('secret');
    expect(field.invalid()).toBeNull();
    field.setStored(false);
    expect(field.invalid()).toBe('TYPE_MISMATCH');
  });
});

test('what is no number yet is not nothing', () => {
  const field = create('input', { type: 'number' });
  expect(field.isEmpty()).toBe(true);
  // A browser keeps what was typed to itself, and says this.
  Object.defineProperty(field.element, 'validity', { value: { badInput: true, valid: false } });
  expect(field.invalid()).toBe('BAD_INPUT');
  expect(field.text()).toBe('');
  expect(field.isEmpty()).toBe(false);
});

test.each<[ElementAttributes, ValidatorName | undefined]>([
  [{ mask: '##' }, undefined],
  [{ conceal: 0 }, undefined],
  [{}, 'SSN'],
])('without the extras that %j %p needs there is no field', (attributes, validator) => {
  expect(needsExtras(attributes, validator)).toBe(true);
  const make = () => {
    const field = createField(document, 'input', attributes, validator, undefined);
    field.setText('secret');
  };
  expect(make).toThrow();
  if (attributes.conceal !== undefined)
    expect(() => createField(document, 'span', attributes, validator, undefined).setText('secret')).toThrow();
});

test('most fields need none', () => {
  const attributes = { type: 'password', pattern: '[0-9]+', revealable: false, min: '1' } as const;
  expect(needsExtras(attributes, undefined)).toBe(false);
  expect(() => createField(document, 'input', attributes, undefined, undefined)).not.toThrow();
  expect(needsExtras({ revealable: true }, undefined)).toBe(true);
  expect(needsExtras({ copyable: true }, undefined)).toBe(true);
  expect(needsExtras({ maxRows: 3 }, undefined)).toBe(true);
});
