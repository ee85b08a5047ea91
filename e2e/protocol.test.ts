import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { fixtureApp } from './fixture/server.js';
import { launchBrowser } from './support/browser.js';
import { bundleFixture } from './support/bundle.js';
import { save, secureFrame, secureInput, shownText } from './support/demo.js';
import { startStack, type Stack } from './support/stack.js';

/** Runs in a page or a frame before its scripts: what it says over its ports becomes what a later release would say. */
function sayMore(side: 'page' | 'frame'): void {
  if ((window === window.top ? 'page' : 'frame') !== side) return;
  const { postMessage } = MessagePort.prototype;
  const more = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(more);
    if (typeof value !== 'object' || value === null) return value;
    // Dictionaries have names of their own: there is no such thing as an unknown one.
    const isDictionary = (name: string) => /^(headers|base|placeholder|focus|hover|invalid)$/.test(name);
    const entries = Object.entries(value).map(
      ([name, content]) => [name, isDictionary(name) ? content : more(content)] as const,
    );
    return { ...Object.fromEntries(entries), addedLater: { deep: [1] } };
  };
  MessagePort.prototype.postMessage = function (this: MessagePort, message: unknown) {
    Reflect.apply(postMessage, this, [{ type: 'addedLater', content: 1 }]);
    Reflect.apply(postMessage, this, [more(message)]);
  };
}

describe('between page and frame', () => {
  let stack: Stack;
  let browser: Browser;

  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture()) });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  async function open(as: string, prepare: (page: Page) => Promise<unknown>): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(15_000);
    await prepare(page);
    await page.goto(`${stack.appURL}/log-in?as=${as}`);
    return page;
  }
  const dropped = async (page: Page, name: string) =>
    Number((await secureFrame(page, name).locator('html').getAttribute('data-dropped-messages')) ?? 0);

  test.each(['page', 'frame'] as const)(
    'a %s of a later release of the same version works: what it adds is left out',
    async (side) => {
      const page = await open(side, (page) => page.addInitScript(sayMore, side));
      await page.goto(`${stack.appURL}/?fields=1`);
      await secureInput(page, 'Field 0').fill(`typed on the ${side}`);
      await save(page);
      await page.getByText(/^saved \d+$/).waitFor();
      if (side === 'page') expect(await dropped(page, 'Field 0')).toBeGreaterThan(0);

      await page.goto(`${stack.appURL}/?list=values`);
      await shownText(page, 'Value 0').filter({ hasText: 'typed on the' }).waitFor();
      await page.context().close();
    },
  );

  test('a page of another version is told, at once, what is wrong', async () => {
    const page = await open('old', (page) =>
      page.addInitScript(() => {
        const post = window.postMessage;
        const { get } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'contentWindow')!;
        Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', {
          get(this: HTMLIFrameElement) {
            const target = get!.call(this) as Window;
            return {
              postMessage: (message: object, origin: string, ports: Transferable[]) =>
                Reflect.apply(post, target, [{ ...message, lunasec: 2 }, origin, ports]),
            };
          },
        });
      }),
    );
    await page.goto(`${stack.appURL}/?fields=1`);
    await page.getByText('session failed').waitFor();
    await page.context().close();
  });

  test('malformed, unknown, huge and forged messages are dropped and counted; the field works on', async () => {
    const page = await open('hostile', (page) =>
      page.addInitScript(() => {
        if (window !== window.top) return;
        const ports: MessagePort[] = [];
        const Native = MessageChannel;
        window.MessageChannel = class extends Native {
          constructor() {
            super();
            ports.push(this.port1);
          }
        };
        Object.assign(window, { ports });
      }),
    );
    await page.goto(`${stack.appURL}/?fields=1`);
    await secureInput(page, 'Field 0').fill('mine');
    const before = await dropped(page, 'Field 0');
    const sent = await page.evaluate(() => {
      const { ports } = window as unknown as { ports: MessagePort[] };
      const garbage: unknown[] = [
        null,
        'configure',
        [],
        { type: 'read' },
        { type: 'constructor' },
        { type: '__proto__' },
        { type: 'show', token: 'lunasec-1' },
        { type: 'style', base: { color: 'x'.repeat(5_000_000) } },
        { type: 'style', base: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`p${i}`, 'x'])) },
        { type: 'tokenize', requestId: 'x'.repeat(1000), batch: { id: 'a', size: 1 } },
        new Map([['type', 'clear']]),
        JSON.parse('{"__proto__":{"type":"command","command":"clear"}}'),
        Object.create({ type: 'command', command: 'clear' }),
      ];
      for (let round = 0; round < 20; round++)
        for (const message of garbage) for (const port of ports) port.postMessage(message);
      // And to the windows themselves, which have taken their one port.
      for (const frame of document.querySelectorAll('iframe')) {
        frame.contentWindow!.postMessage({ lunasec: 1, type: 'connect' }, '*');
        const late = new MessageChannel();
        frame.contentWindow!.postMessage({ lunasec: 1, type: 'connect' }, '*', [late.port2]);
      }
      return garbage.length * 20;
    });
    await secureInput(page, 'Field 0').focus();
    expect(await secureInput(page, 'Field 0').inputValue()).toBe('mine');
    expect((await dropped(page, 'Field 0')) - before).toBe(sent + 2);
    await save(page);
    await page.getByText(/^saved \d+$/).waitFor();
    await page.context().close();
  });
});
