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
} from './messages.js';

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
    expect(pageToElement(message)).toBe(true);
  });

  test.each([
    { type: 'configure', kind: 'iframe', attributes: {} },
    { type: 'configure', kind: 'input', attributes: [] },
    { type: 'configure', kind: 'input', attributes: { ['x'.repeat(41)]: 1 } },
    { type: 'configure', kind: 'input', attributes: {}, validator: '__proto__' },
    { type: 'style', base: { color: 'x'.repeat(513) } },
    { type: 'style', base: { color: 1 } },
    { type: 'style', before: { content: '"x"' } },
    { type: 'show', token: 'lunasec-1' },
    { type: 'show' },
    { type: 'tokenize', requestId: '1', batch: { id: 'a', size: 0 } },
    { type: 'tokenize', requestId: '1', batch: { id: 'x'.repeat(65), size: 1 } },
    { type: 'command', command: 'submit' },
    { type: 'command', command: 'innerHTML' },
    { type: 'read' },
  ])('not %j', (message) => {
    expect(pageToElement(message)).toBe(false);
  });

  test('more styles than there are', () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`p${index}`, 'x']));
    expect(pageToElement({ type: 'style', base: many })).toBe(false);
  });
});

test('what a page may send to the controller: tokens it will show, up to 10 000', () => {
  expect(pageToController({ type: 'prefetch', tokens: [] })).toBe(true);
  expect(pageToController({ type: 'prefetch', tokens: [token(1), token(1)] })).toBe(true);
  expect(pageToController({ type: 'prefetch', tokens: new Array(10_000).fill(token(1)) })).toBe(true);
  expect(pageToController({ type: 'prefetch', tokens: new Array(10_001).fill(token(1)) })).toBe(false);
  expect(pageToController({ type: 'prefetch', tokens: new Array(2) })).toBe(false);
  expect(pageToController({ type: 'prefetch', tokens: ['lunasec-1'] })).toBe(false);
  expect(pageToController({ type: 'session' })).toBe(false);
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
    expect(elementToPage(message)).toBe(true);
  });

  test.each([
    { ...state, length: 11 },
    { ...state, text: 'typed' },
    { ...state, filled: 11 },
    { ...state, invalid: 'typed' },
    { ...state, invalid: undefined },
    { ...state, rows: 1.5 },
    { ...state, rows: 1001 },
    { ...state, rows: null },
    { ...state, revealed: true },
    { type: 'tokenized', requestId: '1', token: 'typed' },
    { type: 'failed', requestId: '1', problem: { ...problem, stack: 'at …' } },
    { type: 'failed', requestId: '1', problem: { ...problem, code: 'some text' } },
  ])('not %j', (message) => {
    expect(elementToPage(message)).toBe(false);
  });

  test('the controller says nothing but the state of the session', () => {
    expect(controllerToPage({ type: 'session', state: 'failed', problem })).toBe(true);
    expect(controllerToPage({ type: 'renew' })).toBe(true);
    expect(controllerToPage({ type: 'session', state: 'active', accessToken: 'x' })).toBe(false);
  });
});

describe('among the frames of the tokenizer', () => {
  test.each([
    { type: 'tokenize', requestId: 1, batch, input: inputOf(token(1)) },
    { type: 'skip', batch },
    { type: 'detokenize', requestId: 2, token: token(1) },
  ])('element to controller: %j', (message) => {
    expect(elementToController(message)).toBe(true);
  });

  test.each([
    { type: 'attached' },
    { type: 'upload', requestId: 1, upload: uploadOf(token(1)) },
    { type: 'download', requestId: 1, download: downloadOf(token(1)) },
    { type: 'failed', requestId: 1, problem },
    { type: 'reset' },
  ])('controller to element: %j', (message) => {
    expect(controllerToElement(message)).toBe(true);
  });

  test.each(['javascript:alert(1)', 'data:text/plain,x', 'blob:https://x/1', 'objects/1', ''])(
    'nothing is up- or downloaded at %j',
    (url) => {
      const upload = { ...uploadOf(token(1)), url };
      const download = { ...downloadOf(token(1)), url };
      expect(controllerToElement({ type: 'upload', requestId: 1, upload })).toBe(false);
      expect(controllerToElement({ type: 'download', requestId: 1, download })).toBe(false);
    },
  );

  test('no other method than PUT to upload and GET to download', () => {
    const upload = { ...uploadOf(token(1)), method: 'GET' };
    const download = { ...downloadOf(token(1)), method: 'POST' };
    expect(controllerToElement({ type: 'upload', requestId: 1, upload })).toBe(false);
    expect(controllerToElement({ type: 'download', requestId: 1, download })).toBe(false);
  });
});

test('the messages to a window name the version of the protocol', () => {
  for (const [guard, message] of [
    [connectMessage, { type: 'connect' }],
    [attachMessage, { type: 'attach' }],
    [assertionMessage, { type: 'assertion', assertion: null }],
  ] as const) {
    expect(guard({ lunasec: 1, ...message })).toBe(true);
    expect(guard({ lunasec: 2, ...message })).toBe(false);
    expect(guard({ lunasec: '1', ...message })).toBe(false);
    expect(guard(message)).toBe(false);
  }
  expect(assertionMessage({ lunasec: 1, type: 'assertion', assertion: 'x'.repeat(8193) })).toBe(false);
});

test('no value makes a guard throw', () => {
  const guards = [
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
      for (const guard of guards)
        for (const candidate of [any, { ...fields, type }]) expect(typeof guard(candidate)).toBe('boolean');
    }),
  );
});
