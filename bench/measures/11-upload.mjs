/* global document, MutationObserver -- in the functions that run in the page */
import { createWriteStream } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { loadBrowser } from '../lib/load-browser.mjs';
import { inTurn, ratioOf } from '../lib/in-turn.mjs';
import { withOpened } from '../lib/opened.mjs';
import { startServer } from '../lib/processes.mjs';
import { temporaryDirectory } from '../lib/tokenizer.mjs';

const MiB = 1024 * 1024;

export const measure = {
  number: 11,
  id: 'upload',
  title: 'Browser: encryption and upload of a file of 1 GB',
  baseline: 'a plain `PUT` of the same file from the page, which a small server writes to the same disk',
  target: { atLeast: 0.7 },
  about:
    'Chromium, with the tokenizer on embedded stores, in one process with the app; the small server is another. The time from choosing the file until it is stored, and until the `PUT` is answered. Memory is what the frame’s scripts hold, looked at four times a second.',
  why: 'A file that is sent as it is never enters the page: the browser’s network process reads it. What is encrypted must be read, encrypted, hashed and handed back by the frame’s process, and Chromium sends bytes that come from a page at about half the rate of a file, before anything is encrypted. The tokenizer hashes every part, and has each on the disk before it answers; the small server does neither. On two cores, which all of them share, that is most of the difference.',

  run: ({ isQuick }) =>
    withOpened(async (opened) => {
      const { chooseFiles, openPage } = await loadBrowser();
      const size = isQuick ? 64 * MiB : 1024 * MiB;
      const directory = temporaryDirectory();
      opened(directory.remove);
      const file = join(directory.path, 'large.bin');
      await makeFile(file, size);
      const plain = await startServer('../servers/put.mjs', { args: [directory.path] });
      opened(plain.stop);
      const { stack, page } = await openPage(opened, { limits: { maxSize: 2 ** 31 - 1 } });

      let peak = 0;
      async function upload() {
        await page.goto(`${stack.appURL}/?upload`);
        const frame = page.frameLocator('iframe[title="Documents"]');
        await frame.locator('.zone').waitFor();
        const element = page
          .frames()
          .find((it) => it.url().startsWith(`${stack.tokenizerURL}/frame/element`));
        const session = await page.context().newCDPSession(element);
        const watch = setInterval(async () => {
          const { usedSize, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage');
          peak = Math.max(peak, usedSize + backingStorageSize);
        }, 250);
        try {
          const chosen = page.evaluate(
            () =>
              new Promise((resolve) => {
                const status = document.getElementById('files');
                new MutationObserver(() => {
                  performance.mark('first');
                  if (JSON.parse(status.textContent)[0]?.state === 'stored')
                    resolve(performance.now() - performance.getEntriesByName('first')[0].startTime);
                }).observe(status, { childList: true, characterData: true, subtree: true });
              }),
          );
          await chooseFiles(page, 'Documents', [file]);
          return await chosen;
        } finally {
          clearInterval(watch);
          await session.detach();
        }
      }

      async function put() {
        await page.goto(stack.appURL);
        await page.evaluate(() => {
          const input = Object.assign(document.createElement('input'), { type: 'file', id: 'plain' });
          document.body.append(input);
        });
        await page.locator('#plain').setInputFiles(file);
        return page.evaluate(async (url) => {
          const [body] = document.getElementById('plain').files;
          const before = performance.now();
          const { status } = await fetch(url, { method: 'PUT', body });
          if (status !== 200) throw new Error(`The small server answered ${status}.`);
          return performance.now() - before;
        }, plain.url);
      }

      const pairs = await inTurn({ rounds: isQuick ? 1 : 3, warmUp: 0, subject: upload, baseline: put });
      const taken = ratioOf(pairs, (milliseconds) => 1 / milliseconds);
      const rate = (perMillisecond) => `${((size / MiB) * perMillisecond * 1000).toFixed(0)} MiB/s`;
      return [
        {
          id: 'rate',
          what: 'bytes by the clock',
          ...taken,
          shown: `${rate(taken.ours)} against ${rate(taken.theirs)}`,
        },
        {
          id: 'memory',
          what: 'most memory of the frame’s scripts',
          baseline: 'none: it is a size',
          ...{ ratio: peak / MiB, low: peak / MiB, high: peak / MiB, unit: ' MiB', shown: '' },
          target: { atMost: 160 },
        },
      ];
    }),
};

/** Random bytes: nothing on the way can make less of them. */
async function makeFile(path, size) {
  const block = randomBytes(MiB);
  await pipeline(function* () {
    for (let written = 0; written < size; written += block.length) yield block;
  }, createWriteStream(path));
}
