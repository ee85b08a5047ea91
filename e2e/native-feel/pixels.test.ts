import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { fixtureApp } from '../fixture/server.js';
import { launchBrowser } from '../support/browser.js';
import { bundleFixture } from '../support/bundle.js';
import { startStack, type Stack } from '../support/stack.js';
import {
  blur,
  boxes,
  expectState,
  fieldIn,
  isSamePlace,
  neighbours,
  settle,
  shown,
  storeTexts,
  type BoxOnPage,
} from './fields.js';
import { around, compareBox, Figures, reports, type Comparison, type Rectangle } from './pixels.js';
import { themes, type Theme } from './web/themes.js';

/** Most pixels that may differ, in per cent of an element's box. */
const limit = 1;
/** What a person does to some of the fields. */
const states = {
  focused: [
    'text empty',
    'text filled',
    'text readOnly',
    'email invalid',
    'textarea filled',
    'number filled',
  ],
  hovered: ['text empty', 'text disabled', 'textarea filled'],
};

describe('secure fields look like the plain ones they replace', () => {
  let stack: Stack;
  let browser: Browser;
  let context: BrowserContext;
  let plain: Page;
  let secure: Page;
  const figures = new Figures();

  beforeAll(async () => {
    await rm(reports, { recursive: true, force: true });
    stack = await startStack({ startApp: fixtureApp(await bundleFixture('native-feel/web')) });
    browser = await launchBrowser();
    context = await browser.newContext({ viewport: { width: 1000, height: 900 } });
    context.setDefaultTimeout(10_000);
    plain = await context.newPage();
    secure = await context.newPage();
    await secure.goto(`${stack.appURL}/log-in?as=somebody`);
    await storeTexts(secure, stack.appURL);
  });

  afterAll(async () => {
    await mkdir(reports, { recursive: true });
    await writeFile(join(reports, 'figures.md'), figures.table());
    process.stdout.write(`${figures.table()}\n`);
    await browser?.close();
    await stack?.close();
  });

  const themeList: [string, Theme][] = Object.entries(themes);
  test.each(themeList)(
    '%s',
    async (theme, { media }) => {
      for (const page of [plain, secure]) {
        await page.emulateMedia({
          colorScheme: media?.colorScheme ?? 'light',
          forcedColors: media?.forcedColors ?? 'none',
        });
        await page.goto(`${stack.appURL}/?theme=${theme}&as=${page === plain ? 'plain' : 'secure'}`);
        await page.locator('[data-box]').first().waitFor({ state: 'attached' });
      }
      await shown(secure);
      const list = await boxes(plain);
      for (const { name, typed } of list) {
        if (typed === undefined) continue;
        for (const field of [plain.getByLabel(name, { exact: true }), fieldIn(secure, name)]) {
          await field.fill(typed);
          await field.blur();
        }
      }
      await Promise.all([plain, secure].map((page) => page.mouse.move(0, 0)));

      // All of it in view: nothing scrolls, and pictures have the page's coordinates.
      const height = await plain.evaluate(() => document.documentElement.scrollHeight);
      for (const page of [plain, secure]) await page.setViewportSize({ width: 1000, height });
      await settle(secure);

      // Nothing on the page is anywhere else.
      const moved = (await boxes(secure)).flatMap(({ name, at }, index) =>
        isSamePlace(at, list[index]!.at) ? [] : [{ name, at, plain: list[index]!.at }],
      );
      expect(moved).toEqual([]);
      const others = await neighbours(plain);
      expect((await neighbours(secure)).filter((at, index) => !isSamePlace(at, others[index]!))).toEqual([]);

      const differing: string[] = [];
      const compare = async (some: readonly BoxOnPage[], state: string, clip?: Rectangle) => {
        let results: [BoxOnPage, Comparison][] = [];
        // Frames are drawn in their own time: what differs at first is looked at again.
        for (let attempt = 0; attempt < 4; attempt++) {
          const [one, other] = await Promise.all(
            [plain, secure].map(async (page) =>
              PNG.sync.read(await page.screenshot({ ...(clip && { clip }) })),
            ),
          );
          results = some.map((box) => {
            const { at } = box;
            const place = clip ? { ...at, x: at.x - clip.x, y: at.y - clip.y } : at;
            return [box, compareBox(one!, other!, place)];
          });
          if (results.every(([, { percent }]) => percent <= limit)) break;
          await settle(secure);
        }
        for (const [{ name, component }, { percent, keep }] of results) {
          figures.add(component, theme, percent);
          if (percent <= limit) continue;
          await keep(`${theme}: ${name}${state}`);
          differing.push(`${name}${state}: ${percent.toFixed(2)} %`);
        }
      };
      await compare(list, '');
      for (const [state, names] of Object.entries(states))
        for (const box of list.filter(({ name }) => names.includes(name))) {
          const { x, y, width, height } = box.at;
          for (const page of [plain, secure]) {
            const field =
              page === plain ? page.getByLabel(box.name, { exact: true }) : fieldIn(page, box.name);
            if (state === 'focused') await field.focus();
            else await page.mouse.move(x + width / 2, y + height / 2, { steps: 3 });
            await expectState(field, state);
          }
          if (state === 'hovered')
            // The browser tells the page as well; what DevTools send goes straight to the frame.
            await secure.locator(`iframe[title="${box.name}"]`).dispatchEvent('mouseenter');
          const borders = await Promise.all(
            [plain.getByLabel(box.name, { exact: true }), fieldIn(secure, box.name)].map((field) =>
              field.evaluate((element) => getComputedStyle(element).borderColor),
            ),
          );
          expect(borders[1]).toBe(borders[0]);
          await settle(secure);
          // Where forced colours are emulated, Chromium does not always draw a frame anew when its borders take the colour of a state.
          if (!media?.forcedColors) await compare([box], `, ${state}`, around(box.at));
          if (state === 'focused') await Promise.all([plain, secure].map(blur));
        }
      expect(differing).toEqual([]);
    },
    120_000,
  );
});
