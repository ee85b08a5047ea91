import { startGallery } from '@lunasec/gallery';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from './support/browser.js';
import { save, secureInput, shownText, tokenPattern } from './support/demo.js';
import { filesContaining } from './support/files.js';
import { startStack, type StartApp, type Stack } from './support/stack.js';

declare global {
  interface Window {
    axe: { run(context: Document, options: { iframes: boolean }): Promise<AxeResults> };
  }
}

const value = '4242 4242 4242 4242';

const galleryApp: StartApp = (parts) =>
  startGallery({
    ...parts,
    applicationId: 'demo',
    webDirectory: join(import.meta.dirname, '../gallery/dist/web'),
  });

describe('the component gallery', () => {
  let stack: Stack;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Errors in the consoles of the page and of its frames, violations of a Content Security Policy among them. */
  let complaints: string[];

  beforeAll(async () => {
    stack = await startStack({ startApp: galleryApp });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  async function visit(options: Parameters<Browser['newContext']>[0] = {}) {
    context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
    await context.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', (event) =>
        // eslint-disable-next-line no-console -- where the test listens.
        console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
      ),
    );
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    complaints = [];
    page.on('console', (message) => {
      // Chromium does not know each feature that the frames' policy turns off.
      if (message.type() !== 'error' || message.text().includes('Permissions-Policy header')) return;
      complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await open('');
  }
  beforeEach(() => visit());
  afterEach(() => context.close());

  /** Goes to a story and waits until its secure elements are there. */
  async function open(story: string) {
    await page.goto(`${stack.appURL}/#/${story}`);
    await page.getByText('Session active', { exact: true }).waitFor();
    await settled();
  }
  const settled = () =>
    page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLIFrameElement>('.g-preview iframe')].every(
        (frame) => frame.style.visibility !== 'hidden' || frame.getClientRects().length === 0,
      ),
    );
  const store = () => page.getByRole('button', { name: 'Store', exact: true }).click();
  const code = () => page.getByRole('region', { name: /^Code sample/ }).innerText();
  const log = () => page.getByRole('log').innerText();

  async function storeFirst() {
    await open('secure-paragraph/plain');
    await secureInput(page, 'A value to show').fill(value);
    await store();
    await shownText(page, 'Stored value').filter({ hasText: value }).waitFor();
  }

  describe.each([
    ['on a wide, light screen', { viewport: { width: 1280, height: 860 }, colorScheme: 'light' }],
    ['on a narrow, dark screen', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)('%s', (_name, options) => {
    test('each story opens without a complaint, fits, and is accessible', async () => {
      await context.close();
      await visit(options);
      await storeFirst();
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      await page.evaluate(axe);

      const stories = await page
        .locator('nav a')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')!.replace('#/', '')));
      expect(stories.length).toBeGreaterThan(30);
      const faults: Record<string, unknown> = {};
      for (const story of stories) {
        await open(story);
        const { violations } = await page.evaluate(() => window.axe.run(document, { iframes: false }));
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        const found = [
          ...complaints,
          ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
          ...(overflow > 0 ? [`${overflow} px too wide`] : []),
        ];
        if (found.length > 0) faults[story] = found;
        complaints = [];
      }
      expect(faults).toEqual({});
    }, 240_000);
  });

  test('the code follows the props and the theme', async () => {
    await open('secure-input/states');
    expect(await code()).toContain('className="field"');
    expect(await code()).not.toContain('required');
    await page.getByLabel('required', { exact: true }).check();
    await page.getByLabel('placeholder', { exact: true }).fill('Your number');
    expect(await code()).toMatch(/\n\s*required\n/);
    expect(await code()).toContain('placeholder="Your number"');
    await secureInput(page, 'National id')
      .and(page.frameLocator('iframe[title="National id"]').locator('[required]'))
      .waitFor();
    expect(await secureInput(page, 'National id').getAttribute('placeholder')).toBe('Your number');

    await page.getByRole('radio', { name: 'Brand', exact: true }).check({ force: true });
    expect(await code()).toContain('className="acme-input"');
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    expect(await code()).not.toContain('Your number');
  });

  test('a constraint that is fixed at the first render makes a new element', async () => {
    await open('secure-input/types');
    await page.getByRole('combobox', { name: 'type' }).selectOption('password');
    await secureInput(page, 'A field of type password').waitFor();
    expect(await secureInput(page, 'A field of type password').getAttribute('type')).toBe('password');
  });

  test('colours, direction and size of the theme reach into the frames', async () => {
    await open('secure-input/types');
    const field = await secureInput(page, 'A field of type text').elementHandle();
    const becomes = (wanted: Record<string, string>) =>
      page
        .frames()
        .find((frame) => frame.url().includes('/frame/element'))!
        .waitForFunction(
          ([input, styles]) => {
            const computed = getComputedStyle(input);
            return Object.entries(styles).every(([name, text]) => computed.getPropertyValue(name) === text);
          },
          [field!, wanted] as const,
        );
    await becomes({ 'background-color': 'rgb(255, 255, 255)', direction: 'ltr', 'font-size': '16px' });
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    await becomes({ 'background-color': 'rgb(20, 23, 31)' });
    await page.getByLabel('Right to left').check();
    await page.getByLabel('Large text').check();
    await becomes({ direction: 'rtl', 'font-size': '24px' });
  });

  test('a value is stored and shown, and the page and the server have its token only', async () => {
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(stack.appURL)) sent.push(request.postData() ?? '');
    });
    await open('secure-input/types');
    await secureInput(page, 'A field of type text').fill(value);
    await store();
    await page.getByText('Stored. The server holds the token.').waitFor();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await shownText(page, 'Stored value').filter({ hasText: value }).waitFor();

    const [token] = (await log()).match(/lunasec-[0-9a-f-]{36}/)!;
    expect(token).toMatch(tokenPattern);
    expect(sent.join()).toContain(token);
    expect(sent.join()).not.toContain(value);
    expect(await page.content()).not.toContain(value);
    expect(await filesContaining(stack.directory, value)).toEqual([]);
  });

  test('what it stored shows in the stories of paragraphs and spans, and for this visitor only', async () => {
    await storeFirst();
    await open('secure-span/in-a-sentence');
    await shownText(page, 'Stored value').filter({ hasText: value }).waitFor();
    await context.close();
    await visit();
    await open('secure-span/in-a-sentence');
    await page.getByText('your session has none yet').waitFor();
  });

  test('a grant that was taken back is asked for again', async () => {
    await storeFirst();
    await open('secure-paragraph/revoked');
    await page.getByRole('button', { name: 'Take the grant back' }).click();
    await page.getByRole('button', { name: 'READ_GRANT_MISSING: ask again' }).click();
    await shownText(page, 'Stored value').filter({ hasText: value }).waitFor();
  });

  test('a script of the page that tries to read a field gets nothing', async () => {
    await open('secure-input/types');
    await secureInput(page, 'A field of type text').fill(value);
    await page.getByRole('button', { name: 'Try to read it with a script' }).click();
    const seen = await log();
    expect(seen).toContain('.contentDocument');
    expect(seen).toContain('SecurityError');
    expect(seen).not.toContain('4242');
  });

  test('custom elements store the values of a plain form', async () => {
    await open('custom-elements/form');
    await secureInput(page, 'National id').fill('536904399');
    await save(page);
    await page.getByRole('log').getByText('GraphQL store').waitFor();
    expect(await log()).toMatch(/submit[^]*"value":"lunasec-/);
    expect(await log()).not.toContain('536-90-4399');
  });

  test('after a logout the secure elements say so, and after a login they work again', async () => {
    await open('session/state');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('Session unauthenticated', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Log in anew' }).click();
    await page.getByText('Session active', { exact: true }).waitFor();
  });

  test('the code can be copied, and stories are reached by keyboard', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    expect((await page.evaluate(() => navigator.clipboard.readText())).trim()).toBe((await code()).trim());

    await page.getByRole('link', { name: 'Masks' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Masks', level: 1 }).waitFor();
    await page.waitForFunction(() => document.activeElement?.localName === 'h1');
    expect(await page.title()).toContain('Masks');
  });
});
