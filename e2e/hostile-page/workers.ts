import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { secureInput, shownText } from '../support/demo.js';
import type { AttackGroup } from './attack.js';
import { plainText, texts } from './stage.js';
import type { Stage } from './stage.js';

/** Names that frames might use for what they share among themselves. */
const names = [
  'lunasec',
  'lunasec-controller',
  'lunasec-renewal',
  'session',
  'assertion',
  'controller',
  'token',
  '',
];

/** Loads the page with an attacker's service worker in control of it; returns what the worker has told when it told `last`. */
async function underControl(
  stage: Stage,
  plan: string,
  last: string,
  use: (page: Page) => Promise<unknown> = async () => undefined,
): Promise<string[]> {
  const helper = await stage.context.newPage();
  await helper.goto(`${stage.stack.appURL}/config.json`);
  const hears = (start: string) =>
    helper.waitForFunction(
      (text) => (window as unknown as { told: string[] }).told.some((each) => each.startsWith(text)),
      start,
    );
  await helper.evaluate(
    async ([script, to]) => {
      const told: string[] = [];
      Object.assign(window, { told });
      new BroadcastChannel('service-worker').onmessage = ({ data }) => told.push(String(data));
      const address = `/service-worker.js?plan=${script}&to=${encodeURIComponent(to)}&${Math.random()}`;
      await navigator.serviceWorker.register(address);
    },
    [plan, stage.attacker.url] as const,
  );
  await hears('ready');
  try {
    const page = await stage.open('?values');
    const learnt = await use(page);
    await hears(last);
    const told = await helper.evaluate(() => (window as unknown as { told: string[] }).told);
    return [...told, JSON.stringify(learnt)];
  } finally {
    await helper.evaluate(async () => {
      for (const registration of await navigator.serviceWorker.getRegistrations())
        await registration.unregister();
    });
  }
}

const shows = (page: Page) => shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();

