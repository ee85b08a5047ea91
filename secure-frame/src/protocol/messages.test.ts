import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { downloadOf, inputOf, token, uploadOf } from '../test-support/values.js';
import { assertionMessage, attachMessage, controllerToElement, elementToController } from './internal.js';
import {
  connectMessage,
  controllerToPage,
  elementToPage,
  pageToController,
  pageToElement,
  refusal,
} from './messages.js';
import { invalid } from './parsers.js';
import type { Parser } from './parsers.js';

const accepts =
  <T>(parse: Parser<T>) =>
  (value: unknown) =>
    parse(value) !== invalid;

const batch = { id: 'form-1', size: 2 };
const problem = { code: 'UNAVAILABLE', message: 'Try again.' };

describe('what a page may send to an element', () => {
  test.each([
    { type: 'configure', kind: 'input', attributes: {} },
    {
      type: 'configure',
      kind: 'textarea',
      attributes: { placeholder: 'Notes', rows: 3, required: true },
      validator: 'SSN',
    },
    { type: 'style' },
    { type: 'style', base: { color: 'red' }, invalid: {} },
    { type: 'show', token: token(1) },
    { type: 'show', token: null },
    { type: 'validate', requestId: '1' },
    { type: 'tokenize', requestId: '1', batch },
    { type: 'command', command: 'focus' },
  ])('%j', (message) => {
    expect(accepts(pageToElement)(message)).toBe(true);
  });

  test.each([
    { type: 'configure', kind: 'iframe', attributes: {} },
    { type: 'configure', kind: 'input', attributes: [] },
    { type: 'configure', kind: 'input', attributes: {}, validator: '__proto__' },
    { type: 'style', base: { color: 'x'.repeat(513) } },
    { type: 'style', base: { color: 1 } },
    { type: 'show', token: 'lunasec-1' },
    { type: 'show' },
    { type: 'tokenize', requestId: '1', batch: { id: 'a', size: 0 } },
    { type: 'tokenize', requestId: '1', batch: { id: 'x'.repeat(65), size: 1 } },
    { type: 'command', command: 'submit' },
    { type: 'command', command: 'innerHTML' },
    { type: 'read' },
  ])('not %j', (message) => {
    expect(accepts(pageToElement)(message)).toBe(false);
  });

  test('what is no attribute of a secure field does not get through', () => {
    const attributes = {
      placeholder: 'Name',
      onInput: 'alert(1)',
      src: 'https://evil.example/',
      style: 'color: red',
      value: 'typed',
    };
    expect(pageToElement({ type: 'configure', kind: 'input', attributes, html: '<b>' })).toEqual({
      type: 'configure',
      kind: 'input',
      attributes: { placeholder: 'Name' },
    });
    expect(pageToElement({ type: 'style', before: { content: '"x"' } })).toEqual({ type: 'style' });
  });

  test('more styles than there are', () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`p${index}`, 'x']));
    expect(accepts(pageToElement)({ type: 'style', base: many })).toBe(false);
  });
});

test('what a page may send to the controller: tokens it will show, up to 10 000', () => {
  expect(accepts(pageToController)({ type: 'prefetch', tokens: [] })).toBe(true);
  expect(accepts(pageToController)({ type: 'prefetch', tokens: [token(1), token(1)] })).toBe(true);
  expect(accepts(pageToController)({ type: 'prefetch', tokens: new Array(10_000).fill(token(1)) })).toBe(
    true,
  );
  expect(accepts(pageToController)({ type: 'prefetch', tokens: new Array(10_001).fill(token(1)) })).toBe(
    false,
  );
  expect(accepts(pageToController)({ type: 'prefetch', tokens: new Array(2) })).toBe(false);
  expect(accepts(pageToController)({ type: 'prefetch', tokens: ['lunasec-1'] })).toBe(false);
  expect(accepts(pageToController)({ type: 'session' })).toBe(false);
});

