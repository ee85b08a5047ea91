/** @jest-environment jsdom */
import '../test-support/dom.js';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { elementToPage } from '../protocol/messages.js';
import type { ElementToPage, PageToElement } from '../protocol/messages.js';
import { ProblemError } from '../protocol/problem.js';
import { createStore } from '../test-support/object-store.js';
import { hear, portPair } from '../test-support/ports.js';
import { pass, settled } from '../test-support/time.js';
import { token } from '../test-support/values.js';
import { createElement } from './element.js';
import * as extras from './extras.js';
import { loadText, storeText } from './values.js';

type Configure = Extract<PageToElement, { type: 'configure' }>;
type State = Extract<ElementToPage, { type: 'state' }>;
const ssn = '078-05-1120';
const batch = { id: 'form', size: 1 };
const minutes = 60_000;

/** An element in a document, with a page at the other end of its port and a store behind its link. */
function setUp({ isByPerson = true, loadExtras = async () => extras } = {}) {
  const writeText = jest.fn(async (_text: string) => {});
  const store = createStore();
  const [here, there] = portPair();
  const page = hear<ElementToPage>(there);
  const dropped = { count: 0 };
  let reset = () => {};
  createElement({
    document,
    port: here,
    onDrop: () => dropped.count++,
    fetch: store.fetch,
    now: () => Date.now(),
    clipboard: { writeText },
    isByPerson: () => isByPerson,
    loadExtras,
    link: (onReset) => {
      reset = onReset;
      return store.link;
    },
  });
  const field = () => document.querySelector<HTMLInputElement>('#field')!;
  const send = async (message: PageToElement) => {
    page.send(message);
    await settled();
  };
  return {
    store,
    dropped,
    writeText,
    heard: page.heard,
    send,
    field,
    configure: (configuration: Partial<Configure> = {}) =>
      send({ type: 'configure', kind: 'input', attributes: {}, ...configuration }),
    /** Replaces the text, as a person does who edits it. */
    async type(text: string) {
      field().focus();
      field().value = text;
      field().dispatchEvent(new Event('input', { bubbles: true }));
      await settled();
    },
    async leave() {
      field().blur();
      await settled();
    },
    async press(key: string, init: KeyboardEventInit = {}) {
      field().dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true, ...init }));
      await settled();
    },
    tokenize: (requestId: string) => send({ type: 'tokenize', requestId, batch }),
    validate: (requestId: string) => send({ type: 'validate', requestId }),
    show: (shown: string | null) => send({ type: 'show', token: shown }),
    /** Stores a text in the name of the app: a token to show. */
    stored: (text: string) => storeText(text, batch, store.link, store.fetch),
    async changeSession() {
      reset();
      await settled();
    },
    states: () => page.heard.filter((message): message is State => message.type === 'state'),
    state: () => page.heard.filter((message): message is State => message.type === 'state').at(-1),
    answer: (requestId: string) =>
      page.heard.find((message) => 'requestId' in message && message.requestId === requestId),
    problems: () =>
      page.heard.flatMap((message) => (message.type === 'problem' ? [message.problem.code] : [])),
  };
}

beforeEach(() => {
  jest.useFakeTimers();
  document.body.innerHTML = '';
  document.adoptedStyleSheets = [];
  document.hasFocus = () => true;
});
afterEach(() => {
  jest.useRealTimers();
});

