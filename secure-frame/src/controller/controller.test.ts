import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ControllerToElement } from '../protocol/internal.js';
import type { ControllerToPage } from '../protocol/messages.js';
import { ProblemError } from '../protocol/problem.js';
import { hear, portPair } from '../test-support/ports.js';
import { pass, settled } from '../test-support/time.js';
import { downloadOf, inputOf, token, uploadOf } from '../test-support/values.js';
import type { Api } from './api.js';
import { createController } from './controller.js';

const assertionOf = (user: string) =>
  `e30.${Buffer.from(JSON.stringify({ sub: user })).toString('base64url')}.x`;

function setUp() {
  const api = {
    createSession: jest.fn<Api['createSession']>(async () => ({ accessToken: 'access', lifetime: 900_000 })),
    tokenize: jest.fn<Api['tokenize']>(async (_, inputs) =>
      inputs.map((input) => ({ token: input.token, upload: uploadOf(input.token), problem: null })),
    ),
    detokenize: jest.fn<Api['detokenize']>(async (_, tokens) =>
      tokens.map((name) => ({ token: name, download: downloadOf(name), problem: null })),
    ),
    signParts: jest.fn<Api['signParts']>(async (_, __, parts) =>
      parts.map(({ number }) => ({ number, upload: uploadOf(token(number)), problem: null })),
    ),
    completeUploads: jest.fn<Api['completeUploads']>(async (_, tokens) =>
      tokens.map((name) => ({ token: name, problem: null })),
    ),
  };
  const controller = createController(api, () => true);
  return {
    api,
    controller,
    connectPage() {
      const [here, there] = portPair();
      const page = hear<ControllerToPage>(there);
      controller.connectPage(here);
      return page;
    },
    attach(isGone = () => false) {
      const [here, there] = portPair();
      const element = hear<ControllerToElement>(there);
      controller.attachElement(here, isGone);
      return element;
    },
  };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the page', () => {
  test('learns whether calls are answered, also if it comes later', async () => {
    const { controller, connectPage } = setUp();
    controller.reportConnection('failing');
    const { heard } = connectPage();
    await settled();
    expect(heard).toEqual([{ type: 'connection', state: 'failing' }]);
    controller.reportConnection('ok');
    await settled();
    expect(heard.slice(1)).toEqual([{ type: 'connection', state: 'ok' }]);
  });

  test('learns the state of the session, also if it comes later', async () => {
    const { controller, connectPage } = setUp();
    controller.acceptAssertion(assertionOf('ada'));
    await settled();
    const { heard } = connectPage();
    await settled();
    expect(heard).toEqual([{ type: 'session', state: 'active' }]);
    controller.acceptAssertion(null);
    await settled();
    expect(heard.slice(1)).toEqual([{ type: 'session', state: 'unauthenticated' }]);
  });

  test('learns that a renewal is wanted, also if that was before it came', async () => {
    const { controller, attach, connectPage } = setUp();
    controller.acceptAssertion(null);
    attach().send({ type: 'detokenize', requestId: 1, token: token(1) });
    await pass(3100);
    const { heard } = connectPage();
    await settled();
    expect(heard).toEqual([{ type: 'session', state: 'unauthenticated' }, { type: 'renew' }]);
  });

  test('gets nothing else: no token, no download', async () => {
    const { controller, attach, connectPage } = setUp();
    const { heard, send } = connectPage();
    controller.acceptAssertion(assertionOf('ada'));
    send({ type: 'prefetch', tokens: [token(1)] });
    attach().send({ type: 'detokenize', requestId: 1, token: token(1) });
    await pass(100);
    expect(heard).toEqual([{ type: 'session', state: 'active' }]);
  });

  test('cannot speak as an element', async () => {
    const { api, controller, connectPage } = setUp();
    const { heard, send } = connectPage();
    controller.acceptAssertion(assertionOf('ada'));
    send({ type: 'detokenize', requestId: 1, token: token(1) });
    send({ type: 'tokenize', requestId: 1, batch: { id: 'a', size: 1 }, input: inputOf(token(1)) });
    await pass(100);
    expect(api.detokenize).not.toHaveBeenCalled();
    expect(api.tokenize).not.toHaveBeenCalled();
    expect(heard).toEqual([{ type: 'session', state: 'active' }]);
  });
});

