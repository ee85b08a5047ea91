import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { fixtureApp } from '../fixture/server.js';
import { launchBrowser } from '../support/browser.js';
import { bundleFixture } from '../support/bundle.js';
import { save, secureInput, shownText, tokenPattern } from '../support/demo.js';
import { countFrameRequests } from '../support/requests.js';
import { startStack, type Stack } from '../support/stack.js';

const nationalId = '078-05-1120';

describe('secure fields in a plain form of a page without React', () => {
  let stack: Stack;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture('custom-elements/web')) });
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(`${stack.appURL}/log-in?as=plain`);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  const events = () => page.evaluate(() => (globalThis as unknown as { events: string[] }).events);
  const focusedFrame = () => page.evaluate(() => (document.activeElement as HTMLIFrameElement).title);

  test('a click on the label puts the focus into the frame', async () => {
    await page.getByText('National id').click();
    await page.waitForFunction(() => (document.activeElement as HTMLIFrameElement)?.title === 'National id');
    await page.keyboard.type('07');
    expect(await secureInput(page, 'National id').inputValue()).toBe('07');
    await page.waitForFunction(() =>
      (globalThis as unknown as { events: string[] }).events.includes('focus ssn'),
    );
  });

  test('a reset of the form clears what was typed', async () => {
    await page.getByRole('button', { name: 'Reset' }).click();
    const frame = page.frames().find((each) => each.url().includes('/frame/element'))!;
    await frame.waitForFunction(() => document.querySelector('input')?.value === '');
  });

  test('a disabled fieldset disables the field in it', async () => {
    const setDisabled = (disabled: boolean) =>
      page.locator('#more').evaluate((fieldset, value) => {
        (fieldset as HTMLFieldSetElement).disabled = value;
      }, disabled);
    await setDisabled(true);
    await page.frameLocator('iframe[title="Notes"]').locator('textarea:disabled').waitFor();
    await setDisabled(false);
    await page.frameLocator('iframe[title="Notes"]').locator('textarea:enabled').waitFor();
  });

  test('an empty required field: the form does not submit, and the field says so', async () => {
    await save(page);
    await page.waitForFunction(() =>
      (globalThis as unknown as { events: string[] }).events.includes('invalid ssn'),
    );
    expect(await page.locator('output').textContent()).toBe('');
    await page.waitForFunction(() => (document.activeElement as HTMLIFrameElement)?.title === 'National id');
    expect(await focusedFrame()).toBe('National id');
    expect(await page.locator('lunasec-input:invalid').count()).toBe(1);
  });

  test('on submit the values are stored in one call, then the form submits with their tokens', async () => {
    const counts = countFrameRequests(page, stack.tokenizerURL);
    await secureInput(page, 'National id').fill(nationalId);
    await secureInput(page, 'Notes').fill('Nothing known.');
    await save(page);
    await page.locator('output[title="saved 2"]').waitFor();
    const data = JSON.parse((await page.locator('output').textContent())!) as Record<string, string>;
    expect(data).toEqual({
      ssn: expect.stringMatching(tokenPattern),
      notes: expect.stringMatching(tokenPattern),
      plain: 'seen by all',
      action: 'save',
    });
    expect(counts.tokenize).toBe(1);
    expect(await events()).toEqual(expect.arrayContaining(['change ssn', 'change notes']));
    expect(await page.content()).not.toContain(nationalId);
  });

  test('stored values are shown by tokens, in one call', async () => {
    const counts = countFrameRequests(page, stack.tokenizerURL);
    await page.reload();
    await shownText(page, 'Value 0').filter({ hasText: nationalId }).waitFor();
    await shownText(page, 'Value 1').filter({ hasText: 'Nothing known.' }).waitFor();
    expect(counts.detokenize).toBe(1);
  });

  test('a field looks and measures like the class says, once', async () => {
    const frame = page.locator('iframe[title="National id"]');
    expect(await frame.boundingBox()).toMatchObject({ width: 300, height: 40 });
    const fontSize = await secureInput(page, 'National id').evaluate(
      (input) => getComputedStyle(input).fontSize,
    );
    const expected = await page.locator('body').evaluate((body) => {
      const input = document.createElement('input');
      input.className = 'control';
      body.append(input);
      const { fontSize } = getComputedStyle(input);
      input.remove();
      return fontSize;
    });
    expect(fontSize).toBe(expected);
  });

  test('moved, it is loaded again and says that what was typed is lost; moved by moveBefore it keeps it', async () => {
    await secureInput(page, 'National id').fill('half a num');
    const canMove = await page.evaluate(() => 'moveBefore' in Element.prototype);
    if (canMove) {
      await page.evaluate(() => {
        const form = document.querySelector('form')! as HTMLFormElement & {
          moveBefore(node: Node, child: Node | null): void;
        };
        form.moveBefore(document.querySelector('lunasec-input')!, null);
      });
      expect(await secureInput(page, 'National id').inputValue()).toBe('half a num');
      expect(await events()).not.toContain('error UNAVAILABLE');
    }
    await page.evaluate(() =>
      document.querySelector('form')!.prepend(document.querySelector('lunasec-input')!),
    );
    await page.waitForFunction(() =>
      (globalThis as unknown as { events: string[] }).events.includes('error UNAVAILABLE'),
    );
    expect(await secureInput(page, 'National id').inputValue()).toBe('');
  });
});