describe('an element', () => {
  test('says that it is ready, then what it is', async () => {
    const { heard, configure, field } = setUp();
    await settled();
    expect(heard).toEqual([{ type: 'ready' }]);
    await configure({ attributes: { placeholder: 'SSN' } });
    expect(field().placeholder).toBe('SSN');
    expect(heard[1]).toEqual({
      type: 'state',
      filled: false,
      valid: true,
      invalid: null,
      dirty: false,
      focused: false,
      shown: 'none',
    });
  });

  test('is there once, and keeps its kind and validator', async () => {
    const { configure, field, type, leave, state } = setUp();
    await configure({ validator: 'SSN' });
    await configure({ kind: 'textarea', attributes: { placeholder: 'later' }, validator: 'Email' });
    expect(document.querySelectorAll('#field')).toHaveLength(1);
    expect(field().tagName).toBe('INPUT');
    expect(field().placeholder).toBe('later');
    await type(ssn);
    await leave();
    expect(state()).toMatchObject({ valid: true });
  });

  test('gets its look also if that came first', async () => {
    const { send, configure, field } = setUp();
    await send({ type: 'style', base: { color: 'rgb(1, 2, 3)' } });
    await configure();
    expect(field().style.color).toBe('rgb(1, 2, 3)');
    await send({ type: 'style', base: { color: 'rgb(4, 5, 6)' } });
    expect(field().style.color).toBe('rgb(4, 5, 6)');
  });

  test('tells that a pattern was left out', async () => {
    const { configure, problems } = setUp();
    await configure({ attributes: { pattern: '(a+)+' } });
    expect(problems()).toEqual(['BAD_USER_INPUT']);
  });

  test('says so, once, when a page asks for what it does not know', async () => {
    const { configure, send, problems, field, dropped } = setUp();
    await send({ type: 'read' } as unknown as PageToElement);
    await configure({ kind: 'hologram' as 'input' });
    await configure({ validator: 'Palindrome' as 'SSN' });
    expect(problems()).toEqual(['BAD_USER_INPUT']);
    expect(dropped.count).toBe(3);
    expect(field()).toBeNull();
    await configure();
    expect(field().tagName).toBe('INPUT');
  });

  test('that shows a text takes no focus from the page, and does not tell of it: it would say whether it is longer than its place', async () => {
    const { configure, send, show, stored, field, state } = setUp();
    await configure({ kind: 'paragraph' });
    await show(await stored(ssn));
    // As of a text that scrolls, which the Tab key reaches.
    field().tabIndex = 0;
    await send({ type: 'command', command: 'focus' });
    expect(document.activeElement).not.toBe(field());
    field().focus();
    await send({ type: 'style', base: { color: 'red' } });
    expect(state()).toMatchObject({ focused: false, shown: 'shown' });
  });

  test('does what it is told: focus, blur, clear', async () => {
    const { configure, send, field, type, state } = setUp();
    await configure();
    await send({ type: 'command', command: 'focus' });
    expect(document.activeElement).toBe(field());
    expect(state()).toMatchObject({ focused: true });
    await send({ type: 'command', command: 'blur' });
    expect(state()).toMatchObject({ focused: false });
    await type(ssn);
    await send({ type: 'command', command: 'clear' });
    expect(field().value).toBe('');
    expect(state()).toMatchObject({ filled: false, dirty: false });
  });

  test('selects its whole text', async () => {
    const { configure, send, field, type } = setUp();
    await configure();
    await type(ssn);
    await send({ type: 'command', command: 'select' });
    expect([field().selectionStart, field().selectionEnd]).toEqual([0, ssn.length]);
  });

  test('of what a page asks for it takes what is right: a wrong attribute goes alone', async () => {
    const { configure, field, state } = setUp();
    const attributes = { placeholder: '000', maxLength: -5, onfocus: 'alert(1)', value: 'x' };
    await configure({ attributes });
    expect(field().placeholder).toBe('000');
    expect(field().getAttributeNames()).toEqual(
      expect.not.arrayContaining(['maxlength', 'onfocus', 'value']),
    );
    expect(state()).toMatchObject({ filled: false });
  });
});

describe('a reset', () => {
  test('forgets what was typed, and that it stood for a token', async () => {
    const { configure, send, field, type, show, stored, state, tokenize, answer } = setUp();
    await configure();
    await show(await stored(ssn));
    await type('typed over it');
    await send({ type: 'command', command: 'reset' });
    expect(field().value).toBe('');
    expect(state()).toMatchObject({ filled: false, dirty: false, shown: 'none' });
    await tokenize('1');
    expect(answer('1')).toMatchObject({ type: 'tokenized', token: null });
  });

  test('then shows the token again that follows', async () => {
    const { configure, send, field, type, show, stored, state } = setUp();
    await configure();
    const token = await stored(ssn);
    await show(token);
    await type('typed over it');
    await send({ type: 'command', command: 'reset' });
    await show(token);
    expect(field().value).toBe(ssn);
    expect(state()).toMatchObject({ filled: true, dirty: false, shown: 'shown' });
  });

  test('drops a value that is on its way', async () => {
    const { configure, send, field, show, stored, store } = setUp();
    await configure();
    const name = await stored(ssn);
    const download = store.link.requestDownload.getMockImplementation()!;
    let answer = () => {};
    store.link.requestDownload.mockImplementationOnce(
      (asked) => new Promise((resolve) => (answer = () => resolve(download(asked)))),
    );
    await show(name);
    await send({ type: 'command', command: 'reset' });
    answer();
    await settled();
    expect(field().value).toBe('');
  });

  test('is no way to more verdicts on what is typed', async () => {
    const { configure, send, type, states, leave } = setUp();
    await configure({ validator: 'SSN' });
    await type('1');
    await leave();
    await send({ type: 'command', command: 'reset' });
    await type('2');
    await leave();
    // The verdict on the empty field, and none on the second text within the interval.
    expect(states().at(-1)).toMatchObject({ dirty: true, valid: true });
  });
});