describe('what a page hears has no place for content', () => {
  const state = {
    type: 'state',
    filled: true,
    valid: true,
    invalid: null,
    dirty: true,
    focused: false,
    shown: 'none',
  };

  test.each([
    { type: 'ready' },
    state,
    { ...state, valid: false, invalid: 'TOO_SHORT' },
    { ...state, rows: 3 },
    { type: 'validated', requestId: '1', valid: true },
    { type: 'tokenized', requestId: '1', token: token(1) },
    { type: 'tokenized', requestId: '1', token: null },
    { type: 'failed', requestId: '1', problem: { code: 'VALIDATION_FAILED', message: '' } },
    { type: 'problem', problem },
    { type: 'submit' },
  ])('%j', (message) => {
    expect(accepts(elementToPage)(message)).toBe(true);
  });

  test.each([
    { ...state, filled: 11 },
    { ...state, invalid: 'typed' },
    { ...state, invalid: undefined },
    { ...state, rows: 1.5 },
    { ...state, rows: 1001 },
    { ...state, rows: null },
    { type: 'tokenized', requestId: '1', token: 'typed' },
    { type: 'failed', requestId: '1', problem: { ...problem, code: 'some text' } },
  ])('not %j', (message) => {
    expect(accepts(elementToPage)(message)).toBe(false);
  });

  test('whatever a frame might add gets lost', () => {
    expect(elementToPage({ ...state, length: 11, text: 'typed', revealed: true })).toEqual(state);
    expect(elementToPage({ type: 'failed', requestId: '1', problem: { ...problem, stack: 'at …' } })).toEqual(
      { type: 'failed', requestId: '1', problem },
    );
    expect(controllerToPage({ type: 'session', state: 'active', accessToken: 'x' })).toEqual({
      type: 'session',
      state: 'active',
    });
  });

  test('a code that a later version added is a failure all the same', () => {
    expect(
      elementToPage({ type: 'failed', requestId: '1', problem: { ...problem, code: 'NEWER_CODE' } }),
    ).toEqual({ type: 'failed', requestId: '1', problem: { ...problem, code: 'NEWER_CODE' } });
  });

  test('the controller says nothing but the state of the session', () => {
    expect(accepts(controllerToPage)({ type: 'session', state: 'failed', problem })).toBe(true);
    expect(accepts(controllerToPage)({ type: 'renew' })).toBe(true);
  });
});

describe('among the frames of the tokenizer', () => {
  test.each([
    { type: 'tokenize', requestId: 1, batch, input: inputOf(token(1)) },
    { type: 'skip', batch },
    { type: 'detokenize', requestId: 2, token: token(1) },
  ])('element to controller: %j', (message) => {
    expect(accepts(elementToController)(message)).toBe(true);
  });

  test.each([
    { type: 'attached' },
    { type: 'upload', requestId: 1, upload: uploadOf(token(1)) },
    { type: 'download', requestId: 1, download: downloadOf(token(1)) },
    { type: 'failed', requestId: 1, problem },
    { type: 'reset' },
  ])('controller to element: %j', (message) => {
    expect(accepts(controllerToElement)(message)).toBe(true);
  });

  test.each(['javascript:alert(1)', 'data:text/plain,x', 'blob:https://x/1', 'objects/1', ''])(
    'nothing is up- or downloaded at %j',
    (url) => {
      const upload = { ...uploadOf(token(1)), url };
      const download = { ...downloadOf(token(1)), url };
      expect(accepts(controllerToElement)({ type: 'upload', requestId: 1, upload })).toBe(false);
      expect(accepts(controllerToElement)({ type: 'download', requestId: 1, download })).toBe(false);
    },
  );

  test('no other method than PUT to upload and GET to download', () => {
    const upload = { ...uploadOf(token(1)), method: 'GET' };
    const download = { ...downloadOf(token(1)), method: 'POST' };
    expect(accepts(controllerToElement)({ type: 'upload', requestId: 1, upload })).toBe(false);
    expect(accepts(controllerToElement)({ type: 'download', requestId: 1, download })).toBe(false);
  });
});

test('messages among frames name the version of the protocol', () => {
  for (const [parse, message] of [
    [attachMessage, { type: 'attach' }],
    [assertionMessage, { type: 'assertion', assertion: null }],
  ] as const) {
    expect(accepts<unknown>(parse)({ lunasec: 1, ...message })).toBe(true);
    expect(accepts<unknown>(parse)({ lunasec: 2, ...message })).toBe(false);
    expect(accepts<unknown>(parse)({ lunasec: '1', ...message })).toBe(false);
    expect(accepts<unknown>(parse)(message)).toBe(false);
  }
  expect(accepts(assertionMessage)({ lunasec: 1, type: 'assertion', assertion: 'x'.repeat(8193) })).toBe(
    false,
  );
});

test('a page names its version, and understands that it does not fit', () => {
  expect(connectMessage({ lunasec: 1, type: 'connect' })).toEqual({ lunasec: 1, type: 'connect' });
  expect(connectMessage({ lunasec: 2, type: 'connect' })).toEqual({ lunasec: 2, type: 'connect' });
  for (const lunasec of ['1', 0, 1.5, null, undefined])
    expect(connectMessage({ lunasec, type: 'connect' })).toBe(invalid);
  expect(elementToPage(refusal)).toEqual(refusal);
  expect(controllerToPage(refusal)).toEqual(refusal);
});

test('no value makes a parser throw', () => {
  const parsers = [
    pageToElement,
    elementToPage,
    pageToController,
    controllerToPage,
    elementToController,
    controllerToElement,
  ];
  const types = 'configure style show validate tokenize command state prefetch session upload download'.split(
    ' ',
  );
  const value = fc.anything({
    withNullPrototype: true,
    withSparseArray: true,
    withBigInt: true,
    withMap: true,
  });
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.dictionary(fc.string(), value), value, (type, fields, any) => {
      for (const parse of parsers)
        for (const candidate of [any, { ...fields, type }]) expect(() => parse(candidate)).not.toThrow();
    }),
  );
});
