import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { fixtureApp } from '../fixture/server.js';
import { launchBrowser } from '../support/browser.js';
import { bundleFixture } from '../support/bundle.js';
import { secureInput } from '../support/demo.js';
import { startStack, type Stack } from '../support/stack.js';

describe('fields that come, go and change places', () => {
  let stack: Stack;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture('dynamic-lists/web')) });
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(`${stack.appURL}/log-in?as=list`);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  beforeEach(async () => {
    await page.goto(stack.appURL);
    for (const id of [1, 2, 3]) await field(id).fill(`typed ${id}`);
  });

  const field = (id: number) => secureInput(page, `Field ${id}`);
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const output = (title: string) => page.locator(`output[title="${title}"]`);

  test('one that is added or removed leaves the others and what is typed in them alone', async () => {
    await press('Add');
    await field(4).fill('typed 4');
    await press('Remove first');
    await output('order').getByText('2,3,4').waitFor();
    for (const id of [2, 3, 4]) expect(await field(id).inputValue()).toBe(`typed ${id}`);
    expect(await output('lost').textContent()).toBe('');
    // With StrictMode: the controller and one for each field.
    expect(await page.locator('iframe').count()).toBe(4);
  });

  test('one that React moves is loaded again, says what is lost, and works again', async () => {
    await press('First to the end');
    await output('order').getByText('2,3,1').waitFor();
    await output('lost').getByText('1', { exact: true }).waitFor();
    for (const id of [2, 3]) expect(await field(id).inputValue()).toBe(`typed ${id}`);
    expect(await field(1).inputValue()).toBe('');
    await field(1).fill('typed again');
    await press('Save');
    await output('stored').getByText('field2,field3,field1').waitFor();
  });

  test('a suspense hides them, with what is typed in them, and shows them again', async () => {
    const box = () => page.locator('iframe[title="Field 2"]').boundingBox();
    const before = await box();
    await press('Suspend');
    await page.getByText('waiting').waitFor();
    expect(await box()).toBeNull();
    await page.setViewportSize({ width: 700, height: 600 });
    expect(await box()).toBeNull();
    await press('Resume');
    await page.getByText('resumed').waitFor();
    expect(await box()).toMatchObject({ width: before!.width, height: before!.height });
    for (const id of [1, 2, 3]) expect(await field(id).inputValue()).toBe(`typed ${id}`);
  });
});