describe('while somebody types, the page learns', () => {
  test('that the field is filled: once, with no length and no content', async () => {
    const { configure, heard, type } = setUp();
    await configure({ validator: 'SSN', attributes: { required: true } });
    const before = heard.length;
    for (let length = 1; length <= ssn.length; length++) await type(ssn.slice(0, length));
    const verdict = { valid: false, invalid: 'VALUE_MISSING' };
    expect(heard.slice(before)).toEqual([
      // Focus, then the first key.
      { type: 'state', filled: false, ...verdict, dirty: false, focused: true, shown: 'none' },
      { type: 'state', filled: true, ...verdict, dirty: true, focused: true, shown: 'none' },
    ]);
  });

  test('never a text, whatever happens', async () => {
    const { configure, heard, type, leave, press, tokenize, validate, send, show, changeSession } = setUp();
    await configure({ validator: 'SSN' });
    await type(ssn);
    await press('Enter');
    await validate('1');
    await leave();
    await tokenize('2');
    const { token: made } = heard.find((message) => message.type === 'tokenized') as { token: string };
    await show(made);
    await changeSession();
    await show(made);
    await type(ssn);
    await send({ type: 'command', command: 'clear' });
    expect(heard.length).toBeGreaterThan(10);
    for (const message of heard) expect(elementToPage(message)).toEqual(message);
    expect(JSON.stringify(heard)).not.toMatch(/078|1120/);
  });

  test('whether it is valid, when the focus leaves', async () => {
    const { configure, type, leave, state } = setUp();
    await configure({ validator: 'SSN' });
    await type('078');
    expect(state()).toMatchObject({ valid: true });
    await leave();
    expect(state()).toMatchObject({ valid: false, invalid: 'VALIDATOR_MISMATCH', focused: false });
  });

  test('which constraint fails first, together with that and not before', async () => {
    const { configure, type, leave, heard, state } = setUp();
    await configure({ validator: 'SSN', attributes: { minLength: 11, pattern: '[0-9\\-]+' } });
    for (const [text, invalid] of [
      ['abc', 'PATTERN_MISMATCH'],
      ['078', 'TOO_SHORT'],
      ['078-05-0000', 'VALIDATOR_MISMATCH'],
      [ssn, null],
    ] as const) {
      const former = state()!.invalid;
      await pass(2000);
      await type(text);
      expect(state()!.invalid).toBe(former);
      await leave();
      expect(state()).toMatchObject({ valid: invalid === null, invalid });
    }
    for (const message of heard) expect(elementToPage(message)).toEqual(message);
  });

  test('that together with the focus, in one message', async () => {
    const { configure, heard, type, leave } = setUp();
    await configure({ validator: 'SSN' });
    await type('078');
    const before = heard.length;
    await leave();
    expect(heard).toHaveLength(before + 1);
  });

  test('nothing of a number that is none yet', async () => {
    const { configure, field, states, type } = setUp();
    await configure({ attributes: { type: 'number' } });
    await type('1');
    const before = states().length;
    // Browsers give no text for "1e".
    Object.defineProperty(field(), 'validity', {
      value: { badInput: true, valid: false },
      configurable: true,
    });
    await type('');
    expect(states()).toHaveLength(before);
  });
});

describe('a page that hunts for verdicts gets one in two seconds', () => {
  async function typing() {
    const element = setUp();
    await element.configure({ validator: 'SSN' });
    await element.type('0');
    await element.leave();
    expect(element.state()).toMatchObject({ valid: false });
    await element.type(ssn);
    return element;
  }

  test('by asking', async () => {
    const { validate, answer, type } = await typing();
    await validate('1');
    await pass(1900);
    expect(answer('1')).toBeUndefined();
    await type('078');
    await validate('2');
    await pass(100);
    expect(answer('1')).toEqual({ type: 'validated', requestId: '1', valid: false });
    expect(answer('2')).toEqual({ type: 'validated', requestId: '2', valid: false });
  });

  test('by moving the focus to and fro between keys', async () => {
    const { send, type, states } = await typing();
    const before = states()
      .map(({ valid }) => valid)
      .filter((valid) => valid).length;
    for (const text of [ssn, '078', ssn, '07', ssn]) {
      await type(text);
      await send({ type: 'command', command: 'blur' });
      await send({ type: 'command', command: 'focus' });
      await pass(100);
    }
    expect(
      states()
        .map(({ valid }) => valid)
        .filter((valid) => valid),
    ).toHaveLength(before);
    await pass(2000);
    expect(states().at(-1)).toMatchObject({ valid: true });
  });

  test('neither by the code, which comes with the verdict', async () => {
    const { configure, type, send, states } = setUp();
    await configure({ attributes: { pattern: '[0-9]+', minLength: 5 } });
    await type('a');
    await send({ type: 'command', command: 'blur' });
    expect(states().at(-1)).toMatchObject({ invalid: 'PATTERN_MISMATCH' });
    for (const text of ['1', '12345', 'a', '12']) {
      await type(text);
      await send({ type: 'command', command: 'blur' });
      await pass(100);
      expect(states().at(-1)).toMatchObject({ invalid: 'PATTERN_MISMATCH' });
    }
    await pass(2000);
    expect(states().at(-1)).toMatchObject({ invalid: 'TOO_SHORT' });
  });

  test('but at once on a text that is as it was', async () => {
    const { validate, answer, leave } = await typing();
    await leave();
    await pass(2000);
    await validate('1');
    await validate('2');
    expect(answer('1')).toMatchObject({ valid: true });
    expect(answer('2')).toMatchObject({ valid: true });
  });

  test('and at once when a person presses Enter', async () => {
    const { press, validate, answer, heard } = await typing();
    await press('Enter');
    expect(heard.at(-1)).toEqual({ type: 'submit' });
    await validate('1');
    expect(answer('1')).toMatchObject({ valid: true });
  });
});

