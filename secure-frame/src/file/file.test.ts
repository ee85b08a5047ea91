/** @jest-environment jsdom */
import '../test-support/dom.js';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { File as NodeFile } from 'node:buffer';
import type { FileToPage, PageToFile } from '../protocol/files.js';
import { fileToPage } from '../protocol/files.js';
import { invalid } from '../protocol/parsers.js';
import { createPartStore } from '../test-support/part-store.js';
import { hear, portPair } from '../test-support/ports.js';
import { pass } from '../test-support/time.js';
import { createFilePage } from './file.js';

// jsdom's own files cannot be read as streams.
Object.defineProperty(globalThis, 'File', { value: NodeFile });

/** A file page, and the two that hold it: the page's port, and a person, whose events are trusted. */
async function setUp(attributes: Extract<PageToFile, { type: 'configure' }>['attributes'] = {}) {
  document.body.replaceChildren();
  const store = createPartStore();
  const [here, there] = portPair();
  const page = hear<FileToPage>(there);
  let reset = () => {};
  createFilePage({
    document,
    port: here,
    onDrop: () => undefined,
    isByPerson: () => asPerson,
    fetch: async () => new Response(null, { status: 404 }),
    send: store.send,
    network: { isOnline: () => true, online: async () => undefined },
    now: () => performance.now(),
    link: (onReset) => {
      reset = onReset;
      return store.link;
    },
  });
  page.send({ type: 'configure', kind: 'upload', attributes });
  await pass(200);
  const states = () => page.heard.filter((message) => message.type === 'state');
  return {
    ...store,
    page,
    reset: () => reset(),
    lastState: () => states().at(-1)!,
    rows: () => [...document.querySelectorAll<HTMLElement>('.row')],
    async choose(...files: File[]) {
      const input = document.querySelector('input')!;
      Object.defineProperty(input, 'files', { value: files, configurable: true });
      trusted(() => input.dispatchEvent(new Event('change')));
      await pass(300);
    },
  };
}

