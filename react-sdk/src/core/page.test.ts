/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { closePorts, installFrames, load, settle, token } from '../test-support/frames.js';
import { refusal } from '@lunasec/secure-frame/protocol';
import { createPage } from './page.js';

const options = { applicationId: 'my app', tokenizerURL: 'https://tokens.example/' };
const frames = () => [...document.querySelectorAll('iframe')];
let stop = () => {};

beforeEach(installFrames);
afterEach(() => {
  stop();
  closePorts();
  jest.useRealTimers();
});

describe('the controller frame', () => {
  test('comes from the app, and nobody sees it or reaches it by keyboard', () => {
    stop = createPage(options).start(document);
    expect(frames()).toHaveLength(1);
    const [frame] = frames();
    expect(frame!.getAttribute('src')).toBe('/.lunasec/secure-frame');
    expect(frame!.name).toBe('lunasec-controller');
    expect(frame!.tabIndex).toBe(-1);
    expect(frame!.getAttribute('aria-hidden')).toBe('true');
    expect(frame!.style.visibility).toBe('hidden');
    stop();
    expect(frames()).toHaveLength(0);
  });

  test('is offered a port for the origin of the tokenizer only', () => {
    stop = createPage(options).start(document);
    expect(load(frames()[0]!).origin).toBe('https://tokens.example');
  });

  test('elements are for this application', () => {
    expect(createPage(options).elementURL).toBe('https://tokens.example/frame/element?application=my%20app');
  });
});

describe('tokens that will be shown', () => {
  test('before the controller is there: one message, a token as often as it will be shown', async () => {
    const page = createPage(options);
    page.prefetch(token(1));
    stop = page.start(document);
    page.prefetch(token(1));
    page.prefetch(token(2));
    const controller = load(frames()[0]!);
    await settle();
    expect(controller.received).toEqual([{ type: 'prefetch', tokens: [token(1), token(1), token(2)] }]);
  });

  test('none: says so, since the controller waits for it', async () => {
    stop = createPage(options).start(document);
    expect(await load(frames()[0]!).next('prefetch')).toEqual({ type: 'prefetch', tokens: [] });
  });

  test('later: thirty at the same time are one message', async () => {
    const page = createPage(options);
    stop = page.start(document);
    const controller = load(frames()[0]!);
    await controller.next('prefetch');
    for (let index = 0; index < 30; index++) page.prefetch(token(index % 10));
    await settle();
    expect(controller.received).toHaveLength(2);
    expect(controller.received[1]!.tokens).toHaveLength(30);
  });

  test('what was taken back is not sent', async () => {
    const page = createPage(options);
    stop = page.start(document);
    page.prefetch(token(1))();
    expect((await load(frames()[0]!).next('prefetch')).tokens).toEqual([]);
  });
});

describe('the session', () => {
  test('is what the controller says, and listeners are told', async () => {
    const page = createPage(options);
    const told = jest.fn();
    page.subscribe(told);
    stop = page.start(document);
    expect(page.session()).toEqual({ state: 'connecting' });
    load(frames()[0]!).send({ type: 'session', state: 'unauthenticated' });
    await settle();
    expect(page.session()).toEqual({ state: 'unauthenticated' });
    expect(told).toHaveBeenCalledTimes(1);
  });

  test('a frame of another protocol version is said to be one', async () => {
    const page = createPage(options);
    stop = page.start(document);
    load(frames()[0]!).send(refusal);
    await settle();
    expect(page.session()).toEqual({ state: 'failed', problem: refusal.problem });
  });

  test('malformed messages change nothing', async () => {
    const page = createPage(options);
    stop = page.start(document);
    const controller = load(frames()[0]!);
    for (const forged of [{ type: 'session', state: 'root' }, { type: 'session' }, 'renew', null])
      controller.send(forged);
    await settle();
    expect(page.session()).toEqual({ state: 'connecting' });
    expect(frames()).toHaveLength(1);
  });

  test('is renewed by a second frame from the app, which stays until the controller has its assertion', async () => {
    const page = createPage({ ...options, appPath: '/elsewhere' });
    stop = page.start(document);
    const controller = load(frames()[0]!);
    controller.send({ type: 'renew' });
    await settle();
    expect(frames().map(({ name }) => name)).toEqual(['lunasec-controller', 'lunasec-renewal']);
    expect(frames()[1]!.getAttribute('src')).toBe('/elsewhere');
    controller.send({ type: 'session', state: 'active' });
    await settle();
    expect(frames().map(({ name }) => name)).toEqual(['lunasec-controller']);
  });

  test('can be renewed by the app after a login; one renewal at a time', () => {
    const page = createPage(options);
    stop = page.start(document);
    page.renew();
    page.renew();
    expect(frames().map(({ name }) => name)).toEqual(['lunasec-controller', 'lunasec-renewal']);
  });

  test('failed, if the controller never says anything', () => {
    jest.useFakeTimers();
    const page = createPage(options);
    stop = page.start(document);
    jest.advanceTimersByTime(60_000);
    expect(page.session()).toMatchObject({ state: 'failed', problem: { code: 'UNAVAILABLE' } });
  });
});

describe('the connection', () => {
  test('fails while any frame gets no answers', async () => {
    const page = createPage(options);
    stop = page.start(document);
    const told = jest.fn();
    page.subscribe(told);
    const [one, other] = [{}, {}];
    expect(page.connection()).toBe('ok');
    page.reportConnection(one, 'failing');
    page.reportConnection(other, 'failing');
    page.reportConnection(one, 'ok');
    expect(page.connection()).toBe('failing');
    page.reportConnection(other, 'ok');
    expect(page.connection()).toBe('ok');
    expect(told).toHaveBeenCalledTimes(2);
  });

  test('is what the controller says of its own, and of a new page it is ok', async () => {
    const page = createPage(options);
    stop = page.start(document);
    load(frames()[0]!).send({ type: 'connection', state: 'failing' });
    await settle();
    expect(page.connection()).toBe('failing');
    stop();
    expect(page.connection()).toBe('ok');
  });
});