describe('Enter', () => {
  test('submits from a one-line field', async () => {
    const { configure, press, heard } = setUp();
    await configure();
    await press('Enter');
    expect(heard.at(-1)).toEqual({ type: 'submit' });
  });

  test('not from a text area, while composing, or any other key', async () => {
    const { configure, press, heard } = setUp();
    await configure();
    await press('a');
    await press('Enter', { isComposing: true });
    expect(heard.some(({ type }) => type === 'submit')).toBe(false);
    document.body.innerHTML = '';
    const area = setUp();
    await area.configure({ kind: 'textarea' });
    await area.press('Enter');
    expect(area.heard.some(({ type }) => type === 'submit')).toBe(false);
  });
});

describe('storing', () => {
  test('gives the page a token, once the upload is done', async () => {
    const { configure, type, tokenize, answer, state, store } = setUp();
    await configure();
    await type(ssn);
    await tokenize('1');
    const [name] = [...store.objects.keys()];
    expect(answer('1')).toEqual({ type: 'tokenized', requestId: '1', token: name });
    expect(state()).toMatchObject({ filled: true, dirty: false });
  });

  test('what did not change is not stored again', async () => {
    const { configure, type, tokenize, answer, store } = setUp();
    await configure();
    await type(ssn);
    await tokenize('1');
    await tokenize('2');
    expect(answer('2')).toMatchObject({ token: (answer('1') as { token: string }).token });
    expect(store.objects.size).toBe(1);
    expect(store.link.skip).toHaveBeenCalledWith(batch);
  });

  test('but is, once its store grant may have run out', async () => {
    const { configure, type, tokenize, answer, store } = setUp();
    await configure();
    await type(ssn);
    await tokenize('1');
    await pass(5 * minutes + 1);
    await tokenize('2');
    expect(store.objects.size).toBe(2);
    expect(answer('2')).not.toMatchObject({ token: (answer('1') as { token: string }).token });
  });

  test('and is not, once the app has shown it back', async () => {
    const { configure, type, tokenize, answer, show, store, state } = setUp();
    await configure();
    await type(ssn);
    await tokenize('1');
    await show((answer('1') as { token: string }).token);
    expect(state()).toMatchObject({ shown: 'shown' });
    await pass(60 * minutes);
    await tokenize('2');
    expect(store.objects.size).toBe(1);
    expect(store.link.requestDownload).not.toHaveBeenCalled();
  });

  test('nor is it judged any more, once the app has shown it back', async () => {
    const { configure, type, leave, tokenize, answer, show, validate, state } = setUp();
    await configure({ validator: 'SSN' });
    await type('078');
    await leave();
    expect(state()).toMatchObject({ valid: false });
    await tokenize('1');
    await show((answer('1') as { token: string }).token);
    await validate('2');
    expect(answer('2')).toMatchObject({ valid: true });
  });

  test('nothing is no token', async () => {
    const { configure, type, tokenize, answer, store } = setUp();
    await configure();
    await tokenize('1');
    expect(answer('1')).toMatchObject({ token: null });
    await type(ssn);
    await type('');
    await tokenize('2');
    expect(answer('2')).toMatchObject({ token: null });
    expect(store.link.skip).toHaveBeenCalledTimes(2);
    expect(store.objects.size).toBe(0);
  });

  test('what is no number is not taken for nothing', async () => {
    const { configure, field, type, tokenize, answer, store } = setUp();
    await configure({ attributes: { type: 'number' } });
    Object.defineProperty(field(), 'validity', { value: { badInput: true, valid: false } });
    await type('');
    await tokenize('1');
    expect(answer('1')).toMatchObject({ type: 'failed', problem: { code: 'VALIDATION_FAILED' } });
    expect(store.link.skip).toHaveBeenCalledWith(batch);
  });

  test('a failure leaves the text to be stored the next time', async () => {
    const { configure, type, tokenize, answer, state, field, store } = setUp();
    await configure();
    await type(ssn);
    store.link.requestUpload.mockRejectedValueOnce(new ProblemError('RATE_LIMITED', 'Slow down.'));
    await tokenize('1');
    expect(answer('1')).toEqual({
      type: 'failed',
      requestId: '1',
      problem: { code: 'RATE_LIMITED', message: 'Slow down.' },
    });
    expect(state()).toMatchObject({ filled: true, dirty: true });
    expect(field().value).toBe(ssn);
    await tokenize('2');
    expect(answer('2')).toMatchObject({ type: 'tokenized' });
  });

  test('a page learns that uploads get no answer, and that they do again', async () => {
    const { configure, type, tokenize, heard, store, answer } = setUp();
    await configure();
    await type(ssn);
    store.trouble.push('offline', 503);
    await tokenize('1');
    await pass(2000);
    expect(answer('1')?.type).toBe('tokenized');
    expect(heard.filter((message) => message.type === 'connection')).toEqual([
      { type: 'connection', state: 'failing' },
      { type: 'connection', state: 'ok' },
    ]);
  });

  test('what is typed meanwhile is stored the next time', async () => {
    const { configure, type, tokenize, answer, state, store } = setUp();
    await configure();
    await type('first');
    let answerUpload = () => {};
    const upload = store.link.requestUpload.getMockImplementation()!;
    store.link.requestUpload.mockImplementationOnce(
      (...asked) => new Promise((resolve) => (answerUpload = () => resolve(upload(...asked)))),
    );
    await tokenize('1');
    await type('second');
    answerUpload();
    await settled();
    expect(answer('1')).toMatchObject({ type: 'tokenized' });
    expect(state()).toMatchObject({ dirty: true });
    await tokenize('2');
    expect(store.objects.size).toBe(2);
  });

  test('an edited value becomes another token', async () => {
    const { configure, show, stored, type, tokenize, answer } = setUp();
    await configure();
    const name = await stored(ssn);
    await show(name);
    await tokenize('1');
    expect(answer('1')).toMatchObject({ token: name });
    await type('078-05-1121');
    await tokenize('2');
    expect(answer('2')).not.toMatchObject({ token: name });
  });
});

