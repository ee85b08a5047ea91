import { fixtureApp } from '../../e2e/fixture/server.ts';
import { launchBrowser } from '../../e2e/support/browser.ts';
import { bundleFixture } from '../../e2e/support/bundle.ts';
import { secureInput } from '../../e2e/support/demo.ts';
import { startStack } from '../../e2e/support/stack.ts';
import { unlimited } from './rates.mjs';

export { chooseFiles } from '../../e2e/support/chosen-files.ts';
export { countFrameRequests } from '../../e2e/support/requests.ts';

/**
 * A tokenizer, an app and Chromium, with a page in which somebody is logged in; all of them are closed with the measure.
 * `distance`: how far both servers are, one way, in milliseconds.
 */
export async function openPage(opened, { limits, distance } = {}) {
  const stack = await startStack({
    startApp: fixtureApp(await bundleFixture()),
    rates: unlimited,
    ...(limits && { limits }),
    distance,
  });
  opened(stack.close);
  const browser = await launchBrowser();
  opened(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(300_000);
  await page.goto(`${stack.appURL}/log-in?as=ada`);
  return { stack, browser, page };
}

export async function fillForm(page, count) {
  for (let index = 0; index < count; index++)
    await secureInput(page, `Field ${index}`).fill(`value ${index}`);
}

/** Milliseconds between two marks (User Timing) of the page. */
export const between = (page, from, to) =>
  page.evaluate(([start, end]) => performance.measure('bench', start, end).duration, [from, to]);
