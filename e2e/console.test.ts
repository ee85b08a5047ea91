import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axe from 'axe-core';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from './support/browser.js';
import { createPatient, logIn } from './support/demo.js';
import { startOpenIDProvider, type OpenIDProvider } from './support/openid-provider.js';
import { freePort } from './support/ports.js';
import { startStack, type Stack } from './support/stack.js';

const tokenizerProgram = join(import.meta.dirname, '../tokenizer-api/dist/main.js');

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1280, 390].map((width) => ({ colorScheme, width })),
);

/** What somebody on the machine of the tokenizer types. */
async function makeLink(stack: Stack, port: number): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [tokenizerProgram, 'console', 'login'], {
    cwd: stack.directory,
    env: {
      PATH: process.env.PATH,
      LUNASEC_DATA_DIRECTORY: join(stack.directory, 'tokenizer'),
      LUNASEC_CONSOLE_PORT: String(port),
      LUNASEC_APPLICATIONS: JSON.stringify([
        { id: 'demo', jwksURL: `${stack.appURL}/.lunasec/jwks.json`, origins: [stack.appURL] },
      ]),
    },
  });
  return stdout.trim();
}

/** Everything that axe finds, or that is wider than the screen, in every look. */
async function barriers(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const { colorScheme, width } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(async () => {
      const { axe: inside } = window as unknown as { axe: typeof axe };
      return inside.run(document, { resultTypes: ['violations'] });
    });
    const look = `${page.url()}, ${colorScheme}, ${width}`;
    for (const { id, nodes } of violations)
      for (const { html, failureSummary } of nodes)
        found.push(`${look}: ${id}: ${html.slice(0, 200)} ${failureSummary}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) found.push(`${look}: ${overflow} px wider than the screen`);
  }
  return found;
}

describe('the console, in a browser', () => {
  let stack: Stack;
  let port: number;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    port = await freePort();
    stack = await startStack({ console: { console: { port } }, limits: { maxTokens: 1000 } });
    browser = await launchBrowser();
    context = await browser.newContext();
    context.setDefaultTimeout(10_000);
    const app = await context.newPage();
    await logIn(app, stack.appURL, 'Ada Lovelace');
    await createPatient(app, { name: 'Hilda Whitcher', nationalId: '078-05-1120', notes: 'Some notes.' });
    await app.close();
    page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true });
  const section = (name: string) =>
    page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name, exact: true });
  async function visit(name: string): Promise<void> {
    await section(name).click();
    await heading(name).waitFor();
  }

  test('is closed, and says how to get in', async () => {
    await page.goto(`http://127.0.0.1:${port}/tokens`);
    await heading('Sign in').waitFor();
    expect(await page.textContent('main')).toContain('tokenizer console login');
    expect(await barriers(page)).toEqual([]);
  });

  test('opens by a link that is made on the machine', async () => {
    await page.goto(await makeLink(stack, port));
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading('Overview').waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
    const cookies = await context.cookies(`http://127.0.0.1:${port}`);
    expect(cookies).toEqual([
      expect.objectContaining({ name: 'lunasec-console', httpOnly: true, sameSite: 'Strict' }),
    ]);
    expect(await barriers(page)).toEqual([]);
  });

  test('begins, for the keyboard, with a way past the navigation', async () => {
    await page.reload();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
  });

  test('shows applications', async () => {
    await visit('Applications');
    await page.getByRole('heading', { level: 2, name: 'demo' }).waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('shows tokens, one of them with its grants, and grants of its session', async () => {
    await visit('Tokens');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show' }).click();
    const rows = page.getByRole('region', { name: 'Tokens' }).getByRole('row');
    await rows.nth(1).waitFor();
    expect(await rows.count()).toBe(3);
    expect(await barriers(page)).toEqual([]);

    await page.getByLabel('Status').selectOption('deleted');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('There are no such tokens.').waitFor();
    await page.goBack();

    await rows.nth(1).getByRole('link').first().click();
    await heading('Token').waitFor();
    const grants = page.getByRole('region', { name: 'Grants of the token' });
    await grants.getByText('store', { exact: true }).waitFor();
    expect(await barriers(page)).toEqual([]);

    await grants.getByRole('link').first().click();
    await heading('Grants').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Kind').selectOption('store');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('region', { name: 'Grants' }).getByRole('row').nth(2).waitFor();
    expect(await page.textContent('body')).not.toMatch(/078-05-1120|Some notes/);
  });

  test('says of what is wrong in a form, where it is', async () => {
    await visit('Tokens');
    await page.getByLabel('Session (sid)').fill('nobody');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('alert').getByText('Session (sid): must be a sid').waitFor();
    expect(await page.getByLabel('Session (sid)').inputValue()).toBe('nobody');
    expect(await barriers(page)).toEqual([]);
  });

  test('shows the audit, with this look, and verifies it', async () => {
    await visit('Audit');
    await page.getByLabel('Application').selectOption('demo');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('cell', { name: 'viewTokens' }).first().waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('link', { name: 'Verify the audit' }).click();
    await heading('Verify the audit').waitFor();
    await page.getByRole('button', { name: 'Verify now' }).click();
    for (const further = page.getByRole('link', { name: 'See how far it is' }); await further.count();)
      await further.click();
    await page.getByText('The audit is as it was written.').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('is closed again after signing out, also by going back', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Sign in').waitFor();
    await page.goBack();
    await heading('Sign in').waitFor();
  });

  test('has nothing that its policy had to stop', () => {
    // Features that this browser does not know are closed for others; one form was wrong.
    const expected = /Permissions-Policy header: Unrecognized feature|status of 400/;
    expect(complaints.filter((text) => !expected.test(text))).toEqual([]);
  });
});

describe('signing in at a real OpenID provider, on another site', () => {
  let stack: Stack;
  let provider: OpenIDProvider;
  let browser: Browser;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    provider = await startOpenIDProvider(`${url}/login/callback`);
    stack = await startStack({
      console: {
        console: { port },
        consoleLogin: {
          kind: 'oidc',
          issuer: provider.url,
          clientId: provider.clientId,
          clientSecret: provider.clientSecret,
          emails: ['ada@example.com'],
        },
      },
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
    await provider?.close();
  });

  async function signInAs(name: string): Promise<void> {
    const context = await browser.newContext();
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    await page.goto(url);
    await page.getByRole('link', { name: 'Sign in at your provider' }).click();
    await page.locator('input[name=login]').fill(name);
    await page.locator('input[name=password]').fill('any');
    await page.locator('button[type=submit]').click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL((address) => address.origin === url);
  }

  test('whoever the settings name sees the console', async () => {
    await signInAs('ada');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByText('ada@example.com').waitFor();
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Audit' }).click();
    await page.getByText('operator: ada@example.com').first().waitFor();
  });

  test('nobody else does', async () => {
    await signInAs('mallory');
    await page.getByRole('alert').getByText('knows you as mallory').waitFor();
    await page.goto(`${url}/tokens`);
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  });
});
