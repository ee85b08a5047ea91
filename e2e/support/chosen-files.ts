import type { Page } from 'playwright-core';
import { secureFrame } from './demo.js';

/** Chooses files in a secure upload, as a person does: with a click, in the browser's own dialog. */
export async function chooseFiles(page: Page, name: string, paths: string[]): Promise<void> {
  const opened = page.waitForEvent('filechooser');
  await secureFrame(page, name).locator('.choose').click();
  await (await opened).setFiles(paths);
}

/** Drops files on an element, as a person does: the browser's own events, which no script can make. */
export async function dropFiles(page: Page, selector: string, paths: string[]): Promise<void> {
  const box = (await page.locator(selector).boundingBox())!;
  const place = { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 40) };
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...place, data });
  await session.detach();
}
