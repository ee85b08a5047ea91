import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import {
  beginPatient,
  createPatient,
  logIn,
  save,
  secureFrame,
  secureInput,
  shownText,
} from '../support/demo.js';
import { startStack, type Stack } from '../support/stack.js';

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1280, 390].map((width) => ({ colorScheme, width })),
);

// Each screen in four looks, and each of its frames by itself.
jest.setTimeout(120_000);

describe('axe finds nothing in the demo, its frames included', () => {
  let stack: Stack;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack();
    browser = await launchBrowser();
    context = await browser.newContext();
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  /** What axe finds in each look: rule, element, page or frame. */
  async function check(what: string): Promise<string[]> {
    const found: string[] = [];
    for (const { colorScheme, width } of looks) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      const frames = page.frames().filter(isChecked);
      // The page, and one for each secure element.
      if (/form/.test(what)) expect(frames).toHaveLength(5);
      if (/patient/.test(what)) expect(frames).toHaveLength(3);
      for (const frame of frames)
        for (const problem of [...(await violations(frame)), ...(await faintText(frame))])
          found.push(`${what}, ${colorScheme}, ${width}: ${problem}`);
    }
    return found;
  }

  test('login', async () => {
    await page.goto(stack.appURL);
    await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).waitFor();
    expect(await check('login')).toEqual([]);
  });

  test('no patients yet, and the drawer of attacks', async () => {
    await logIn(page, stack.appURL, 'Ada Lovelace');
    expect(await check('list')).toEqual([]);
    await page.getByRole('button', { name: 'Attack this page' }).click();
    await page.getByText('Try somebody else’s token').click();
    await page.getByRole('button', { name: 'Run all attacks' }).click();
    await page.getByText('Got nothing').nth(8).waitFor();
    expect(await check('drawer')).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('the form, empty and refused', async () => {
    await page.getByRole('link', { name: 'New patient' }).click();
    await secureInput(page, 'National id').waitFor();
    await secureInput(page, 'Notes').waitFor();
    await secureFrame(page, 'Add documents').locator('.zone').waitFor();
    expect(await check('form')).toEqual([]);
    await beginPatient(page, 'Hilda Whitcher');
    await secureInput(page, 'National id').fill('12');
    await save(page);
    await page.getByRole('alert').waitFor();
    expect(await check('refused form')).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  test('a patient with values', async () => {
    await createPatient(page, {
      name: 'Hilda Whitcher',
      nationalId: '078-05-1120',
      notes: 'A line of notes, to be scrolled. '.repeat(60),
    });
    await shownText(page, 'National id').filter({ hasText: '1120' }).waitFor();
    await shownText(page, 'Notes').filter({ hasText: 'A line' }).waitFor();
    expect(await check('patient')).toEqual([]);
  });

  test('the audit', async () => {
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('cell', { name: 'took in' }).waitFor();
    expect(await check('audit')).toEqual([]);
  });
});

/** The page and the frames of secure elements; those that nobody sees or reaches are hidden from assistive technology as well. */
const isChecked = (frame: Frame) => !frame.parentFrame() || /\/frame\/(element|file)\b/.test(frame.url());

/** Text in a frame stands on what the page draws behind it, which axe does not see from inside. */
async function faintText(frame: Frame): Promise<string[]> {
  const colors = await frame
    .locator('p#field, span#field, .zone span')
    .evaluateAll((elements) => [...new Set(elements.map((element) => getComputedStyle(element).color))]);
  if (colors.length === 0) return [];
  const backdrop = await (
    await frame.frameElement()
  ).evaluate((element) => {
    for (let at = element as Element | null; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (/^rgb\(/.test(backgroundColor)) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  });
  return colors.flatMap((color) => {
    const ratio = contrast(color, backdrop);
    return ratio >= 4.5 ? [] : [`contrast ${ratio.toFixed(2)} of ${color} on ${backdrop}`];
  });
}

/** Contrast ratio as WCAG 2.2 defines it, of two colours without transparency. */
function contrast(one: string, other: string): number {
  const luminance = (color: string) => {
    const [red, green, blue] = color
      .match(/[\d.]+/g)!
      .map((part) => Number(part) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter! + 0.05) / (darker! + 0.05);
}

async function violations(frame: Frame): Promise<string[]> {
  // Not through the document: a frame's policy lets nothing else run in it.
  await frame.evaluate(axe.source);
  const drawsBackground = (await frame.locator('input:not([type=file]), textarea').count()) > 0;
  const { violations: found } = await frame.evaluate(
    async ({ isPage, drawsBackground }) => {
      const { axe: inside } = window as unknown as { axe: typeof axe };
      return inside.run(document, {
        resultTypes: ['violations'],
        iframes: false,
        rules: {
          // A frame is one field of its page: landmarks, headings and the like are the page's.
          region: { enabled: isPage },
          'landmark-one-main': { enabled: isPage },
          'page-has-heading-one': { enabled: isPage },
          // See `faintText`.
          'color-contrast': { enabled: isPage || drawsBackground },
        },
      });
    },
    { isPage: !frame.parentFrame(), drawsBackground },
  );
  const title = frame.parentFrame() ? await (await frame.frameElement()).getAttribute('title') : 'page';
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${title}: ${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}
