/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { closePorts, emptyState, installFrames, load, settle, token } from '../test-support/frames.js';
import { createElementLink } from './link.js';
import type { ElementLink } from './link.js';

const batch = { id: 'b', size: 1 };
let frame: HTMLIFrameElement;
let link: ElementLink;
let prefetched: string[];
let reported: string[];
const events = { state: jest.fn(), problem: jest.fn(), submit: jest.fn() };

const connect = (takesInput = true) => {
  link = createElementLink({
    page: {
      origin: 'https://tokens.example',
      reportConnection: (_source, state) => reported.push(state),
      prefetch(shown) {
        prefetched.push(shown);
        return () => {};
      },
    },
    frame,
    takesInput,
    events,
    onConnect: () => link.style({ type: 'style', base: { color: 'red' } }),
  });
  link.configure({ kind: takesInput ? 'input' : 'paragraph', attributes: {} });
};

beforeEach(async () => {
  await installFrames();
  jest.resetAllMocks();
  prefetched = [];
  reported = [];
  frame = document.createElement('iframe');
});
afterEach(() => {
  link.close();
  closePorts();
  jest.useRealTimers();
});

describe('a frame that loads', () => {
  test('gets its look, then what it is, then what to show', async () => {
    connect();
    link.show(token(1));
    const element = load(frame);
    await settle();
    expect(element.received).toEqual([
      { type: 'style', base: { color: 'red' } },
      { type: 'configure', kind: 'input', attributes: {} },
      { type: 'show', token: token(1) },
    ]);
    expect(element.origin).toBe('https://tokens.example');
  });

  test('a second time, moved in the document: gets it all again over a new port', async () => {
    connect();
    link.show(token(1));
    load(frame);
    const again = load(frame);
    await settle();
    expect(again.received.map(({ type }) => type)).toEqual(['style', 'configure', 'show']);
    again.send(emptyState);
    await settle();
    expect(events.state).toHaveBeenCalledTimes(1);
  });

  test('a second time while storing: fails, for what was typed is gone and nothing must pass for an empty field', async () => {
    connect();
    load(frame);
    const storing = link.tokenize(batch);
    load(frame);
    await expect(storing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('what was asked before it was there is asked then', async () => {
    connect();
    const validating = link.validate();
    const element = load(frame);
    const { requestId } = await element.next('validate');
    element.send({ type: 'validated', requestId, valid: false });
    expect(await validating).toBe(false);
  });

  test('the focus that was asked for before it was there comes once it is', async () => {
    connect();
    link.command('focus');
    const element = load(frame);
    await settle();
    expect(element.received.map(({ type }) => type)).not.toContain('command');
    element.send(emptyState);
    expect(await element.next('command')).toEqual({ type: 'command', command: 'focus' });
  });

  test('the same again is not sent again', async () => {
    connect();
    const element = load(frame);
    link.configure({ kind: 'input', attributes: {} });
    link.style({ type: 'style', base: { color: 'red' } });
    await settle();
    expect(element.received).toHaveLength(2);
  });
});

describe('answers', () => {
  test('malformed and unknown ones are dropped', async () => {
    connect();
    const element = load(frame);
    for (const forged of [
      { ...emptyState, filled: 'yes' },
      { type: 'problem', problem: { code: 'no code', message: '' } },
      { type: 'value', text: 'secret' },
      { type: 'validated', requestId: '99', valid: true },
    ])
      element.send(forged);
    await settle();
    expect(events.state).not.toHaveBeenCalled();
    expect(events.problem).not.toHaveBeenCalled();
  });

  test('the app sees nothing of a message but what this version describes', async () => {
    connect();
    load(frame).send({ ...emptyState, length: 9, text: 'typed' });
    await settle();
    const { type: _type, ...described } = emptyState;
    expect(events.state.mock.calls).toEqual([[described, undefined]]);
  });

  test('the page hears whether the frame gets answers, and forgets it with the frame', async () => {
    connect();
    load(frame).send({ type: 'connection', state: 'failing' });
    await settle();
    expect(reported.at(-1)).toBe('failing');
    link.close();
    expect(reported.at(-1)).toBe('ok');
  });

  test('a token that is none never reaches the app', async () => {
    connect();
    const element = load(frame);
    const settled = jest.fn();
    link.tokenize(batch).then(settled, settled);
    const { requestId } = await element.next('tokenize');
    element.send({ type: 'tokenized', requestId, token: '078-05-1120' });
    await settle();
    expect(settled).not.toHaveBeenCalled();
  });

  test('a problem becomes the rejection of what was asked', async () => {
    connect();
    const element = load(frame);
    const storing = link.tokenize(batch);
    const { requestId } = await element.next('tokenize');
    element.send({ type: 'failed', requestId, problem: { code: 'TOO_LARGE', message: 'Shorten it.' } });
    await expect(storing).rejects.toMatchObject({ code: 'TOO_LARGE', message: 'Shorten it.' });
  });

  test('another kind of answer than what was asked for is a failure', async () => {
    connect();
    const element = load(frame);
    const storing = link.tokenize(batch);
    const { requestId } = await element.next('tokenize');
    element.send({ type: 'validated', requestId, valid: true });
    await expect(storing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('none at all: a problem, and everything asked fails', async () => {
    jest.useFakeTimers();
    connect();
    const before = link.validate();
    jest.advanceTimersByTime(60_000);
    await expect(before).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(link.tokenize(batch)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(events.problem).toHaveBeenCalledWith(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });
});

describe('what is announced to the controller', () => {
  test('a token to show, and again after it failed', async () => {
    connect(false);
    link.show(token(1));
    const element = load(frame);
    element.send({ ...emptyState, shown: 'failed' });
    await settle();
    link.show(token(1));
    expect(prefetched).toEqual([token(1), token(1)]);
    await settle();
    expect(element.received.filter(({ type }) => type === 'show')).toHaveLength(2);
  });

  test('not a token that is in place, nor the one just made here', async () => {
    connect();
    const element = load(frame);
    const storing = link.tokenize(batch);
    const { requestId } = await element.next('tokenize');
    element.send({ type: 'tokenized', requestId, token: token(2) });
    await storing;
    link.show(token(2));
    link.show(token(2));
    expect(prefetched).toEqual([]);
  });

  test('not a token for a field that somebody has typed into', async () => {
    connect();
    load(frame).send({ ...emptyState, filled: true, dirty: true });
    await settle();
    link.show(token(1));
    expect(prefetched).toEqual([]);
  });

  test('not what is no token: that is a problem, and nothing is shown', async () => {
    connect(false);
    const element = load(frame);
    link.show('078-05-1120');
    await settle();
    expect(events.problem).toHaveBeenCalledWith(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    expect(JSON.stringify(element.received)).not.toContain('078');
    expect(prefetched).toEqual([]);
  });
});
