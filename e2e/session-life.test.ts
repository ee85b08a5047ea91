import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { fixtureApp } from './fixture/server.js';
import { launchBrowser } from './support/browser.js';
import { bundleFixture } from './support/bundle.js';
import { save, secureInput } from './support/demo.js';
import { countFrameRequests } from './support/requests.js';
import { startStack, type Stack } from './support/stack.js';

const typed = 'typed before it happened';

describe('whatever becomes of the session or the network, what somebody typed stays', () => {
  let stack: Stack;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture()) });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach(() => stack.recover());
  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext();
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(`${stack.appURL}/log-in?as=typist`);
    await page.goto(`${stack.appURL}/?fields=1`);
    await status('session active, connection ok');
    await secureInput(page, 'Field 0').fill(typed);
  });

  const status = (text: string) => page.getByText(text).waitFor();
  const text = () => secureInput(page, 'Field 0').inputValue();
  const saved = () => page.getByText(/^saved \d+$/).waitFor();
  const logIn = (as: string) => page.evaluate((url) => fetch(url), `/log-in?as=${as}`);
  const logOut = () => page.evaluate(() => fetch('/log-out'));

  test('a session that ran out is renewed, and the submission goes through', async () => {
    const counts = countFrameRequests(page, stack.tokenizerURL);
    stack.clock.offset = 16 * 60_000;
    // The app's clock did not move: its assertion is for the time that it is there.
    await page.route('**/.lunasec/secure-frame', (route) => {
      stack.clock.offset = 0;
      return route.continue();
    });
    await save(page);
    await saved();
    expect(counts).toEqual({ createSession: 1, tokenize: 2, detokenize: 0 });
    expect(await text()).toBe(typed);
  });

  test('the page says that it is logged out, and goes on after a login elsewhere', async () => {
    await logOut();
    await page.getByRole('button', { name: 'Renew' }).click();
    await status('session unauthenticated');
    await save(page);
    await page.getByText('failed UNAUTHENTICATED').waitFor();
    expect(await text()).toBe(typed);

    await logIn('typist');
    await save(page);
    await saved();
    await status('session active');
  });

  test('another user who logs in stores it as theirs: no token of the former is used', async () => {
    await logIn('somebody-else');
    await page.getByRole('button', { name: 'Renew' }).click();
    await status('session active');
    expect(await text()).toBe(typed);
    await save(page);
    await saved();
  });

  test('offline, the form waits and says so; back online, it is stored', async () => {
    await context.setOffline(true);
    await save(page);
    await status('connection failing');
    expect(await page.locator('form').getAttribute('aria-busy')).toBe('true');
    expect(await text()).toBe(typed);
    await context.setOffline(false);
    await saved();
    await status('connection ok');
  });

  test('a tokenizer that restarts in mid-form: the submission waits for it', async () => {
    const restart = await stack.stopTokenizer();
    await save(page);
    await status('connection failing');
    await restart();
    await saved();
    expect(await text()).toBe(typed);
  });

  test('one that stays away: the form says UNAVAILABLE, and can be submitted again later', async () => {
    const restart = await stack.stopTokenizer();
    await save(page);
    await page.getByText('failed UNAVAILABLE').waitFor();
    expect(await text()).toBe(typed);
    await restart();
    await save(page);
    await saved();
  });

  test('an object store that is away for a moment: the upload is repeated', async () => {
    const restart = await stack.stopObjectStore();
    await save(page);
    await status('connection failing');
    await restart();
    await saved();
    await status('connection ok');
  });

  test('a slow network: fields are busy meanwhile, and nothing is sent twice', async () => {
    const counts = countFrameRequests(page, stack.tokenizerURL);
    await page.route(`${stack.tokenizerURL}/graphql`, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await route.continue();
    });
    await save(page);
    await save(page);
    expect(await page.locator('form').getAttribute('aria-busy')).toBe('true');
    await saved();
    expect(counts).toEqual({ createSession: 0, tokenize: 1, detokenize: 0 });
  });
});
