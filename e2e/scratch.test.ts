import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { fixtureApp } from './fixture/server.js';
import { launchBrowser } from './support/browser.js';
import { bundleFixture } from './support/bundle.js';
import { startStack, type Stack } from './support/stack.js';
import { randomBytes } from 'node:crypto';

describe('scratch', () => {
  let stack: Stack; let browser: Browser; let page: Page;
  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture()) });
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 560, height: 620 }, deviceScaleFactor: 2 });
    page.on('console', (m) => console.log('CONSOLE', m.text()));
    page.on('pageerror', (e) => console.log('PAGEERROR', e));
    await page.goto(`${stack.appURL}/log-in?as=ada`);
  });
  afterAll(async () => { await browser?.close(); await stack?.close(); });
  const frame = () => page.frameLocator('iframe[title="Documents"]');

  test('a', async () => {
    await page.goto(`${stack.appURL}/?upload&multiple&maxSize=20000000&accept=.pdf,image/*,.bin`);
    await frame().locator('.zone').waitFor();
    await page.screenshot({ path: '/tmp/shot-empty.png' });
    const png = await page.screenshot();
    await writeFile(join(stack.directory, 'a.bin'), randomBytes(12_000_000));
    await writeFile(join(stack.directory, 'photo.png'), png);
    await writeFile(join(stack.directory, 'notes.txt'), 'hello');
    await page.route('**/objects/**', async (route) => { await new Promise((r) => setTimeout(r, 2500)); await route.continue(); });
    const chooser = page.waitForEvent('filechooser');
    await frame().getByRole('button', { name: /Choose files/ }).click();
    await (await chooser).setFiles(['a.bin', 'photo.png', 'notes.txt'].map((n) => join(stack.directory, n)));
    await page.waitForTimeout(1500);
    console.log(await page.locator('#files').textContent());
    await page.screenshot({ path: '/tmp/shot-run.png' });
    await frame().getByRole('button', { name: 'Pause: a.bin' }).click();
    await page.waitForTimeout(500);
    await page.screenshot({ path: '/tmp/shot-paused.png' });
    await page.unroute('**/objects/**');
    await frame().getByRole('button', { name: 'Resume: a.bin' }).click();
    await frame().getByRole('button', { name: 'Remove: notes.txt' }).click();
    await frame().locator('[data-state=stored]').nth(1).waitFor();
    await page.screenshot({ path: '/tmp/shot-done.png' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/saved|failed/).waitFor();
    console.log(await page.locator('#status').textContent());
    await page.goto(`${stack.appURL}/?list=values&files`);
    await page.waitForTimeout(1500);
    await page.screenshot({ path: '/tmp/shot-down.png' });
    await page.goto(`${stack.appURL}/?list=values&files&preview&dark`);
    await page.waitForTimeout(2500);
    await page.screenshot({ path: '/tmp/shot-preview.png', fullPage: true });
  });
});
