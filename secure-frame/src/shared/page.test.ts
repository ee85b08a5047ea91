/** @jest-environment jsdom */
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { refusal } from '../protocol/messages.js';
import { acceptPage, pageOrigins } from './page.js';

const app = 'https://app.example';
const tokenizer = 'https://tokenizer.example';
const connect = { lunasec: 1, type: 'connect' };
const port = (name: string) => ({ name }) as unknown as MessagePort;

/** A frame's window with a parent, and a way to send it messages from anywhere. */
function frame({ origins = app, isTop = false } = {}) {
  document.head.innerHTML = `<meta name="lunasec-origins" content="${origins}">`;
  const events = new EventTarget();
  const window = Object.assign(events, { document, location: { origin: tokenizer } }) as unknown as Window;
  const parent = {} as Window;
  Object.assign(window, { parent: isTop ? window : parent });
  const send = (event: { origin?: string; source?: unknown; data?: unknown; ports?: MessagePort[] }) =>
    events.dispatchEvent(
      Object.assign(new Event('message'), {
        origin: app,
        source: isTop ? window : parent,
        data: connect,
        ports: [port('first')],
        ...event,
      }),
    );
  const accept = jest.fn<(port: MessagePort) => void>();
  const dropped = jest.fn();
  acceptPage(window, accept, dropped);
  return { window, send, accept, dropped };
}

beforeEach(() => {
  document.head.innerHTML = '';
});

describe('the page of a frame', () => {
  test('hands over one port', () => {
    const { send, accept } = frame();
    send({ ports: [port('first'), port('other')] });
    expect(accept.mock.calls).toEqual([[port('first')]]);
  });

  test('may be on any origin of the application', () => {
    const { send, accept } = frame({ origins: `https://www.example ${app}` });
    send({});
    expect(accept).toHaveBeenCalledTimes(1);
  });

  test('is taken once: a second offer is dropped', () => {
    const { send, accept, dropped } = frame();
    send({});
    expect(dropped).not.toHaveBeenCalled();
    send({ ports: [port('second')] });
    expect(accept.mock.calls).toEqual([[port('first')]]);
    expect(dropped).toHaveBeenCalledTimes(1);
  });

  test('may be of a later release within the version', () => {
    const { send, accept } = frame();
    send({ data: { ...connect, added: 'later' } });
    expect(accept).toHaveBeenCalledTimes(1);
  });

  test('is told when it is of another version, once and with nothing else', () => {
    const { send, accept } = frame();
    const postMessage = jest.fn();
    const ports = [{ postMessage } as unknown as MessagePort];
    send({ data: { ...connect, lunasec: 2 }, ports });
    send({ data: { ...connect, lunasec: 2 }, ports });
    expect(accept).not.toHaveBeenCalled();
    expect(postMessage.mock.calls).toEqual([[refusal]]);
  });

  test('whoever is refused does not use up the one offer', () => {
    const { send, accept } = frame();
    send({ origin: 'https://evil.example' });
    send({ data: null });
    send({});
    expect(accept).toHaveBeenCalledTimes(1);
  });
});

describe('refused is', () => {
  test.each(['https://evil.example', `${app}.evil.example`, 'http://app.example', `${app}:8443`, 'null', ''])(
    'a page on %j',
    (origin) => {
      const { send, accept } = frame();
      send({ origin });
      expect(accept).not.toHaveBeenCalled();
    },
  );

  test.each([{}, null, undefined])('a window that is not the parent', (source) => {
    const { send, accept } = frame();
    send({ source });
    expect(accept).not.toHaveBeenCalled();
  });

  test('the frame itself', () => {
    const { window, send, accept } = frame();
    send({ source: window, origin: tokenizer });
    expect(accept).not.toHaveBeenCalled();
  });

  test('anyone, when the frame is no frame', () => {
    const { send, accept } = frame({ isTop: true });
    send({});
    expect(accept).not.toHaveBeenCalled();
  });

  test('a page on the tokenizer’s own origin, even if it is listed', () => {
    const { send, accept } = frame({ origins: `${app} ${tokenizer}` });
    send({ origin: tokenizer });
    expect(accept).not.toHaveBeenCalled();
  });

  test('any origin, in a document that names none or was not filled in', () => {
    for (const origins of ['', '  ', '__LUNASEC_ORIGINS__', '*']) {
      const { send, accept } = frame({ origins });
      for (const origin of [app, '', 'null']) send({ origin });
      expect(accept).not.toHaveBeenCalled();
    }
  });

  test.each([{ ...connect, lunasec: '1' }, { type: 'connect' }, 'connect', null, [connect]])(
    'the message %j',
    (data) => {
      const { send, accept } = frame();
      send({ data });
      expect(accept).not.toHaveBeenCalled();
    },
  );

  test('an offer without a port', () => {
    const { send, accept } = frame();
    send({ ports: [] });
    expect(accept).not.toHaveBeenCalled();
  });
});

test('what is refused is counted, but for what frames of the tokenizer say to each other', () => {
  const { window, send, accept, dropped } = frame();
  send({ origin: 'https://evil.example' });
  send({ source: {} });
  send({ data: 'x'.repeat(1_000_000) });
  expect(dropped).toHaveBeenCalledTimes(3);
  send({ origin: tokenizer, source: { parent: window.parent }, data: { lunasec: 1, type: 'attach' } });
  expect(dropped).toHaveBeenCalledTimes(3);
  expect(accept).not.toHaveBeenCalled();
});

test('origins are read from the document', () => {
  document.head.innerHTML = '<meta name="lunasec-origins" content=" https://a.example\n https://b.example ">';
  expect(pageOrigins(document)).toEqual(['https://a.example', 'https://b.example']);
  document.head.innerHTML = '';
  expect(pageOrigins(document)).toEqual([]);
});
