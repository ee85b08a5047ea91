import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Browser, Download, Page, Route } from 'playwright-core';
import { fixtureApp } from './fixture/server.js';
import { hostileScript, lootOf } from './hostile-page/script.js';
import { launchBrowser } from './support/browser.js';
import { bundleFixture } from './support/bundle.js';
import { chooseFiles, dropFiles } from './support/chosen-files.js';
import { graphql, save as pressSave, secureFrame } from './support/demo.js';
import { filesContaining } from './support/files.js';
import { createSharedStores, missingServices } from './support/services.js';
import { startStack, type Stack } from './support/stack.js';

/** Bytes of the large file. By hand: `LUNASEC_E2E_FILE_BYTES=1073741824 npm run e2e -- files -t 'a large file'`. */
const largeSize = Number(process.env.LUNASEC_E2E_FILE_BYTES ?? 64_000_000);
/** What the frame's scripts may hold at a time, in bytes, however large the file is. */
const memoryBound = 160 * 1024 * 1024;

// Many megabytes, on a machine that may do much else.
jest.setTimeout(120_000);

const kinds: [string, typeof createSharedStores | undefined][] = [['embedded stores', undefined]];
if (missingServices === undefined) kinds.push(['MongoDB and S3', createSharedStores]);

describe.each(kinds)('files on %s, in a real browser', (_name, createStores) => {
  let stack: Stack;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack({
      startApp: fixtureApp(await bundleFixture()),
      createStores,
      limits: { maxSize: 2 ** 31 - 1 },
    });
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(`${stack.appURL}/log-in?as=ada`);
  });
  afterEach(() => page.unrouteAll({ behavior: 'ignoreErrors' }));
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  const pathOf = (name: string) => join(stack.directory, name);
  async function makeFile(name: string, content: Uint8Array | string): Promise<string> {
    await writeFile(pathOf(name), content);
    return pathOf(name);
  }
  /** A file of random bytes, as large as wanted. */
  async function makeLargeFile(name: string, size: number): Promise<string> {
    const block = randomBytes(1_000_000);
    await pipeline(
      (function* () {
        for (let left = size; left > 0; left -= block.length)
          yield block.subarray(0, Math.min(left, block.length));
      })(),
      createWriteStream(pathOf(name)),
    );
    return pathOf(name);
  }
  async function digestOf(path: string): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  }

  const upload = async (query = '') => {
    await page.goto(`${stack.appURL}/?upload${query}`);
    await frame().locator('.zone').waitFor();
  };
  const frame = () => secureFrame(page, 'Documents');
  const row = (name: string) => frame().locator('.row', { hasText: name });
  const inState = (name: string, state: string) =>
    row(name)
      .and(frame().locator(`[data-state=${state}]`))
      .waitFor();
  /** Submits the form: says how many tokens the app has got, or why none. */
  const save = async () => {
    const before = (await values()).length;
    await pressSave(page);
    await page.locator('#status', { hasText: /saved|failed/ }).waitFor();
    const status = await page.locator('#status').textContent();
    return status!.startsWith('failed') ? status : `saved ${(await values()).length - before}`;
  };
  const told = (id: string) => page.locator(`#${id}`).textContent();
  const values = async () => (await graphql<{ values: string[] }>(page, '{ values }')).data!.values;
  const lastToken = async () => (await values()).at(-1)!;
  /** Opens the page that shows a value, which the server has just granted. */
  const show = async (token: string, query = '') => {
    await values();
    await page.goto(`${stack.appURL}/?token=${token}${query}`);
  };
  const shownFile = () => secureFrame(page, 'File 0');
  const download = async (): Promise<Download> => {
    const started = page.waitForEvent('download');
    await shownFile()
      .getByRole('button', { name: /^Download/ })
      .click();
    return started;
  };
  /** Lets no request through to the object store, until the returned function is called. */
  async function breakStore(answer: (route: Route) => Promise<void>): Promise<() => Promise<void>> {
    const isObject = (url: URL) => url.pathname.includes('/lunasec-');
    const handler = (route: Route) => (route.request().method() === 'PUT' ? answer(route) : route.continue());
    await page.route(isObject, handler);
    return () => page.unroute(isObject, handler);
  }

  test('a file that is chosen is uploaded at once, and the form’s submission hands over its token', async () => {
    await upload();
    const path = await makeFile('Report (final).bin', randomBytes(300_000));
    await chooseFiles(page, 'Documents', [path]);
    await inState('Report (final).bin', 'stored');
    await page.locator('#files', { hasText: 'stored' }).waitFor();
    expect(JSON.parse((await told('files'))!)).toEqual([
      { id: 1, size: 300_000, sent: 300_000, state: 'stored', code: null },
    ]);
    expect(await save()).toBe('saved 1');
  });

  test('and after a reload it is downloaded: every byte, under its name', async () => {
    await show(await lastToken());
    await shownFile().getByText('Report (final).bin', { exact: true }).waitFor();
    const saved = await download();
    expect(saved.suggestedFilename()).toBe('Report (final).bin');
    expect(await readFile(await saved.path())).toEqual(await readFile(pathOf('Report (final).bin')));
  });

  test('neither its name nor its content is in any store, in the clear', async () => {
    const marked = await makeFile('Zebra diagnosis.txt', 'A zebra was seen. '.repeat(100));
    await upload();
    await chooseFiles(page, 'Documents', [marked]);
    await inState('Zebra', 'stored');
    expect(await save()).toBe('saved 1');
    await rm(marked);
    expect(await filesContaining(stack.directory, 'Zebra diagnosis')).toEqual([]);
    expect(await filesContaining(stack.directory, 'A zebra was seen')).toEqual([]);
  });

  test('several files that are dropped: in their order, each with a token', async () => {
    await upload('&multiple');
    const names = ['one.txt', 'two.txt', 'three.txt'];
    const paths = await Promise.all(names.map((name) => makeFile(name, `content of ${name}`)));
    await dropFiles(page, 'Documents', paths);
    for (const name of names) await inState(name, 'stored');
    expect(await frame().locator('.name').allTextContents()).toEqual(names);
    expect(await save()).toBe('saved 3');
    const tokens = (await values()).slice(-3);
    for (const [index, token] of tokens.entries()) {
      await show(token);
      const saved = await download();
      expect(saved.suggestedFilename()).toBe(names[index]);
      expect(await readFile(await saved.path(), 'utf8')).toBe(`content of ${names[index]}`);
    }
  });

  test('a disabled fieldset disables it: what is dropped there is not taken, and the page stays', async () => {
    await upload();
    const path = await makeFile('stray.txt', 'stray');
    await page.locator('fieldset').evaluate((it: HTMLFieldSetElement) => (it.disabled = true));
    await frame().locator('.zone.off').waitFor();
    await dropFiles(page, 'Documents', [path]);
    expect(await frame().locator('.row').count()).toBe(0);
    expect(page.url()).toContain(stack.appURL);
  });

  test('what a script of the page dispatches is no drop and no choice', async () => {
    await upload();
    // In the frame itself, which a page cannot even reach.
    await frame()
      .locator('.zone')
      .evaluate((zone) => {
        const data = new DataTransfer();
        data.items.add(new File(['forged'], 'forged.txt'));
        zone.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        const input = zone.querySelector('input')!;
        input.files = data.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));
      });
    expect(await frame().locator('.row').count()).toBe(0);
  });

  test('types, sizes and numbers that are not taken are refused, and hold the form up until they are removed', async () => {
    await upload('&multiple&accept=.txt,image/*&maxSize=1000&maxFiles=1&required');
    await page.locator('#validity', { hasText: 'VALUE_MISSING' }).waitFor();
    expect(await save()).toBe('failed VALIDATION_FAILED');
    const paths = [
      await makeFile('good.txt', 'good'),
      await makeFile('large.txt', 'x'.repeat(1001)),
      await makeFile('other.exe', 'MZ'),
      await makeFile('more.txt', 'more'),
    ];
    await dropFiles(page, 'Documents', paths);
    await row('large.txt').getByText('Too large: 1 kB at most').waitFor();
    await row('other.exe').getByText('Not a type').waitFor();
    await row('more.txt').getByText('One too many: 1 at most').waitFor();
    await inState('good.txt', 'stored');
    await page.locator('#validity', { hasText: 'TOO_MANY_FILES' }).waitFor();
    expect(await save()).toBe('failed VALIDATION_FAILED');
    for (const name of ['large.txt', 'other.exe', 'more.txt'])
      await frame()
        .getByRole('button', { name: `Remove: ${name}` })
        .click();
    await page.locator('#validity', { hasText: /^valid$/ }).waitFor();
    await page.locator('#status', { hasText: 'failed' }).evaluate((it) => (it.textContent = ''));
    expect(await save()).toBe('saved 1');
  });

  test('without multiple, another file takes the place of the first', async () => {
    await upload();
    await chooseFiles(page, 'Documents', [await makeFile('first.txt', 'first')]);
    await inState('first.txt', 'stored');
    await chooseFiles(page, 'Documents', [await makeFile('second.txt', 'second')]);
    await inState('second.txt', 'stored');
    expect(await frame().locator('.row').count()).toBe(1);
  });

  test('an upload can be paused, goes on where it was, and can be cancelled', async () => {
    await upload();
    const path = await makeLargeFile('paused.bin', 44_000_000);
    let parts = 0;
    let slow = true;
    await breakStore(async (route) => {
      parts++;
      while (slow) await new Promise((resolve) => setTimeout(resolve, 20));
      await route.continue().catch(() => undefined);
    });
    await chooseFiles(page, 'Documents', [path]);
    while (parts < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    await frame().getByRole('button', { name: 'Pause: paused.bin' }).click();
    await inState('paused.bin', 'paused');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const atPause = parts;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(parts).toBe(atPause);
    slow = false;
    await frame().getByRole('button', { name: 'Resume: paused.bin' }).click();
    await inState('paused.bin', 'stored');
    // 6 parts; at most the three that were under way went twice.
    expect(parts).toBeLessThanOrEqual(9);
    expect(await save()).toBe('saved 1');
    await show(await lastToken());
    expect(await digestOf(await (await download()).path())).toBe(await digestOf(path));

    await upload();
    slow = true;
    await chooseFiles(page, 'Documents', [path]);
    await frame().getByRole('button', { name: 'Cancel: paused.bin' }).click();
    await row('paused.bin').waitFor({ state: 'detached' });
    slow = false;
    expect(await save()).toBe('saved 0');
  });

  test('when the object store fails, the file says so; tried again, it goes on with the parts that are there', async () => {
    await upload();
    const path = await makeLargeFile('broken.bin', 24_000_000);
    let first: Promise<unknown> | undefined;
    const repair = await breakStore(async (route) => {
      if (first) {
        // Were it not there yet, it would be given up with the others.
        await first;
        return route.abort();
      }
      first = page.waitForEvent('requestfinished', (request) => request === route.request());
      await route.continue();
    });
    await chooseFiles(page, 'Documents', [path]);
    await inState('broken.bin', 'failed');
    await page.locator('#problem', { hasText: 'UNAVAILABLE' }).waitFor();
    const progress = async () => JSON.parse((await told('files'))!)[0].sent as number;
    expect(await progress()).toBeGreaterThan(7_000_000);
    await repair();
    let again = 0;
    await breakStore(async (route) => {
      again++;
      await route.continue();
    });
    await frame().getByRole('button', { name: 'Try again: broken.bin' }).click();
    await inState('broken.bin', 'stored');
    expect(again).toBe(2);
    expect(await save()).toBe('saved 1');
    await show(await lastToken());
    expect(await digestOf(await (await download()).path())).toBe(await digestOf(path));
  });

  test('without a network it waits, and goes on by itself', async () => {
    await upload();
    const path = await makeLargeFile('offline.bin', 20_000_000);
    const held: Route[] = [];
    const letGo = await breakStore(async (route) => void held.push(route));
    await chooseFiles(page, 'Documents', [path]);
    // All of its parts: what came while the network and the handler go would be lost between them.
    while (held.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    await page.context().setOffline(true);
    for (const route of held) await route.abort().catch(() => undefined);
    await letGo();
    await inState('offline.bin', 'waiting');
    await page.context().setOffline(false);
    await inState('offline.bin', 'stored');
    expect(await save()).toBe('saved 1');
  });

  test('a form that is submitted while its file is on the way waits for it', async () => {
    await upload();
    await breakStore(async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
    });
    await chooseFiles(page, 'Documents', [await makeFile('late.txt', 'late')]);
    expect(await save()).toBe('saved 1');
  });

  test('an image is shown inside the frame, by what its bytes are', async () => {
    const image = await page.screenshot();
    await upload('&multiple');
    const paths = [await makeFile('photo.png', image), await makeFile('lie.png', '<svg onload="alert(1)"/>')];
    await chooseFiles(page, 'Documents', paths);
    await row('photo.png').locator('.thumb img').waitFor();
    await inState('lie.png', 'stored');
    expect(await row('lie.png').locator('.thumb img').count()).toBe(0);
    expect(await save()).toBe('saved 2');
    const [photo, lie] = (await values()).slice(-2);
    await show(photo!, '&preview');
    const picture = shownFile().locator('.picture');
    await picture.waitFor();
    expect(await picture.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBeGreaterThan(0);
    expect(await picture.getAttribute('alt')).toBe('Preview: photo.png');
    expect((await download()).suggestedFilename()).toBe('photo.png');
    await show(lie!, '&preview');
    await shownFile().locator('.viewer[data-note="Download it to see it"]').waitFor();
    expect(await shownFile().locator('.picture').isVisible()).toBe(false);
  });

  test('a name that would do harm is made harmless', async () => {
    await upload();
    await chooseFiles(page, 'Documents', [await makeFile('invoice\u202etxt.exe', 'harm')]);
    await frame().getByText('invoicetxt.exe', { exact: true }).waitFor();
    await frame().locator('[data-state=stored]').waitFor();
    expect(await save()).toBe('saved 1');
    await show(await lastToken());
    expect((await download()).suggestedFilename()).toBe('invoicetxt.exe');
  });

  test('another session can neither open the file nor send its token', async () => {
    const token = await lastToken();
    const context = await browser.newContext();
    const other = await context.newPage();
    await other.goto(`${stack.appURL}/log-in?as=mallory`);
    await other.goto(`${stack.appURL}/?token=${token}`);
    await other.getByRole('alert').filter({ hasText: 'READ_GRANT_MISSING' }).waitFor();
    await secureFrame(other, 'File 0').getByText('You may not open this file', { exact: true }).waitFor();
    const answer = await graphql(other, 'mutation ($values: [String!]!) { save(values: $values) }', {
      values: [token],
    });
    expect(answer.errors?.[0]?.extensions?.code).toBe('STORE_GRANT_MISSING');
    await context.close();
  });

  test('a ciphertext that was altered, or cut, is not saved: not a byte of it', async () => {
    const token = await lastToken();
    await values();
    for (const change of [
      (body: Buffer) =>
        Buffer.from(body.map((byte, index) => (index === body.length - 20 ? byte ^ 1 : byte))),
      (body: Buffer) => body.subarray(0, -1),
    ]) {
      await page.route(
        (url) => url.pathname.includes('/lunasec-'),
        async (route) => {
          const response = await route.fetch();
          const body = change(Buffer.from(await response.body()));
          await route.fulfill({
            response,
            body,
            headers: { ...response.headers(), 'content-length': String(body.length) },
          });
        },
      );
      await show(token);
      await shownFile().getByText('The file is damaged', { exact: true }).waitFor();
      expect(
        await shownFile()
          .getByRole('button', { name: /^Download/ })
          .count(),
      ).toBe(0);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    }
  });

  test('a hostile page learns sizes and states: no name, no type, no content', async () => {
    const hostile = await browser.newPage();
    await hostile.addInitScript(hostileScript);
    await hostile.goto(`${stack.appURL}/log-in?as=ada`);
    await hostile.goto(`${stack.appURL}/?upload&multiple`);
    const image = await page.screenshot();
    const paths = [
      await makeFile('Quagga scan.png', image),
      await makeFile('Quagga letter.txt', 'Quaggas are extinct.'),
    ];
    await secureFrame(hostile, 'Documents').locator('.zone').waitFor();
    await chooseFiles(hostile, 'Documents', paths);
    await secureFrame(hostile, 'Documents').locator('[data-state=stored]').nth(1).waitFor();
    await dropFiles(hostile, 'Documents', [await makeFile('Quagga dropped.txt', 'Quaggas')]);
    await secureFrame(hostile, 'Documents').locator('[data-state=stored]').nth(2).waitFor();
    await pressSave(hostile);
    await hostile.getByText(/saved/).waitFor();
    const uploaded = await lootOf(hostile);
    const [scan] = (await values()).slice(-3);
    await hostile.goto(`${stack.appURL}/?token=${scan}&preview`);
    await secureFrame(hostile, 'File 0').locator('.picture').waitFor();
    const saving = hostile.waitForEvent('download');
    await secureFrame(hostile, 'File 0')
      .getByRole('button', { name: /^Download/ })
      .click();
    expect((await saving).suggestedFilename()).toBe('Quagga scan.png');
    const loot = JSON.stringify([uploaded, await lootOf(hostile)]);
    // It did listen: it has the sizes.
    expect(loot).toContain(String(image.length));
    for (const secret of ['Quagga', 'extinct', 'image/png', 'text/plain', 'blob:', '.png'])
      expect(loot).not.toContain(secret);
    await hostile.close();
  });

  test('the height of the frame is the same whatever the names are', async () => {
    const heightFor = async (names: string[]) => {
      await upload('&multiple');
      await chooseFiles(page, 'Documents', await Promise.all(names.map((name) => makeFile(name, name))));
      await frame().locator('[data-state=stored]').nth(1).waitFor();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return (await page.locator('iframe[title="Documents"]').boundingBox())!.height;
    };
    const short = await heightFor(['a.txt', 'b.txt']);
    const long = await heightFor([`${'long '.repeat(40)}.txt`, 'ǟ̷̢ཪ༂文字列\u0948🙂.txt']);
    expect(long).toBe(short);
  });

  test('is used with the keyboard alone, from the page’s label on', async () => {
    await upload();
    await page.getByText('Documents', { exact: true }).click();
    await frame().locator('.choose:focus').waitFor();
    await page.locator('[data-lunasec-focus-within]').waitFor();
    const opened = page.waitForEvent('filechooser');
    // Until the browser has moved its focus to the frame's process, whatever documents say, keys go to the page.
    const choose = frame().locator('.choose');
    await choose.evaluate((element) => {
      element.addEventListener('keydown', () => element.setAttribute('data-heard', ''), { once: true });
    });
    while ((await choose.getAttribute('data-heard')) === null) await page.keyboard.press('Shift');
    await page.keyboard.press('Enter');
    await (await opened).setFiles([await makeFile('keys.txt', 'keys')]);
    await inState('keys.txt', 'stored');
    await page.keyboard.press('Tab');
    await frame().locator('button:focus[aria-label="Remove: keys.txt"]').waitFor();
    await page.keyboard.press('Space');
    await row('keys.txt').waitFor({ state: 'detached' });
    await frame().locator('.choose:focus').waitFor();
  });

  test(
    'a large file goes up and comes down with flat memory, and is whole',
    async () => {
      const path = await makeLargeFile('large.bin', largeSize);
      await upload();
      const peak = await watchMemory(page, `${stack.tokenizerURL}/frame/file`);
      const start = performance.now();
      await chooseFiles(page, 'Documents', [path]);
      await row('large.bin').and(frame().locator('[data-state=stored]')).waitFor({ timeout: 1_800_000 });
      const uploaded = performance.now();
      expect(await save()).toBe('saved 1');
      const up = await peak();

      await show(await lastToken());
      await shownFile().getByText('large.bin', { exact: true }).waitFor();
      const peakDown = await watchMemory(page, `${stack.tokenizerURL}/frame/file`);
      const startDown = performance.now();
      const started = page.waitForEvent('download', { timeout: 1_800_000 });
      await shownFile()
        .getByRole('button', { name: /^Download/ })
        .click();
      const saved = await (await started).path();
      const downloaded = performance.now();
      const down = await peakDown();
      expect((await stat(saved)).size).toBe(largeSize);
      expect(await digestOf(saved)).toBe(await digestOf(path));
      if (process.env.LUNASEC_E2E_FILE_BYTES)
        process.stderr.write(
          `${largeSize} bytes: up in ${Math.round(uploaded - start)} ms, at most ${up >> 20} MiB; ` +
            `down in ${Math.round(downloaded - startDown)} ms, at most ${down >> 20} MiB.\n`,
        );
      expect(up).toBeLessThan(memoryBound);
      expect(down).toBeLessThan(memoryBound);
      await rm(path);
    },
    Math.max(180_000, largeSize / 300),
  );
});

/** The most that a frame's scripts hold, buffers included, from now until it is asked for. */
async function watchMemory(page: Page, url: string): Promise<() => Promise<number>> {
  const frame = page.frames().find((each) => each.url().startsWith(url))!;
  const session = await page.context().newCDPSession(frame);
  let peak = 0;
  let running = true;
  const watching = (async () => {
    while (running) {
      const usage = (await session.send('Runtime.getHeapUsage')) as {
        usedSize: number;
        backingStorageSize?: number;
      };
      peak = Math.max(peak, usage.usedSize + (usage.backingStorageSize ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return async () => {
    running = false;
    await watching;
    await session.detach();
    return peak;
  };
}
