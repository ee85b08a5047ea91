import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { fixtureApp } from '../fixture/server.js';
import { launchBrowser } from '../support/browser.js';
import { bundleFixture } from '../support/bundle.js';
import { save, secureFrame } from '../support/demo.js';
import { startStack, type Stack } from '../support/stack.js';
import { startTamperingProxy, type Passed, type TamperingProxy } from '../support/tampering-proxy.js';

/** What every altered script does first. */
const mark = "document.documentElement.dataset.owned = 'yes';\n";
const owned = (script: Passed) => ({ ...script, body: mark + script.body });
const styled = (style: Passed) => ({ ...style, body: `${style.body}\nbody { --owned: yes; }` });
const withoutPins = (page: Passed) => ({
  ...page,
  body: page.body.replaceAll(/ integrity="[^"]*"|<script type="importmap">.*<\/script>/g, ''),
});
const withoutHeader = ({ headers: { 'integrity-policy': _, ...headers }, ...page }: Passed) => ({
  ...page,
  headers,
});
const isPage = ({ path }: Passed) => /^\/frame\/\w+$/.test(path);
const isScript = (name: string, { path }: Passed) =>
  path.startsWith(`/frame/assets/${name}-`) && !path.endsWith('.css');
const isStyle = (name: string, { path }: Passed) =>
  path.startsWith(`/frame/assets/${name}-`) && path.endsWith('.css');

describe('frames whose files are altered between the tokenizer and the browser', () => {
  let stack: Stack;
  let browser: Browser;
  let proxy: TamperingProxy;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture('frame-integrity/web')) });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  beforeEach(async () => {
    proxy = await startTamperingProxy();
    context = await browser.newContext({ proxy: { server: proxy.url, bypass: '<-loopback>' } });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    complaints = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`${stack.appURL}/log-in?as=anybody`);
  });
  afterEach(async () => {
    await context.close();
    await proxy.close();
  });

  const open = (field: 'text' | 'masked' | 'file') => page.goto(`${stack.appURL}/?field=${field}`);
  const frames = (name: string) => page.frames().filter((frame) => frame.url().includes(`/frame/${name}`));
  const isOwned = (frame: Frame) => frame.evaluate(() => document.documentElement.dataset.owned === 'yes');
  const styleOf = (frame: Frame) =>
    frame.evaluate(() => getComputedStyle(document.body).getPropertyValue('--owned').trim());
  const until = async (condition: () => boolean | Promise<boolean>) => {
    for (const end = Date.now() + 20_000; !(await condition());) {
      if (Date.now() > end) throw new Error(`It did not come to that. The console: ${complaints.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** Waits until the page is told that, at once or when its patience ends. */
  const told = (what: 'session' | 'problem' | 'status', text: string) =>
    until(async () => {
      await page.clock.fastForward(5000);
      return (await page.locator(`#${what}`).textContent())!.includes(text);
    });
  /** Waits until the browser says that the pin of a file is not that of what it got. */
  const refused = (name: string) =>
    until(() =>
      complaints.some(
        (text) => /'integrity' attribute/.test(text) && text.includes(`/frame/assets/${name}-`),
      ),
    );
  const secureField = () => secureFrame(page, 'Value').locator('#field, input');
  const store = async () => {
    await secureField().fill('078-05-1120');
    await save(page);
    await page.locator('#status').filter({ hasText: 'stored lunasec-' }).waitFor();
  };

  test('can be used through the proxy while it alters nothing', async () => {
    await open('masked');
    await store();
    expect(proxy.asked.filter((path) => path.startsWith('/frame/')).length).toBeGreaterThanOrEqual(6);
  });

  test('would be another’s if they pinned nothing: altered scripts run, styles are applied', async () => {
    proxy.alter = (answer) =>
      isPage(answer)
        ? withoutHeader(withoutPins(answer))
        : isStyle('element', answer)
          ? styled(answer)
          : answer.path.startsWith('/frame/assets/')
            ? owned(answer)
            : answer;
    await open('masked');
    await store();
    for (const name of ['controller', 'element']) expect(await isOwned(frames(name)[0]!)).toBe(true);
    expect(await styleOf(frames('element')[0]!)).toBe('yes');
  });

  test('load no script that their page does not pin', async () => {
    proxy.alter = (answer) => (isPage(answer) ? withoutPins(answer) : answer);
    const failed: string[] = [];
    page.on('requestfailed', (request) => failed.push(new URL(request.url()).pathname));
    await page.clock.install();
    await open('text');
    await until(() =>
      ['controller', 'element'].every((name) => failed.some((path) => path.includes(`/assets/${name}-`))),
    );
    await told('problem', 'UNAVAILABLE');
    await told('session', 'failed');
    expect(await secureField().count()).toBe(0);
  });

  test.each([
    ['script of a field', 'element', 'text'],
    ['script of a field for files', 'file', 'file'],
    ['chunk that scripts import at once', 'channel', 'text'],
    ['chunk that a script imports when it needs it', 'extras', 'masked'],
  ] as const)(
    'an altered %s does not run, and the page is told that there is no field',
    async (_, name, field) => {
      proxy.alter = (answer) => (isScript(name, answer) ? owned(answer) : answer);
      await page.clock.install();
      await open(field);
      await refused(name);
      await told('problem', 'UNAVAILABLE');
      for (const frame of [...frames('element'), ...frames('file')]) expect(await isOwned(frame)).toBe(false);
      expect(await secureField().count()).toBe(0);
      await save(page);
      await told('status', 'failed UNAVAILABLE');
    },
  );

  test('an altered script of the session does not run, and the page is told that there is none', async () => {
    proxy.alter = (answer) => (isScript('controller', answer) ? owned(answer) : answer);
    await page.clock.install();
    await open('text');
    await refused('controller');
    await told('session', 'failed');
    for (const frame of frames('controller')) expect(await isOwned(frame)).toBe(false);
  });

  test.each([
    ['field', 'element', 'text'],
    ['field for files', 'file', 'file'],
  ] as const)(
    'an altered style of a %s is not applied, and there is no field without it',
    async (_, name, field) => {
      proxy.alter = (answer) => (isStyle(name, answer) ? styled(answer) : answer);
      await page.clock.install();
      await open(field);
      await refused(name);
      await told('problem', 'UNAVAILABLE');
      expect(await styleOf(frames(name)[0]!)).toBe('');
      expect(await secureField().count()).toBe(0);
    },
  );

  test('an altered script is refused as well when it comes from the browser’s cache', async () => {
    proxy.alter = (answer) => (isScript('element', answer) ? owned(answer) : answer);
    await open('text');
    await refused('element');
    proxy.alter = undefined;
    complaints = [];
    proxy.asked = [];
    await page.reload();
    await refused('element');
    expect(proxy.asked.filter((path) => path.startsWith('/frame/assets/element-'))).toEqual([]);
    expect(await isOwned(frames('element')[0]!)).toBe(false);

    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.clearBrowserCache');
    await page.reload();
    await store();
  });
});
