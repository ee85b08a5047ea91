/* global document, MutationObserver -- in the functions that run in the page */
import { setTimeout as sleep } from 'node:timers/promises';
import { loadBrowser } from '../lib/load-browser.mjs';
import { eachDistance } from '../lib/distances.mjs';
import { inTurn } from '../lib/in-turn.mjs';
import { withOpened } from '../lib/opened.mjs';
import { speedFigure } from '../lib/wall.mjs';

const count = 50;

export const measure = {
  number: 9,
  id: 'shown',
  title: `Browser: ${count} secure paragraphs, from mounting to all shown`,
  baseline: 'a session and a call for each element',
  target: { atLeast: 5 },
  about:
    'Chromium, with tokenizer and app on embedded stores. The baseline mounts each paragraph below a provider of its own, which makes a session and asks for its token alone. From the mark before React renders to the moment when the last frame has its text. On loopback a request costs next to nothing, which helps the baseline: so it is measured at a distance, too.',
  why: 'Both sides have the document of a frame for each paragraph, and the baseline another one for each of its sessions: about twice as many, which is about the ratio. What remains are documents, not calls.',

  run: ({ isQuick }) =>
    eachDistance(async ({ distance, id, what }) =>
      withOpened(async (opened) => {
        const { countFrameRequests, fillForm, openPage } = await loadBrowser();
        const { stack, page } = await openPage(opened, { distance });
        await page.goto(`${stack.appURL}/?fields=${count}`);
        await fillForm(page, count);
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByText(`saved ${count}`).waitFor();

        // In every frame: writes down when its text is there. No message to this process is in the way of the others.
        await page.addInitScript(() => {
          const watcher = new MutationObserver(() => {
            if (!document.querySelector('p, span')?.textContent?.startsWith('value ')) return;
            globalThis.shownAt ??= performance.timeOrigin + performance.now();
            watcher.disconnect();
          });
          watcher.observe(document, { subtree: true, childList: true, characterData: true });
        });
        const counts = countFrameRequests(page, stack.tokenizerURL);
        const reset = () => Object.keys(counts).forEach((name) => (counts[name] = 0));
        const most = { createSession: 0, detokenize: 0 };

        async function show(query) {
          reset();
          await page.goto(`${stack.appURL}/?list=values${query}`);
          for (;;) {
            const shown = await Promise.all(
              page
                .frames()
                .filter((frame) => frame.url().startsWith(`${stack.tokenizerURL}/frame/element`))
                .map((frame) => frame.evaluate(() => globalThis.shownAt)),
            );
            if (shown.length === count && shown.every((at) => at !== undefined)) {
              const mounted = await page.evaluate(
                () => performance.timeOrigin + performance.getEntriesByName('mounted')[0].startTime,
              );
              return Math.max(...shown) - mounted;
            }
            await sleep(200);
          }
        }

        const pairs = await inTurn({
          rounds: isQuick ? 2 : 9,
          async subject() {
            const took = await show('');
            for (const name of Object.keys(most)) most[name] = Math.max(most[name], counts[name]);
            return took;
          },
          baseline: () => show('&each'),
        });
        const exact = (value) => ({ ratio: value, low: value, high: value, unit: '', shown: '' });
        const time = speedFigure(id, what, pairs);
        if (distance > 0) return [time];
        return [
          time,
          {
            id: 'handshakes',
            what: 'handshakes',
            baseline: `${count}, one per element`,
            ...exact(most.createSession),
            target: { atMost: 1 },
          },
          {
            id: 'calls',
            what: '`detokenize` calls',
            baseline: `${count}, one per element`,
            ...exact(most.detokenize),
            target: { atMost: 1 },
          },
        ];
      }),
    ),
};