export const workers: AttackGroup = {
  subject: 'by workers and storage',
  quick: 'both',
  controls: [
    {
      title: 'the service worker sees what the page asks the app, answers included',
      run: (stage) => underControl(stage, 'report', 'asked', shows),
      catches: /asked:.*config\.json.*asked:.*\/\.lunasec\/secure-frame/,
    },
    {
      title: 'a shared worker hears what the page says on a channel of the same name',
      run: async ({ page }) =>
        page.evaluate(
          async ([channels, held]) => {
            const { port } = new SharedWorker('/shared-worker.js?control');
            const heard: unknown[] = [];
            port.onmessage = ({ data }) => heard.push(data);
            port.postMessage(channels);
            await window.hostile.until(() => heard.length > 0);
            new BroadcastChannel('lunasec').postMessage(held);
            await window.hostile.until(() => heard.length > 1);
            return heard;
          },
          [names.slice(0, 2), plainText] as const,
        ),
    },
    {
      title:
        'what a frame of another site keeps, cookie and storage, is there or not there as this browser has it',
      run: async ({ context, attacker, stack, mode }) => {
        const page = await context.newPage();
        await page.goto(`${attacker.url}/page?html=<p>`);
        await page.evaluate(() => localStorage.setItem('kept', 'at home'));
        await page.goto(`${stack.appURL}/config.json`);
        const html = `<script>
          document.cookie = 'script=1; SameSite=None; Secure';
          parent.postMessage({ cookie: document.cookie, kept: localStorage.getItem('kept') }, '*');
        </script>`;
        const seen = await page.evaluate(
          (address) =>
            new Promise((resolve) => {
              window.onmessage = ({ data }) => resolve(data);
              const frame = document.createElement('iframe');
              frame.src = address;
              document.body.append(frame);
            }),
          `${attacker.url}/page?html=${encodeURIComponent(html)}`,
        );
        expect(seen).toEqual(
          mode.blocks
            ? { cookie: '', kept: null }
            : { cookie: expect.stringMatching(/attacker=1.*script=1/), kept: 'at home' },
        );
        return 'as it should be';
      },
      catches: 'as it should be',
    },
  ],
  attacks: [
    {
      title: 'a service worker that fetches the handshake again, in nine ways',
      async run(stage) {
        const told = await underControl(stage, 'try', 'entries');
        // What a worker sends is no frame's navigation any more, not even the frame's own request.
        const ways = told.filter((each) => /^\w+: \{"status"/.test(each));
        expect(ways).toHaveLength(9);
        for (const way of ways) expect(way).toContain('"status":403');
        return told;
      },
    },
    {
      title: 'a service worker that keeps the handshake in a cache',
      run: (stage) => underControl(stage, 'cache', 'cache'),
    },
    {
      title: 'a service worker for which the browser preloads the handshake: what it gets is opaque',
      async run(stage) {
        const told = await underControl(stage, 'preload', 'preload', shows);
        expect(told.join('\n')).toMatch(
          /preload: \{"status":0,"type":"opaqueredirect","url":"[^"#]*","redirected":false,"headers":\[\],"body":""\}/,
        );
        return told;
      },
    },
    {
      title: 'a service worker that answers the handshake with a page of its own',
      run: (stage) =>
        underControl(stage, 'own page', 'asked', async (page) => {
          await page.evaluate(() =>
            window.hostile.until(() => window.hostile.loot.some(({ source }) => source === 'fake')),
          );
          await page.evaluate(() => window.hostile.wait(400));
          const loot = await page.evaluate(() => window.hostile.loot);
          // Its own name, and no port.
          const fake = loot.filter(({ source }) => source === 'fake').map(({ content }) => content);
          expect(fake).toEqual(['lunasec-controller']);
          return loot;
        }),
    },
    {
      title: 'a service worker that has browsers report on the page: policy, openers, network errors',
      async run(stage) {
        const told = await underControl(stage, 'report', 'asked', shows);
        const isReported = () => stage.attacker.requests.some((request) => request.includes('/csp'));
        for (let tries = 0; tries < 100 && !isReported(); tries++) await stage.page.waitForTimeout(25);
        expect(isReported()).toBe(true);
        return told;
      },
    },
    {
      title: 'a shared worker, channels and storage events of the names that frames might use',
      async run(stage) {
        const page = await stage.open('?values', (each) =>
          each.addInitScript((channels) => {
            if (window !== window.top) return;
            const { port } = new SharedWorker('/shared-worker.js?attack');
            port.onmessage = ({ data }) => data !== 'listening' && window.hostile.keep('shared worker', data);
            port.postMessage(channels);
            for (const name of channels)
              new BroadcastChannel(name).onmessage = ({ data }) => window.hostile.keep('channel', data);
            window.addEventListener('storage', ({ key, newValue }) =>
              window.hostile.keep('storage', [key, newValue]),
            );
          }, names),
        );
        await shows(page);
        await page.getByText('active').waitFor();
        const loot = await page.evaluate(() => window.hostile.loot);
        expect(loot.filter(({ source }) => /shared|channel/.test(source))).toEqual([]);
      },
    },
    {
      title: 'what is kept in the app’s origin: cookies, storage, databases, caches, files, locks',
      run: ({ page }) =>
        page.evaluate(async () => {
          const root = await navigator.storage.getDirectory();
          const files: unknown[] = [];
          for await (const name of (root as unknown as { keys(): AsyncIterable<string> }).keys())
            files.push(name);
          return [
            document.cookie,
            { ...localStorage },
            { ...sessionStorage },
            await indexedDB.databases(),
            await caches.keys(),
            files,
            await navigator.locks.query(),
            await (window as unknown as { cookieStore: { getAll(): Promise<unknown> } }).cookieStore.getAll(),
          ];
        }),
    },
    {
      title: 'what is kept in the frames’ own origin: nothing is, in a frame or a window of it',
      async run({ page, context, stack }) {
        await secureInput(page, 'Secret').waitFor();
        const look = async () => [
          // The attacker's own server shares the host, and so its cookies.
          document.cookie.replace(/(attacker|script)=1(; )?/g, ''),
          { ...localStorage },
          { ...sessionStorage },
          await indexedDB.databases(),
          await caches.keys(),
          window.name.replace(/^lunasec-(controller|renewal)$/, ''),
          history.state as unknown,
        ];
        const theirs = page.frames().filter((frame) => frame.url().startsWith(stack.tokenizerURL));
        const kept = await Promise.all(theirs.map((frame) => frame.evaluate(look)));
        const top = await context.newPage();
        await top.goto(`${stack.tokenizerURL}/frame/element?application=demo`);
        kept.push(await top.evaluate(look));
        for (const each of kept) expect(each).toEqual(['', {}, {}, [], [], '', null]);
        const cookies = await context.cookies(stack.tokenizerURL);
        expect(cookies.map(({ name }) => name).filter((name) => !/^(attacker|script)$/.test(name))).toEqual(
          [],
        );
      },
    },
  ],
};
