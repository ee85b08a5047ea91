import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { fixtureApp } from '../fixture/server.js';
import { launchBrowser } from '../support/browser.js';
import { bundleFixture } from '../support/bundle.js';
import { startStack, type Stack } from '../support/stack.js';
import { boxes, shown, storeTexts, type BoxOnPage } from './fields.js';

declare global {
  interface Window {
    /** All layout shifts of the page: how much, and what. */
    shifts: (string | number)[][];
    /** Boxes of the fields in the first frame in which they were there. */
    firstBoxes: Record<string, number[]> | undefined;
  }
}

describe('secure fields on their way', () => {
  let stack: Stack;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture('native-feel/web')) });
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    page.setDefaultTimeout(10_000);
    await page.goto(`${stack.appURL}/log-in?as=somebody`);
    await storeTexts(page, stack.appURL);
    await page.addInitScript(watch);
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  /** Share of a box, in per cent, that is nearly white. */
  const bright = (picture: PNG, { at }: BoxOnPage) => {
    let count = 0;
    const [left, top] = [Math.round(at.x), Math.round(at.y)];
    const [width, height] = [Math.floor(at.width), Math.floor(at.height)];
    for (let y = top; y < top + height; y++)
      for (let x = left; x < left + width; x++) {
        const pixel = (y * picture.width + x) * 4;
        if (Math.min(...picture.data.subarray(pixel, pixel + 3)) > 200) count++;
      }
    return (100 * count) / (width * height);
  };
  const controls = async () =>
    (await boxes(page)).filter(
      ({ component, at }) => /input|textarea/.test(component) && at.y + at.height < 700,
    );
  const brightest = (picture: PNG, all: BoxOnPage[]) => Math.max(...all.map((box) => bright(picture, box)));
  const picture = async () => PNG.sync.read(await page.screenshot());

  test('nothing moves from the first paint to the last', async () => {
    await page.goto(`${stack.appURL}/?theme=plain CSS&as=secure`);
    await page.locator('[data-box]').first().waitFor({ state: 'attached' });
    await shown(page);
    const { shifts, firstBoxes } = await page.evaluate(() => ({
      shifts: window.shifts,
      firstBoxes: window.firstBoxes,
    }));
    expect(shifts).toEqual([]);
    const last = (await boxes(page)).map(({ name, at: { x, y, width, height } }) => [
      name,
      [x, y, width, height],
    ]);
    expect(last.length).toBeGreaterThan(50);
    expect(firstBoxes).toEqual(Object.fromEntries(last));
  }, 60_000);

  test('no white box on a dark page while the frames load', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    await page.route('**/frame/assets/element*', async (route) => {
      await gate;
      await route.continue();
    });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${stack.appURL}/?theme=dark by preference&as=secure`, { waitUntil: 'commit' });
    await page.locator('[data-box]').first().waitFor({ state: 'attached' });
    const all = await controls();
    const seen = [brightest(await picture(), all)];
    open();
    const done = shown(page);
    for (let isDone = false; !isDone;) {
      isDone = await Promise.race([
        done.then(() => true),
        new Promise<false>((next) => setTimeout(next, 100, false)),
      ]);
      seen.push(brightest(await picture(), all));
    }
    // Text is nearly white here.
    expect(Math.max(...seen)).toBeLessThan(50);
    await page.unrouteAll();

    // The same measure does see white boxes.
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`${stack.appURL}/?theme=dark by preference&as=secure`);
    await shown(page);
    expect(brightest(await picture(), all)).toBeGreaterThan(90);
  }, 60_000);
});

function watch(): void {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, sources } = entry as PerformanceEntry & {
        value: number;
        sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[];
      };
      window.shifts.push([
        value,
        ...sources.map(({ node, previousRect, currentRect }) =>
          [
            (node as HTMLElement)?.outerHTML?.slice(0, 120) ?? node?.textContent,
            JSON.stringify(previousRect),
            JSON.stringify(currentRect),
          ].join(' '),
        ),
      ]);
    }
  }).observe({ type: 'layout-shift', buffered: true });
  const look = () => {
    const all = [...document.querySelectorAll<HTMLElement>('[data-box]')];
    if (all.length === 0) return requestAnimationFrame(look);
    window.firstBoxes = Object.fromEntries(
      all.map((element) => {
        const isControl = /INPUT|TEXTAREA/.test(element.tagName);
        const { x, y, width, height } = (
          isControl ? element.parentElement! : element
        ).getBoundingClientRect();
        return [element.dataset.box!, [x, y, width, height]];
      }),
    );
    return undefined;
  };
  requestAnimationFrame(look);
}