describe('showing', () => {
  test.each(['input', 'textarea', 'paragraph', 'span'] as const)('a value, in a secure %s', async (kind) => {
    const { configure, show, stored, states, field } = setUp();
    await configure({ kind });
    await show(await stored(`${ssn} <b>`));
    expect(field().value ?? field().textContent).toBe(`${ssn} <b>`);
    expect(field().children).toHaveLength(0);
    expect(states().map(({ shown }) => shown)).toEqual(['none', 'loading', 'shown']);
    expect(states().at(-1)).toMatchObject({ filled: true, dirty: false });
  });

  test('is not judged: constraints would read it to the page', async () => {
    const { configure, show, stored, states, validate, answer, leave, field } = setUp();
    await configure({ attributes: { pattern: '[0-4]+', required: true }, validator: 'SSN' });
    await show(await stored('secret'));
    field().focus();
    await leave();
    await validate('1');
    expect(answer('1')).toMatchObject({ valid: true });
    expect(
      states()
        .slice(1)
        .every(({ valid, invalid }) => valid && invalid === null),
    ).toBe(true);
  });

  test('a late answer is dropped when something else is to be shown', async () => {
    const { configure, show, stored, store, field } = setUp();
    await configure({ kind: 'paragraph' });
    const [first, second] = [await stored('first'), await stored('second')];
    const download = store.link.requestDownload.getMockImplementation()!;
    let answerFirst = () => {};
    store.link.requestDownload.mockImplementationOnce(
      (name) => new Promise((resolve) => (answerFirst = () => resolve(download(name)))),
    );
    await show(first);
    await show(second);
    expect(field().textContent).toBe('second');
    answerFirst();
    await settled();
    expect(field().textContent).toBe('second');
  });

  test.each<[string, (element: ReturnType<typeof setUp>) => Promise<void>]>([
    ['nothing is to be shown', ({ show }) => show(null)],
    ['the field was cleared', ({ send }) => send({ type: 'command', command: 'clear' })],
    ['the session is another one', ({ changeSession }) => changeSession()],
    ['somebody types', ({ type }) => type('typed')],
  ])('so is one after which %s', async (_, act) => {
    const element = setUp();
    const { configure, show, stored, store, field, state } = element;
    await configure();
    const name = await stored(ssn);
    const download = store.link.requestDownload.getMockImplementation()!;
    let answer = () => {};
    store.link.requestDownload.mockImplementationOnce(
      (asked) => new Promise((resolve) => (answer = () => resolve(download(asked)))),
    );
    await show(name);
    await act(element);
    answer();
    await settled();
    expect(field().value).not.toBe(ssn);
    expect(state()!.shown).not.toBe('shown');
  });

  test('never replaces what somebody types', async () => {
    const { configure, show, stored, type, field } = setUp();
    await configure();
    const name = await stored(ssn);
    await type('typed');
    await show(name);
    await show(null);
    expect(field().value).toBe('typed');
  });

  test('a refusal is a problem; asking again helps', async () => {
    const { configure, show, stored, store, problems, state, field } = setUp();
    await configure({ kind: 'span' });
    const name = await stored(ssn);
    store.link.requestDownload.mockRejectedValueOnce(new ProblemError('READ_GRANT_MISSING', 'No.'));
    await show(name);
    expect(problems()).toEqual(['READ_GRANT_MISSING']);
    expect(state()).toMatchObject({ shown: 'failed' });
    expect(field().textContent).toBe('');
    await show(name);
    expect(field().textContent).toBe(ssn);
  });

  test('a value that is in place is not fetched again', async () => {
    const { configure, show, stored, store } = setUp();
    await configure();
    const name = await stored(ssn);
    await show(name);
    await show(name);
    expect(store.link.requestDownload).toHaveBeenCalledTimes(1);
  });

  test('nothing empties the field', async () => {
    const { configure, show, stored, field, state } = setUp();
    await configure();
    await show(await stored(ssn));
    await show(null);
    expect(field().value).toBe('');
    expect(state()).toMatchObject({ filled: false, shown: 'none' });
  });

  test('a cleared value is stored as none', async () => {
    const { configure, show, stored, send, tokenize, answer } = setUp();
    await configure();
    await show(await stored(ssn));
    await send({ type: 'command', command: 'clear' });
    await tokenize('1');
    expect(answer('1')).toMatchObject({ token: null });
  });
});

