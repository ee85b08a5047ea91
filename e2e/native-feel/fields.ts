import type { Frame, Locator, Page } from 'playwright-core';
import type { Rectangle } from './pixels.js';
import { texts } from './web/texts.js';

/** Stores the texts for the page's session. */
export async function storeTexts(page: Page, appURL: string): Promise<void> {
  await page.goto(`${appURL}/?store`);
  for (const [name, text] of Object.entries(texts)) await fieldIn(page, name).fill(text);
  await page.getByRole('button', { name: 'Store' }).click();
  await page.getByText('stored').waitFor();
}

/** The real element inside a secure component's frame. */
export const fieldIn = (page: Page, name: string) =>
  page.frameLocator(`iframe[title="${name}"]`).locator('#field');

export interface BoxOnPage {
  name: string;
  /** `input email`, `textarea`, `p`, `span`. */
  component: string;
  text: string | undefined;
  typed: string | undefined;
  at: Rectangle;
}

export const boxes = (page: Page): Promise<BoxOnPage[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-box]')].map((element) => {
      // A control's twin lies in a box, which takes its place.
      const inBox = element.parentElement!.querySelector(':scope > iframe') !== null;
      const { x, y, width, height } = (inBox ? element.parentElement! : element).getBoundingClientRect();
      const { box, text, typed } = element.dataset;
      return {
        name: box!,
        component: [element.localName, element.getAttribute('type')].filter(Boolean).join(' '),
        text,
        typed,
        at: { x: x + scrollX, y: y + scrollY, width, height },
      };
    }),
  );

/** Where the other things of a page are. */
export const neighbours = (page: Page): Promise<Rectangle[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-near]')].map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    }),
  );

/** To a few of the 1/64 pixels in which browsers lay out: sums of lengths are rounded at other places. */
export const isSamePlace = (one: Rectangle, other: Rectangle): boolean =>
  (['x', 'y', 'width', 'height'] as const).every((side) => Math.abs(one[side] - other[side]) < 0.1);

/** Takes the focus away from whatever has it. */
export async function blur(page: Page): Promise<void> {
  for (const frame of page.frames())
    if (!frame.parentFrame() || isElement(frame))
      await frame.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}

/** Waits until each secure field of the page shows its text and its look. */
export async function shown(page: Page): Promise<void> {
  const expected = new Map((await boxes(page)).map(({ name, text }) => [name, text ?? '']));
  const deadline = Date.now() + 15_000;
  for (;;) {
    const fields = await Promise.all(page.frames().map(readField));
    const there = new Map(fields.filter((field) => field !== undefined));
    const missing = [...expected].filter(([name, text]) => there.get(name) !== text).map(([name]) => name);
    if (missing.length === 0) return;
    if (Date.now() > deadline) throw new Error(`Not shown: ${missing.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Name and text of the field in a frame, once it has its look. */
async function readField(frame: Frame): Promise<[string, string] | undefined> {
  if (!isElement(frame)) return undefined;
  try {
    const element = await frame.frameElement();
    if (!(await element.isVisible())) return undefined;
    const text = await frame.evaluate(() => {
      const field = document.querySelector<HTMLInputElement>('#field');
      return field?.value ?? field?.textContent ?? undefined;
    });
    return text === undefined ? undefined : [(await element.getAttribute('title'))!, text];
  } catch {
    // The frame is still on its way.
    return undefined;
  }
}

const isElement = (frame: Frame) => frame.url().includes('/frame/element');

/** Lets frames do what the page has just asked of them, and the page what they answer. */
export async function settle(page: Page): Promise<void> {
  // A frame that nobody sees, such as the controller's, is never drawn.
  const drawn = page.frames().filter((frame) => !frame.parentFrame() || isElement(frame));
  for (let round = 0; round < 2; round++)
    await Promise.all(
      drawn.map((frame) =>
        frame.evaluate(
          () =>
            new Promise<void>((resolve) =>
              requestAnimationFrame(() => requestAnimationFrame(() => resolve())),
            ),
        ),
      ),
    );
}

/** Waits until a field has the state: events reach a frame in their own time. */
export async function expectState(field: Locator, state: string): Promise<void> {
  const pseudo = state === 'focused' ? ':focus' : ':hover';
  for (const deadline = Date.now() + 5000; Date.now() < deadline;)
    if (await field.evaluate((element, wanted) => element.matches(wanted), pseudo)) return;
  throw new Error(`Not ${state}`);
}
