import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { fixtureApp } from './fixture/server.js';
import { launchBrowser } from './support/browser.js';
import { bundleFixture } from './support/bundle.js';
import { graphql, save, secureInput, shownText } from './support/demo.js';
import { countServerCalls } from './support/metrics.js';
import { countFrameRequests } from './support/requests.js';
import { startStack, type Stack } from './support/stack.js';

describe('one call, however many tokens', () => {
  let stack: Stack;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture()) });
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(`${stack.appURL}/log-in?as=counter`);
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  test('a form of 30 fields makes one tokenize, its mutation one verifyStoreGrants', async () => {
    const counts = countFrameRequests(page, stack.tokenizerURL);
    const before = await countServerCalls(stack.tokenizer.metricsURL!);
    await page.goto(`${stack.appURL}/?fields=30`);
    for (let index = 0; index < 30; index++) await secureInput(page, `Field ${index}`).fill(`value ${index}`);
    await save(page);
    await page.getByText('saved 30').waitFor();
    expect(counts).toEqual({ createSession: 1, tokenize: 1, detokenize: 0 });
    const after = await countServerCalls(stack.tokenizer.metricsURL!);
    expect(after.verifyStoreGrants - before.verifyStoreGrants).toBe(1);
    expect(after.createReadGrants - before.createReadGrants).toBe(0);
  });

  test('a page of 30 secure paragraphs makes one handshake and one detokenize', async () => {
    const counts = countFrameRequests(page, stack.tokenizerURL);
    await page.goto(`${stack.appURL}/?list=values`);
    for (let index = 0; index < 30; index++)
      await shownText(page, `Value ${index}`)
        .filter({ hasText: `value ${index}` })
        .waitFor();
    expect(counts).toEqual({ createSession: 1, tokenize: 0, detokenize: 1 });
  });

  test('a query that returns 120 tokens makes one createReadGrants', async () => {
    const before = await countServerCalls(stack.tokenizer.metricsURL!);
    const answer = await graphql<{ values: string[] }>(page, '{ values(repeat: 4) }');
    expect(answer.data?.values).toHaveLength(120);
    const after = await countServerCalls(stack.tokenizer.metricsURL!);
    expect(after.createReadGrants - before.createReadGrants).toBe(1);
  });

  test('a read grant that ran out before the page asked: GRANT_EXPIRED', async () => {
    // Grants are never shortened: this takes a session that has no longer one.
    const context = await browser.newContext();
    const late = await context.newPage();
    await late.goto(`${stack.appURL}/log-in?as=late`);
    await late.goto(`${stack.appURL}/?list=brief&after=1500`);
    await late.getByRole('alert').filter({ hasText: 'GRANT_EXPIRED' }).first().waitFor();
    expect(await shownText(late, 'Value 0').innerText()).toBe('');
    await context.close();
  });
});
