/** @jest-environment jsdom */
import '../test-support/dom.js';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ElementToController } from '../protocol/internal.js';
import { hear } from '../test-support/ports.js';
import { pass } from '../test-support/time.js';
import { downloadOf, inputOf, token, uploadOf } from '../test-support/values.js';
import { createControllerLink } from './link.js';

const origin = 'https://tokenizer.example';
const batch = { id: 'form', size: 1 };

/** A controller's window. `takes`: how many offers it lets pass before its script runs. */
function controllerWindow({ deafTo = 0, closed = false } = {}) {
  const offers: { message: unknown; target: string }[] = [];
  const lines: ReturnType<typeof hear<ElementToController>>[] = [];
  const window = {
    closed,
    postMessage(message: unknown, target: string, [port]: [MessagePort]) {
      offers.push({ message, target });
      if (offers.length <= deafTo) return;
      const line = hear<ElementToController>(port);
      lines.push(line);
      line.send({ type: 'attached' });
    },
  };
  return { window, offers, lines, asWindow: window as unknown as Window };
}

function setUp(find: () => Window | undefined) {
  const onReset = jest.fn();
  return { ...createControllerLink({ find, origin, onReset }), onReset };
}
const outcomeOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('attaching', () => {
  test('offers a port to the controller, of this origin only, and stops once it is taken', async () => {
    const { asWindow, offers } = controllerWindow();
    setUp(() => asWindow);
    await pass(10_000);
    expect(offers).toEqual([{ message: { lunasec: 1, type: 'attach' }, target: origin }]);
  });

  test('offers again until the controller’s script runs', async () => {
    const { asWindow, offers, lines } = controllerWindow({ deafTo: 3 });
    const { requestDownload } = setUp(() => asWindow);
    void outcomeOf(requestDownload(token(1)));
    await pass(10_000);
    expect(offers).toHaveLength(4);
    expect(lines[0]!.heard).toEqual([{ type: 'detokenize', requestId: 1, token: token(1) }]);
  });

  test('looks again until there is a controller', async () => {
    const { asWindow, offers, lines } = controllerWindow();
    const found: Window[] = [];
    const { requestDownload } = setUp(() => found[0]);
    void outcomeOf(requestDownload(token(1)));
    await pass(5000);
    found.push(asWindow);
    await pass(250);
    expect(offers).toHaveLength(1);
    expect(lines[0]!.heard).toHaveLength(1);
  });

  test('gives up after 15 seconds; the next ask tries again', async () => {
    const { asWindow, lines } = controllerWindow();
    const found: Window[] = [];
    const { requestDownload } = setUp(() => found[0]);
    const early = outcomeOf(requestDownload(token(1)));
    await pass(15_500);
    expect(await early).toMatchObject({ code: 'UNAVAILABLE' });
    found.push(asWindow);
    void outcomeOf(requestDownload(token(2)));
    await pass(10);
    expect(lines[0]!.heard).toEqual([{ type: 'detokenize', requestId: 1, token: token(2) }]);
  });

  test('to another controller, once the former is gone', async () => {
    const former = controllerWindow();
    const next = controllerWindow();
    let found = former.asWindow;
    const { requestDownload } = setUp(() => found);
    const lost = outcomeOf(requestDownload(token(1)));
    await pass(10);
    former.window.closed = true;
    found = next.asWindow;
    void outcomeOf(requestDownload(token(2)));
    await pass(10);
    expect(await lost).toMatchObject({ code: 'UNAVAILABLE' });
    expect(next.lines[0]!.heard).toEqual([{ type: 'detokenize', requestId: 2, token: token(2) }]);
  });
});

describe('asking', () => {
  async function attached() {
    const { asWindow, lines } = controllerWindow();
    const link = setUp(() => asWindow);
    await pass(0);
    return { ...link, line: lines[0]! };
  }

  test('each answer goes to who asked, in any order', async () => {
    const { requestUpload, requestDownload, line } = await attached();
    const upload = requestUpload(batch, inputOf(token(1)));
    const download = requestDownload(token(2));
    await pass(0);
    expect(line.heard).toEqual([
      { type: 'tokenize', requestId: 1, batch, input: inputOf(token(1)) },
      { type: 'detokenize', requestId: 2, token: token(2) },
    ]);
    line.send({ type: 'download', requestId: 2, download: downloadOf(token(2)) });
    line.send({ type: 'upload', requestId: 1, upload: uploadOf(token(1)) });
    expect(await upload).toEqual(uploadOf(token(1)));
    expect(await download).toEqual(downloadOf(token(2)));
  });

  test('a problem is thrown', async () => {
    const { requestDownload, line } = await attached();
    const outcome = outcomeOf(requestDownload(token(1)));
    await pass(0);
    line.send({ type: 'failed', requestId: 1, problem: { code: 'GRANT_EXPIRED', message: 'Too late.' } });
    expect(await outcome).toMatchObject({ code: 'GRANT_EXPIRED', message: 'Too late.' });
  });

  test('no answer for 60 seconds is a problem, and one that comes later is dropped', async () => {
    const { requestDownload, line } = await attached();
    const outcome = outcomeOf(requestDownload(token(1)));
    await pass(60_000);
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE' });
    line.send({ type: 'download', requestId: 1, download: downloadOf(token(1)) });
    line.send({ type: 'download', requestId: 99, download: downloadOf(token(1)) });
    await pass(0);
    const next = requestDownload(token(2));
    await pass(0);
    line.send({ type: 'download', requestId: 2, download: downloadOf(token(2)) });
    expect(await next).toEqual(downloadOf(token(2)));
  });

  test('a malformed answer is none', async () => {
    const { requestDownload, line } = await attached();
    const outcome = outcomeOf(requestDownload(token(1)));
    await pass(0);
    line.send({ type: 'download', requestId: 1, download: { ...downloadOf(token(1)), url: 'javascript:1' } });
    await pass(60_000);
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('that there is nothing to store needs no answer', async () => {
    const { skip, line } = await attached();
    skip(batch);
    await pass(0);
    expect(line.heard).toEqual([{ type: 'skip', batch }]);
  });

  test('another session is reported', async () => {
    const { onReset, line } = await attached();
    expect(onReset).not.toHaveBeenCalled();
    line.send({ type: 'reset' });
    await pass(0);
    expect(onReset).toHaveBeenCalledTimes(1);
  });
});
