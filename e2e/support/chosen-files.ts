import type { Locator, Page } from 'playwright-core';
import { secureFrame } from './demo.js';

/**
 * Moves the mouse onto an element until the browser has it there. Just after a frame came or moved, the browser may
 * still give what happens at a place to what was there before: a click would be lost, a drop go to the page.
 */
async function pointAt(element: Locator): Promise<void> {
  do await element.hover();
  while (!(await element.evaluate((it) => it.matches(':hover'))));
}

/** Chooses files in a secure upload, as a person does: with a click, in the browser's own dialog. */
export async function chooseFiles(page: Page, name: string, paths: string[]): Promise<void> {
  const choose = secureFrame(page, name).locator('.choose');
  await pointAt(choose);
  const opened = page.waitForEvent('filechooser');
  await choose.click();
  await (await opened).setFiles(paths);
}

/** Drops files on a secure upload, as a person does: the browser's own events, which no script can make. */
export async function dropFiles(page: Page, name: string, paths: string[]): Promise<void> {
  await pointAt(secureFrame(page, name).locator('.zone'));
  const box = (await page.locator(`iframe[title="${name}"]`).boundingBox())!;
  const place = { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 40) };
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...place, data });
  await session.detach();
}