describe('when the session is another one', () => {
  test.each(['input', 'paragraph'] as const)('a value on show goes, from a secure %s', async (kind) => {
    const { configure, show, stored, changeSession, field, problems, state } = setUp();
    await configure({ kind });
    await show(await stored(ssn));
    await changeSession();
    expect(field().value ?? field().textContent).toBe('');
    expect(problems()).toEqual(['READ_GRANT_MISSING']);
    expect(state()).toMatchObject({ shown: 'failed' });
  });

  test('also if somebody has edited it', async () => {
    const { configure, show, stored, changeSession, type, field, tokenize, answer } = setUp();
    await configure();
    const name = await stored(ssn);
    await show(name);
    await type(`${ssn}!`);
    await changeSession();
    expect(field().value).toBe('');
    await tokenize('1');
    expect(answer('1')).toMatchObject({ token: name });
  });

  test('also if it was stored from here and shown back by the app', async () => {
    const { configure, type, tokenize, answer, show, changeSession, field } = setUp();
    await configure();
    await type(ssn);
    await tokenize('1');
    await show((answer('1') as { token: string }).token);
    await changeSession();
    expect(field().value).toBe('');
  });

  test('it can be shown again, if the app grants it', async () => {
    const { configure, show, stored, changeSession, field } = setUp();
    await configure();
    const name = await stored(ssn);
    await show(name);
    await changeSession();
    await show(name);
    expect(field().value).toBe(ssn);
  });

  test('what somebody types stays, and is stored anew', async () => {
    const { configure, type, tokenize, answer, changeSession, field, store } = setUp();
    await configure();
    await type(ssn);
    await tokenize('1');
    await changeSession();
    expect(field().value).toBe(ssn);
    await tokenize('2');
    expect(store.objects.size).toBe(2);
    expect(answer('2')).not.toMatchObject({ token: (answer('1') as { token: string }).token });
  });

  test('so does what somebody made of a shown value and stored', async () => {
    const { configure, show, stored, type, tokenize, changeSession, field, state } = setUp();
    await configure();
    await show(await stored(ssn));
    await type('078-05-1121');
    await tokenize('1');
    await changeSession();
    expect(field().value).toBe('078-05-1121');
    expect(state()).toMatchObject({ dirty: true, shown: 'none' });
  });

  test('while a text is stored for the former: no token of that one is given out', async () => {
    const { configure, type, tokenize, answer, changeSession, store, state } = setUp();
    await configure();
    await type(ssn);
    let answerUpload = () => {};
    const upload = store.link.requestUpload.getMockImplementation()!;
    store.link.requestUpload.mockImplementationOnce(
      (...asked) => new Promise((resolve) => (answerUpload = () => resolve(upload(...asked)))),
    );
    await tokenize('1');
    await changeSession();
    answerUpload();
    await settled();
    expect(answer('1')).toMatchObject({ type: 'failed', problem: { code: 'UNAUTHENTICATED' } });
    expect(state()).toMatchObject({ dirty: true });
    await tokenize('2');
    expect(answer('2')).toMatchObject({ type: 'tokenized' });
  });

  test('an element that shows nothing says nothing', async () => {
    const { configure, changeSession, heard } = setUp();
    await changeSession();
    await configure();
    const before = heard.length;
    await changeSession();
    expect(heard).toHaveLength(before);
  });
});

