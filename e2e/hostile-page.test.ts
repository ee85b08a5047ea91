import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { hostileScript, lootOf } from './hostile/script.js';
import { launchBrowser } from './support/browser.js';
import { createRecord, logIn, shownText, tokenPattern } from './support/demo.js';
import { serveHTML } from './support/page.js';
import { watchSecrets, type Secrets } from './support/secrets.js';
import { startStack, type Stack } from './support/stack.js';

const nationalId = '078-05-1120';
const notes = 'Her left knee; nobody is to know.';

describe('a script with full control of the page, there before the app', () => {
  let stack: Stack;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let secrets: Secrets;

  beforeAll(async () => {
    stack = await startStack();
    browser = await launchBrowser();
    context = await browser.newContext();
    await context.addInitScript(hostileScript);
    page = await context.newPage();
    secrets = await watchSecrets(page, stack);
    await logIn(page, stack.appURL, 'Ada Lovelace');
    await createRecord(page, { name: 'Hilda Whitcher', nationalId, notes });
    await page.reload();
    await shownText(page, 'National id').filter({ hasText: nationalId }).waitFor();
    await shownText(page, 'Notes').filter({ hasText: notes }).waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  test('its hooks do work: it sees the tokens that the page is given, and every message', async () => {
    const loot = await lootOf(page);
    const sources = new Set(loot.map(({ source }) => source));
    for (const source of ['port', 'sent', 'frame address', 'performance', 'fetch'])
      expect([...sources]).toContain(source);
    expect(loot.some(({ content }) => /lunasec-[0-9a-f-]{36}/.test(content))).toBe(true);
  });

  test('there were secrets to steal', () => {
    expect(secrets.assertions.length).toBeGreaterThanOrEqual(2);
    expect(secrets.accessTokens.length).toBeGreaterThanOrEqual(2);
    expect(secrets.dataKeys.length).toBeGreaterThanOrEqual(2);
    expect(secrets.presignedURLs.length).toBeGreaterThanOrEqual(4);
  });

  test('it gets no plaintext, session token, assertion, data key or presigned URL', async () => {
    const all = (await lootOf(page)).map(({ source, content }) => `${source}: ${content}`).join('\n');
    const encodings = (text: string) => [
      text,
      btoa(unescape(encodeURIComponent(text))),
      encodeURIComponent(text),
    ];
    for (const text of [nationalId, notes].flatMap(encodings)) expect(all).not.toContain(text);
    for (const secret of Object.values(secrets).flat()) expect(all).not.toContain(secret);
    expect(all).not.toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]+/);
  });

  test.each(['cors', 'no-cors', 'same-origin'] as const)(
    'the handshake, fetched in mode %s, is refused or opaque',
    async (mode) => {
      const answers = await page.evaluate(async (requestMode) => {
        const seen = [];
        for (const redirect of ['follow', 'manual', 'error'] as const) {
          try {
            const response = await fetch('/.lunasec/secure-frame', {
              mode: requestMode,
              redirect,
              credentials: 'include',
            });
            seen.push({
              status: response.status,
              type: response.type,
              url: response.url,
              headers: [...response.headers].map(([name]) => name),
              body: await response.text(),
            });
          } catch (error) {
            seen.push({ status: 0, type: 'error', url: '', headers: [], body: String(error) });
          }
        }
        return seen;
      }, mode);
      for (const answer of answers) {
        expect([0, 403]).toContain(answer.status);
        expect(answer.headers).not.toContain('location');
        expect(JSON.stringify(answer)).not.toMatch(/eyJ/);
      }
    },
  );

  test('a window that it opens on the handshake is refused', async () => {
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.evaluate(() => void window.open('/.lunasec/secure-frame')),
    ]);
    await popup.waitForLoadState();
    expect(popup.url()).toBe(`${stack.appURL}/.lunasec/secure-frame`);
    expect(await popup.locator('body').innerText()).not.toMatch(/eyJ/);
    await popup.close();
  });

  test('a frame of its own on the handshake goes to the tokenizer, where it cannot look', async () => {
    const seen = await page.evaluate(async () => {
      const frame = document.createElement('iframe');
      frame.src = '/.lunasec/secure-frame';
      frame.name = 'mine';
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
      const looks = [
        () => frame.contentDocument,
        () => frame.contentWindow!.location.href,
        () => frame.contentWindow!.document.body.innerHTML,
        () => (frame.contentWindow as unknown as { history: History }).history.state,
      ].map((look) => {
        try {
          return String(look());
        } catch (error) {
          return (error as Error).name;
        }
      });
      const address = frame.src;
      frame.remove();
      return { looks, address };
    });
    expect(seen.looks).toEqual(['null', 'SecurityError', 'SecurityError', 'SecurityError']);
    expect(seen.address).toBe(`${stack.appURL}/.lunasec/secure-frame`);
  });

  test('it cannot call the tokenizer itself: no answer is readable across origins', async () => {
    const outcome = await page.evaluate(async (url) => {
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ __typename }' }),
        });
        return await response.text();
      } catch (error) {
        return (error as Error).name;
      }
    }, `${stack.tokenizerURL}/graphql`);
    expect(outcome).toBe('TypeError');
  });

  test('forged and malformed messages to the frames change nothing', async () => {
    await page.evaluate(() => {
      const forgeries: unknown[] = [
        { lunasec: 1, type: 'connect' },
        { lunasec: 1, type: 'attach' },
        { lunasec: 1, type: 'assertion', assertion: 'eyJhbGciOiJub25lIn0.e30.' },
        { lunasec: 1, type: 'assertion', assertion: null },
        { type: 'show', token: 'lunasec-00000000-0000-4000-8000-000000000000' },
        'x'.repeat(5_000_000),
        null,
      ];
      for (let index = 0; index < window.frames.length; index++)
        for (const forgery of forgeries) {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = ({ data }) =>
            (window as unknown as { loot: object[] }).loot.push({
              source: 'stolen port',
              content: JSON.stringify(data),
            });
          window.frames[index]!.postMessage(forgery, '*', [port2]);
        }
    });
    await page.waitForTimeout(500);
    const stolen = (await lootOf(page)).filter(({ source }) => source === 'stolen port');
    expect(stolen).toEqual([]);
    await shownText(page, 'National id').filter({ hasText: nationalId }).waitFor();
  });

  test('styles that load or generate content do not reach a frame', async () => {
    const frame = page.frames().find((candidate) => candidate.url().includes('/frame/element'))!;
    await page.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = `* { background-image: url("https://evil.example/leak") !important; font-family: evil !important; }
        *::before { content: "typed" !important; }`;
      document.head.append(style);
      window.dispatchEvent(new Event('resize'));
    });
    await page.waitForTimeout(500);
    const seen = await frame.evaluate(() => {
      const field = document.querySelector('#field')!;
      return [getComputedStyle(field).backgroundImage, getComputedStyle(field, '::before').content];
    });
    expect(seen).toEqual(['none', 'none']);
  });

  test('a foreign page cannot embed the frames', async () => {
    const foreign = await context.newPage();
    const refused: string[] = [];
    foreign.on('console', (message) => refused.push(message.text()));
    const evil = await serveHTML(
      `<iframe src="${stack.tokenizerURL}/frame/element?application=demo"></iframe>`,
    );
    await foreign.goto(evil.url);
    await foreign.waitForTimeout(500);
    expect(refused.join('\n')).toMatch(/frame-ancestors/);
    await foreign.close();
    await evil.close();
  });

  test('the tokens it did get are of no use in another session', async () => {
    const tokens = [...new Set(JSON.stringify(await lootOf(page)).match(/lunasec-[0-9a-f-]{36}/g))];
    const stored = tokens.filter((token) => tokenPattern.test(token));
    const other = await (await browser.newContext()).newPage();
    await logIn(other, stack.appURL, 'Grace Hopper');
    await other.getByText('Try somebody else’s token').click();
    for (const token of stored.slice(0, 3)) {
      await other.getByLabel('Token', { exact: true }).fill(token);
      await other.getByRole('button', { name: 'Show' }).click();
      await other.getByRole('alert').filter({ hasText: 'You may not read this value' }).waitFor();
    }
    await other.context().close();
  });
});
