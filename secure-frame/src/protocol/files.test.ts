import { describe, expect, test } from '@jest/globals';
import { token } from '../test-support/values.js';
import { fileToPage, pageToFile } from './files.js';
import { invalid } from './parsers.js';

const state = {
  type: 'state',
  filled: true,
  valid: true,
  invalid: null,
  focused: false,
  shown: 'none',
  height: 90,
  files: [{ id: 1, size: 10, sent: 5, state: 'uploading', code: null }],
};
const problem = { code: 'UNAVAILABLE', message: 'Try again.' };

describe('what a page may send to a file page', () => {
  test.each([
    { type: 'configure', kind: 'upload', attributes: {} },
    {
      type: 'configure',
      kind: 'upload',
      attributes: {
        accept: '.pdf,image/*',
        multiple: true,
        maxFiles: 3,
        maxSize: 2 ** 40,
        required: true,
        preview: false,
        labels: { choose: 'Datei wählen' },
      },
    },
    { type: 'configure', kind: 'download', attributes: { preview: true } },
    { type: 'style', base: { color: 'red' } },
    { type: 'show', token: token(1) },
    { type: 'show', token: null },
    { type: 'validate', requestId: '1' },
    { type: 'tokenize', requestId: '1', batch: { id: 'form', size: 2 } },
    { type: 'command', command: 'clear' },
  ])('%j', (message) => {
    expect(pageToFile(message)).toEqual(message);
  });

  test.each([
    { type: 'configure', kind: 'input', attributes: {} },
    { type: 'show', token: 'lunasec-1' },
    // Nothing that opens, saves or reads on behalf of a person.
    { type: 'command', command: 'open' },
    { type: 'command', command: 'save' },
    { type: 'read' },
  ])('not %j', (message) => {
    expect(pageToFile(message)).toBe(invalid);
  });
});

test.each([
  { maxFiles: 0 },
  { maxFiles: 1001 },
  { maxSize: 1.5 },
  { labels: { unknown: 'x' } },
  { labels: { choose: 'x'.repeat(301) } },
])('an attribute that is wrong is left out alone: %j', (wrong) => {
  expect(pageToFile({ type: 'configure', kind: 'upload', attributes: { multiple: true, ...wrong } })).toEqual(
    { type: 'configure', kind: 'upload', attributes: { multiple: true } },
  );
});

test('a name that a frame let slip would not reach the app', () => {
  const files = [{ ...state.files[0], name: 'report.pdf' }];
  expect(JSON.stringify(fileToPage({ ...state, files, name: 'report.pdf' }))).not.toContain('report');
});

describe('what a file page may send to a page', () => {
  test.each([
    { type: 'ready' },
    state,
    { ...state, files: [{ id: 1, size: 10, sent: 0, state: 'refused', code: 'TYPE_MISMATCH' }] },
    { type: 'validated', requestId: '1', valid: true },
    { type: 'tokenized', requestId: '1', tokens: [token(1), token(2)] },
    { type: 'tokenized', requestId: '1', tokens: [] },
    { type: 'failed', requestId: '1', problem },
    { type: 'problem', problem },
  ])('%j', (message) => {
    expect(fileToPage(message)).toEqual(message);
  });

  test.each([
    { ...state, files: [{ id: 1, size: 10, sent: 5, state: 'report.pdf', code: null }] },
    { ...state, files: [{ id: 1, size: 10, sent: 5, state: 'stored', code: 'application/pdf' }] },
    { ...state, files: [{ id: 'report.pdf', size: 10, sent: 5, state: 'stored', code: null }] },
    { ...state, shown: 'application/pdf' },
    { type: 'tokenized', requestId: '1', tokens: ['blob:https://tokens.example/1'] },
    { type: 'file', name: 'report.pdf' },
  ])('not %j', (message) => {
    expect(fileToPage(message)).toBe(invalid);
  });
});