describe('a text area that grows', () => {
  /** Lays text areas out, with lines of 20 pixels and a padding of 4. */
  beforeEach(() => {
    const { prototype } = HTMLTextAreaElement;
    const sheet = document.head.appendChild(document.createElement('style'));
    sheet.textContent = 'textarea { padding: 2px }';
    Object.defineProperty(prototype, 'clientHeight', { get: () => 24, configurable: true });
    Object.defineProperty(prototype, 'scrollHeight', {
      get(this: HTMLTextAreaElement) {
        return this.value.split('\n').length * 20 + 4;
      },
      configurable: true,
    });
  });
  afterEach(() => {
    document.head.replaceChildren();
    Reflect.deleteProperty(HTMLTextAreaElement.prototype, 'clientHeight');
    Reflect.deleteProperty(HTMLTextAreaElement.prototype, 'scrollHeight');
  });
  const lines = (count: number) => Array(count).fill('x').join('\n');
  const area = { kind: 'textarea', attributes: { rows: 2, maxRows: 5 } } as const;

  test('asks for the lines that somebody has typed, within limits', async () => {
    const { configure, type, state, field } = setUp();
    await configure(area);
    expect(state()).toMatchObject({ rows: 2 });
    for (const [typed, rows] of [
      [1, 2],
      [3, 3],
      [9, 5],
      [4, 4],
      [0, 2],
    ] as const) {
      await type(lines(typed));
      expect(state()!.rows).toBe(rows);
      expect(field()).toMatchObject({ rows: 2, className: '' });
    }
  });

  test('as many as at first, if the app says nothing', async () => {
    const { configure, type, state } = setUp();
    await configure({ kind: 'textarea', attributes: { maxRows: 3 } });
    expect(state()!.rows).toBe(2);
    await type(lines(3));
    expect(state()!.rows).toBe(3);
  });

  test.each([
    [{ kind: 'textarea', attributes: {} } as const],
    [{ kind: 'input', attributes: { maxRows: 5 } } as const],
  ])('no other tells how many lines there are: %j', async (configuration) => {
    const { configure, type, states } = setUp();
    await configure(configuration);
    await type(lines(3));
    for (const state of states()) expect(state).not.toHaveProperty('rows');
  });

  test('nor how many a stored value has, at whatever width, until somebody edits it', async () => {
    const { configure, show, stored, type, states, state, send } = setUp();
    await configure(area);
    await show(await stored(lines(4)));
    window.dispatchEvent(new Event('resize'));
    await send({ type: 'style', base: { 'font-size': '99px' } });
    await settled();
    expect(states().every(({ rows }) => rows === 2)).toBe(true);
    await type(lines(5));
    expect(state()!.rows).toBe(5);
  });

  test('keeps its size when the value is stored, and has none of it for another', async () => {
    const { configure, type, tokenize, answer, show, stored, state } = setUp();
    await configure(area);
    await type(lines(4));
    await tokenize('1');
    await show((answer('1') as { token: string }).token);
    expect(state()!.rows).toBe(4);
    Object.defineProperty(HTMLTextAreaElement.prototype, 'scrollHeight', { value: 64, configurable: true });
    window.dispatchEvent(new Event('resize'));
    await settled();
    expect(state()!.rows).toBe(4);
    await show(await stored(lines(3)));
    expect(state()!.rows).toBe(2);
  });
});

