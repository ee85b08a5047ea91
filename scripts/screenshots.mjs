#!/usr/bin/env node
/**
 * `npm run screenshots [-- <directory>]`: takes the pictures of the demo that the README shows, light and dark; with a directory, there, and
 * of more screens, wide and narrow, to be looked at.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import './lib/typescript.mjs';
import { prepare } from './lib/servers.mjs';
import { root } from './lib/workspace.mjs';

await prepare();
const { launchBrowser } = await import('../e2e/support/browser.ts');
const { chooseFiles } = await import('../e2e/support/chosen-files.ts');
const { beginPatient, logIn, secureFrame, secureInput, shownText } = await import('../e2e/support/demo.ts');
const { startStack } = await import('../e2e/support/stack.ts');

const directory = process.argv[2];
const stack = await startStack({ samples: true });
const browser = await launchBrowser();
try {
  await run();
} finally {
  await browser.close();
  await stack.close();
}

async function run() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, deviceScaleFactor: 2 });
  const looks = directory
    ? ['light', 'dark'].flatMap((colorScheme) => [1280, 390].map((width) => ({ colorScheme, width })))
    : ['light', 'dark'].map((colorScheme) => ({ colorScheme, width: 1280 }));
  async function take(name) {
    for (const { colorScheme, width } of looks) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 860 });
      await page.waitForTimeout(400);
      const file = directory
        ? join(directory, `${name}-${colorScheme}-${width}.png`)
        : join(root, 'docs/images', `${name}-${colorScheme}.png`);
      mkdirSync(join(file, '..'), { recursive: true });
      await page.screenshot({ path: file, fullPage: directory !== undefined });
      console.log(file);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 860 });
  }

  if (directory) {
    await page.goto(stack.appURL);
    await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).waitFor();
    await take('login');
  }
  await logIn(page, stack.appURL, 'Ada Lovelace');
  await beginPatient(page, 'Hilda Whitcher');
  await page.getByLabel('City', { exact: true }).fill('Lockport');
  await page.getByLabel('Reason for the visit', { exact: true }).fill('First visit');
  await secureInput(page, 'National id').fill('078-05-1120');
  await secureInput(page, 'Card').fill('4111 1111 1111 1111');
  await secureInput(page, 'Notes').fill(
    'Allergic to penicillin, since 1952.\nCall her daughter before any change of medication.',
  );
  const letter = join(stack.directory, 'Letter of the specialist.pdf');
  await writeFile(letter, '%PDF-1.4 a letter');
  await chooseFiles(page, 'Add documents', [letter]);
  await secureFrame(page, 'Add documents').locator('[data-state=stored]').waitFor();
  if (directory) await take('form');
  // Not with the mouse: when a frame has just moved, Chromium gives clicks to what was there before.
  await page.getByRole('button', { name: 'Save' }).press('Enter');
  await shownText(page, 'Card').filter({ hasText: '1111' }).waitFor();
  await secureFrame(page, 'Document 1').getByText('Letter of the specialist.pdf').waitFor();
  await take('demo');
  await page.getByRole('button', { name: 'Attack this page' }).click();
  await page.getByRole('button', { name: 'Run all attacks' }).click();
  await page.getByText('Got nothing').nth(8).waitFor();
  await take('attack');
  await page.getByRole('button', { name: 'Close' }).click();
  if (!directory) return;
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByRole('cell', { name: 'took in' }).waitFor();
  await take('audit');
  await page.getByRole('button', { name: 'Log out' }).click();
  await logIn(page, stack.appURL, 'Grace Hopper');
  await page.getByRole('link', { name: 'Hilda Whitcher' }).click();
  await shownText(page, 'Card').filter({ hasText: '1111' }).waitFor();
  await take('receptionist');
}