/** jsdom's events say the truth, that no person made them. */
let asPerson = false;
const trusted = (act: () => void) => {
  asPerson = true;
  act();
  asPerson = false;
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const file = (name: string, content = 'content') =>
  new NodeFile([content], name, { type: 'text/plain' }) as unknown as File;

describe('a page of an upload', () => {
  test('tells sizes and states, and at the end tokens: nothing else', async () => {
    const { page, choose, lastState, inputs } = await setUp({ multiple: true });
    await pass(200);
    expect(lastState()).toMatchObject({ filled: false, valid: true, files: [] });
    await choose(file('secret name.txt', 'secret content'));
    await pass(1000);
    expect(lastState()).toMatchObject({
      filled: true,
      files: [{ id: 1, size: 14, sent: 14, state: 'stored', code: null }],
    });
    page.send({ type: 'tokenize', requestId: '1', batch: { id: 'form', size: 1 } });
    await pass(200);
    expect(page.heard.at(-1)).toEqual({ type: 'tokenized', requestId: '1', tokens: [...inputs.keys()] });
    expect(page.heard.every((message) => fileToPage(message) !== invalid)).toBe(true);
    expect(JSON.stringify(page.heard)).not.toMatch(/secret|text\/plain|\.txt/);
  });

  test('lets the form’s other fields go on without it', async () => {
    const { page, link } = await setUp();
    page.send({ type: 'tokenize', requestId: '1', batch: { id: 'form', size: 3 } });
    await pass(200);
    expect(link.skip).toHaveBeenCalledWith({ id: 'form', size: 3 });
    expect(page.heard.at(-1)).toEqual({ type: 'tokenized', requestId: '1', tokens: [] });
  });

  test('takes what a person does, not what a script does', async () => {
    const { rows } = await setUp();
    const input = document.querySelector('input')!;
    Object.defineProperty(input, 'files', { value: [file('forged.txt')], configurable: true });
    const clicked = jest.spyOn(input, 'click').mockImplementation(() => {});
    input.dispatchEvent(new Event('change'));
    document.querySelector<HTMLElement>('.choose')!.click();
    await pass(300);
    expect(rows()).toHaveLength(0);
    expect(clicked).not.toHaveBeenCalled();
    trusted(() => document.querySelector<HTMLElement>('.choose')!.click());
    expect(clicked).toHaveBeenCalledTimes(1);
  });

  test('disabled, takes nothing', async () => {
    const { rows, choose } = await setUp({ disabled: true });
    await pass(100);
    await choose(file('a.txt'));
    expect(rows()).toHaveLength(0);
    expect(document.querySelector<HTMLButtonElement>('.choose')!.disabled).toBe(true);
  });

  test('says in words and roles what is going on', async () => {
    const { rows, choose, hold } = await setUp({ ariaLabel: 'Documents', labels: { remove: 'Entfernen' } });
    const letGo = hold();
    await choose(file('notes.txt'));
    const bar = rows()[0]!.querySelector('[role=progressbar]')!;
    expect(bar.getAttribute('aria-label')).toBe('notes.txt');
    expect(Number(bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
    expect(rows()[0]!.querySelector('[aria-label="Pause: notes.txt"]')).not.toBeNull();
    letGo();
    await pass(1000);
    expect(rows()[0]!.dataset.state).toBe('stored');
    expect(rows()[0]!.querySelector('[aria-label="Entfernen: notes.txt"]')).not.toBeNull();
    expect(document.querySelector('[role=status]')!.textContent).toContain('notes.txt');
    expect(document.querySelector('.choose')!.getAttribute('aria-label')).toBe('Documents: Choose file');
  });

  test('a name is shown as text, whatever is in it', async () => {
    const { rows, choose } = await setUp();
    await choose(file('<img src=x onerror=alert(1)>.txt'));
    expect(rows()[0]!.querySelector('.name')!.textContent).toBe('<img src=x onerror=alert(1)>.txt');
    expect(rows()[0]!.querySelector('.about img')).toBeNull();
  });

  test('a required one without files is invalid; a refused file makes it so', async () => {
    const { page, lastState, choose, rows } = await setUp({ required: true, maxSize: 3 });
    await pass(200);
    expect(lastState()).toMatchObject({ valid: false, invalid: 'VALUE_MISSING' });
    await choose(file('large.txt'));
    expect(lastState()).toMatchObject({ valid: false, invalid: 'TOO_LARGE' });
    page.send({ type: 'validate', requestId: '1' });
    await pass(200);
    expect(page.heard).toContainEqual({ type: 'validated', requestId: '1', valid: false });
    trusted(() => rows()[0]!.querySelector<HTMLElement>('[aria-label^="Remove"]')!.click());
    await choose(file('ok', 'ok'));
    expect(lastState()).toMatchObject({ valid: true, invalid: null });
  });

  test('cleared by the page, it is empty', async () => {
    const { page, choose, rows, lastState } = await setUp();
    await choose(file('a.txt'));
    page.send({ type: 'command', command: 'clear' });
    await pass(300);
    expect(rows()).toHaveLength(0);
    expect(lastState()).toMatchObject({ filled: false, files: [] });
  });

  test('another session: the file is said to have failed, and its token is not given out', async () => {
    const { page, choose, reset, lastState, inputs } = await setUp();
    await choose(file('a.txt'));
    await pass(1000);
    const [first] = [...inputs.keys()];
    reset();
    await pass(300);
    expect(lastState().files).toMatchObject([{ state: 'failed', code: 'UNAUTHENTICATED' }]);
    expect(page.heard).toContainEqual({
      type: 'problem',
      problem: expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    });
    page.send({ type: 'tokenize', requestId: '1', batch: { id: 'form', size: 1 } });
    await pass(3000);
    const answer = page.heard.at(-1)!;
    expect(answer).toMatchObject({ type: 'tokenized' });
    expect(JSON.stringify(answer)).not.toContain(first);
  });

  test('progress is told a few times a second, not with each packet', async () => {
    const { page, choose, hold, send } = await setUp();
    hold();
    await choose(file('a.txt'));
    const before = page.heard.length;
    const [, , { onProgress }] = send.mock.calls[0]!;
    for (let step = 0; step < 200; step++) {
      onProgress(step);
      await pass(5);
    }
    expect(page.heard.length - before).toBeLessThanOrEqual(12);
  });
});