describe('what is concealed', () => {
  const concealed = { conceal: 4, revealable: true, copyable: true };
  const button = (name: string) => document.querySelector<HTMLButtonElement>(`button[aria-label="${name}"]`)!;

  test('is for a person to reveal and to copy; the page does not learn of it', async () => {
    const { configure, show, stored, field, heard, writeText } = setUp();
    await configure({ kind: 'span', attributes: concealed });
    await show(await stored(ssn));
    expect(field().textContent).toBe('•••-••-1120');
    const before = heard.length;
    button('Show').click();
    button('Copy').click();
    await settled();
    expect(field().textContent).toBe(ssn);
    expect(writeText).toHaveBeenCalledWith(ssn);
    expect(heard).toHaveLength(before);
  });

  test('stays so whatever the page says', async () => {
    const { configure, show, stored, field, send } = setUp({ isByPerson: false });
    await configure({ kind: 'paragraph', attributes: concealed });
    await show(await stored(ssn));
    await configure({ kind: 'paragraph', attributes: { conceal: 64, revealable: true } });
    await configure({ kind: 'paragraph', attributes: {} });
    await send({ type: 'command', command: 'focus' });
    button('Show').click();
    expect(field().textContent).toBe('•••-••-1120');
  });

  test.each<[string, (element: ReturnType<typeof setUp>, other: string) => Promise<void>]>([
    ['another value is shown', ({ show }, other) => show(other)],
    ['the session is another one', ({ changeSession }) => changeSession()],
  ])('is so again when %s', async (_, act) => {
    const element = setUp();
    await element.configure({ kind: 'span', attributes: concealed });
    await element.show(await element.stored(ssn));
    button('Show').click();
    await act(element, await element.stored('219-09-9999'));
    expect(button('Show')).not.toBeNull();
    expect(element.field().textContent).toMatch(/^(•••-••-9999)?$/);
  });

  test('is stored as it was typed', async () => {
    const { configure, type, leave, tokenize, answer, store } = setUp();
    await configure({ attributes: { conceal: 4, mask: '###-##-####' } });
    await type('078051120');
    await leave();
    expect(document.querySelector<HTMLInputElement>('#cover')!.value).toBe('•••-••-1120');
    await tokenize('1');
    const { token: made } = answer('1') as { token: string };
    const text = await loadText(made, store.link, store.fetch);
    expect(text).toBe(ssn);
  });

  test('keeps its place and look when the app changes something', async () => {
    const { configure, send, field } = setUp();
    await configure({ attributes: { copyable: true } });
    Object.defineProperty(document.querySelector('#tools')!, 'offsetWidth', { value: 30 });
    await send({ type: 'style', base: { 'padding-right': '8px' } });
    const padding = field().style.paddingRight;
    expect(padding).toBe('42px');
    await configure({ attributes: { copyable: true, placeholder: 'x' } });
    await send({ type: 'style', base: { 'padding-right': '8px' } });
    expect(field().style.paddingRight).toBe(padding);
  });
});

describe('while the extras of a field are loading', () => {
  test('what the page says waits, and is done in its order', async () => {
    let loaded = () => {};
    const loadExtras = () =>
      new Promise<typeof extras>((resolve) => {
        loaded = () => resolve(extras);
      });
    const element = setUp({ loadExtras });
    const { configure, show, stored, send, tokenize, heard, field, answer } = element;
    const name = await stored(ssn);
    await configure({ attributes: { conceal: 4, placeholder: 'first' } });
    await send({ type: 'style', base: { color: 'rgb(1, 2, 3)' } });
    await configure({ attributes: { placeholder: 'second' } });
    await show(name);
    await tokenize('1');
    expect(heard).toEqual([{ type: 'ready' }]);
    expect(field()).toBeNull();
    loaded();
    await settled();
    expect(field().placeholder).toBe('second');
    expect(field().style.color).toBe('rgb(1, 2, 3)');
    expect(answer('1')).toMatchObject({ token: name });
    expect(document.querySelector<HTMLInputElement>('#cover')!.value).toBe('•••-••-1120');
  });

  test('and in vain, if they do not load: nothing is ever shown as it should not be', async () => {
    const element = setUp({ loadExtras: () => Promise.reject(new TypeError('Failed to fetch')) });
    const { configure, show, stored, problems, field } = element;
    await configure({ kind: 'span', attributes: { conceal: 4 } });
    await show(await stored(ssn));
    await configure({ kind: 'span', attributes: {} });
    expect(problems()).toEqual(['UNAVAILABLE']);
    expect(field()).toBeNull();
  });

  test('and a form does not wait for a field that they did not load for, then or later', async () => {
    let failed = () => {};
    const loadExtras = () =>
      new Promise<typeof extras>((_resolve, reject) => {
        failed = () => reject(new TypeError('Failed to fetch'));
      });
    const { configure, validate, tokenize, answer, field } = setUp({ loadExtras });
    await configure({ attributes: { conceal: 4 } });
    await validate('1');
    expect(answer('1')).toBeUndefined();
    failed();
    await settled();
    expect(answer('1')).toMatchObject({ type: 'failed', problem: { code: 'UNAVAILABLE' } });
    await tokenize('2');
    expect(answer('2')).toMatchObject({ type: 'failed', problem: { code: 'UNAVAILABLE' } });
    expect(field()).toBeNull();
  });
});

test('before it is configured an element does nothing', async () => {
  const { heard, show, tokenize, validate, send, store } = setUp();
  await show(token(1));
  await tokenize('1');
  await validate('2');
  await send({ type: 'command', command: 'focus' });
  expect(heard).toEqual([{ type: 'ready' }]);
  expect(store.requests).toEqual([]);
});