describe('elements', () => {
  test('are told that they are attached, and get what they ask for', async () => {
    const { controller, attach, connectPage } = setUp();
    controller.acceptAssertion(assertionOf('ada'));
    connectPage().send({ type: 'prefetch', tokens: [] });
    const { heard, send } = attach();
    send({ type: 'tokenize', requestId: 1, batch: { id: 'form', size: 1 }, input: inputOf(token(1)) });
    send({ type: 'detokenize', requestId: 2, token: token(2) });
    await pass(100);
    expect(heard).toEqual([
      { type: 'attached' },
      { type: 'upload', requestId: 1, upload: uploadOf(token(1)) },
      { type: 'download', requestId: 2, download: downloadOf(token(2)) },
    ]);
  });

  test('that upload in parts get places for them, and have them completed', async () => {
    const { controller, attach, api } = setUp();
    controller.acceptAssertion(assertionOf('ada'));
    api.tokenize.mockImplementation(async (_, inputs) =>
      inputs.map(({ token: name }) => ({
        token: name,
        upload: null,
        multipart: { partSize: 8 },
        problem: null,
      })),
    );
    const { heard, send } = attach();
    const { checksum, ...input } = inputOf(token(1));
    send({ type: 'tokenize', requestId: 1, batch: { id: 'choice', size: 1 }, input });
    send({ type: 'signParts', requestId: 2, token: token(1), parts: [{ number: 1, size: 8, checksum }] });
    send({ type: 'completeUploads', requestId: 3, tokens: [token(1)] });
    await pass(100);
    expect(heard).toEqual(
      expect.arrayContaining([
        { type: 'multipart', requestId: 1, multipart: { partSize: 8 } },
        { type: 'parts', requestId: 2, parts: [{ number: 1, upload: uploadOf(token(1)), problem: null }] },
        { type: 'completed', requestId: 3, results: [{ token: token(1), problem: null }] },
      ]),
    );
    expect(api.signParts).toHaveBeenCalledWith('access', token(1), [{ number: 1, size: 8, checksum }]);
  });

  test('get each their own answer', async () => {
    const { controller, attach } = setUp();
    controller.acceptAssertion(assertionOf('ada'));
    const [one, other] = [attach(), attach()];
    one.send({ type: 'tokenize', requestId: 1, batch: { id: 'form', size: 2 }, input: inputOf(token(1)) });
    other.send({ type: 'tokenize', requestId: 1, batch: { id: 'form', size: 2 }, input: inputOf(token(2)) });
    await pass(100);
    expect(one.heard.slice(1)).toEqual([{ type: 'upload', requestId: 1, upload: uploadOf(token(1)) }]);
    expect(other.heard.slice(1)).toEqual([{ type: 'upload', requestId: 1, upload: uploadOf(token(2)) }]);
  });

  test('that have nothing to store do not hold up a form', async () => {
    const { api, controller, attach } = setUp();
    controller.acceptAssertion(assertionOf('ada'));
    const [one, other] = [attach(), attach()];
    one.send({ type: 'tokenize', requestId: 1, batch: { id: 'form', size: 2 }, input: inputOf(token(1)) });
    other.send({ type: 'skip', batch: { id: 'form', size: 2 } });
    await pass(10);
    expect(api.tokenize).toHaveBeenCalledTimes(1);
  });

  test('wait for the page to say what it will show: all is one call', async () => {
    const { api, controller, attach, connectPage } = setUp();
    controller.acceptAssertion(assertionOf('ada'));
    const { heard, send } = attach();
    send({ type: 'detokenize', requestId: 1, token: token(1) });
    await pass(1000);
    expect(api.detokenize).not.toHaveBeenCalled();
    connectPage().send({ type: 'prefetch', tokens: [token(1), token(2)] });
    await pass(100);
    expect(api.detokenize.mock.calls).toEqual([['access', [token(1), token(2)]]]);
    expect(heard.at(-1)).toMatchObject({ type: 'download', requestId: 1 });
  });

  test('are served without the page after three seconds', async () => {
    const { controller, attach } = setUp();
    controller.acceptAssertion(assertionOf('ada'));
    const { heard, send } = attach();
    send({ type: 'detokenize', requestId: 1, token: token(1) });
    await pass(3100);
    expect(heard.at(-1)).toMatchObject({ type: 'download', requestId: 1 });
  });

  test('learn what went wrong', async () => {
    const { api, controller, attach } = setUp();
    controller.acceptAssertion(assertionOf('ada'));
    api.tokenize.mockRejectedValueOnce(new ProblemError('RATE_LIMITED', 'Slow down.'));
    const { heard, send } = attach();
    send({ type: 'tokenize', requestId: 7, batch: { id: 'form', size: 1 }, input: inputOf(token(1)) });
    await pass(10);
    const problem = { code: 'RATE_LIMITED', message: 'Slow down.' };
    expect(heard.at(-1)).toEqual({ type: 'failed', requestId: 7, problem });
  });

  test('are all reset when the session is another one', async () => {
    const { controller, attach } = setUp();
    const elements = [attach(), attach()];
    controller.acceptAssertion(assertionOf('ada'));
    await settled();
    for (const { heard } of elements) expect(heard).toEqual([{ type: 'attached' }]);
    controller.acceptAssertion(assertionOf('bob'));
    await settled();
    for (const { heard } of elements) expect(heard).toEqual([{ type: 'attached' }, { type: 'reset' }]);
  });

  test('that are gone are forgotten when the next one attaches', async () => {
    const { controller, attach } = setUp();
    let left = false;
    const isGone = jest.fn(() => left);
    const gone = attach(isGone);
    const there = attach();
    controller.acceptAssertion(assertionOf('ada'));
    await settled();
    left = true;
    attach();
    attach();
    expect(isGone.mock.results.filter(({ value }) => value)).toHaveLength(1);
    controller.acceptAssertion(null);
    await settled();
    expect(gone.heard).toEqual([{ type: 'attached' }]);
    expect(there.heard).toEqual([{ type: 'attached' }, { type: 'reset' }]);
  });

  test('what is downloaded for one session is not served in another', async () => {
    const { api, controller, attach, connectPage } = setUp();
    controller.acceptAssertion(assertionOf('ada'));
    connectPage().send({ type: 'prefetch', tokens: [token(1)] });
    await pass(100);
    controller.acceptAssertion(assertionOf('bob'));
    attach().send({ type: 'detokenize', requestId: 1, token: token(1) });
    await pass(100);
    expect(api.detokenize).toHaveBeenCalledTimes(2);
  });
});
