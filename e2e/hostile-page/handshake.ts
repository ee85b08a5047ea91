import { expect } from '@jest/globals';
import type { Page, Response } from 'playwright-core';
import type { Attack, AttackGroup } from './attack.js';
import { plainText } from './stage.js';
import type { Stage } from './stage.js';

const path = '/.lunasec/secure-frame';

/** Answers of the app's handshake that an attack brought about, by status. */
async function answersTo({ context, stack }: Stage, attack: () => Promise<unknown>): Promise<number[]> {
  const seen: number[] = [];
  const note = (response: Response) => {
    if (response.url() === `${stack.appURL}${path}`) seen.push(response.status());
  };
  context.on('response', note);
  await attack();
  context.off('response', note);
  return seen;
}

/** Loads the handshake as something that is no frame: the app must refuse it. */
const element = (name: string, make: (page: Page) => Promise<unknown>): Attack => ({
  title: `as ${name}`,
  async run(stage) {
    const learnt: unknown[] = [];
    const answers = await answersTo(stage, async () => learnt.push(await make(stage.page)));
    expect(answers.filter((status) => ![403, 405].includes(status))).toEqual([]);
    return learnt;
  },
});

/** Markup that loads the handshake; resolves when it has loaded or failed, with what can be seen of it. */
const markup = (page: Page, html: string) =>
  page.evaluate(async (given) => {
    const box = document.createElement('div');
    document.body.append(box);
    const made = document.createRange().createContextualFragment(given);
    const target = made.querySelector('[src], [data], [href], [srcset], [poster]')!;
    const settled = new Promise((resolve) => {
      for (const type of ['load', 'error', 'loadeddata', 'message']) target.addEventListener(type, resolve);
      setTimeout(resolve, 300);
    });
    box.append(made);
    const event = (await settled) as Event | undefined;
    const { contentDocument, sheet, innerHTML } = target as HTMLObjectElement & HTMLLinkElement;
    const seen = [event?.type, contentDocument?.documentElement.outerHTML, String(sheet), innerHTML];
    box.remove();
    return seen;
  }, html);

const markups: [string, string][] = [
  ['an image', `<img src="${path}">`],
  ['a picture', `<picture><source srcset="${path}"><img src="${path}"></picture>`],
  ['a script', `<script src="${path}"></script>`],
  ['a module', `<script type="module" src="${path}"></script>`],
  ['a style sheet', `<link rel="stylesheet" href="${path}">`],
  ['a video and its poster', `<video src="${path}" poster="${path}"></video>`],
  ['an audio', `<audio src="${path}"></audio>`],
  ['subtitles', `<video><track default src="${path}" kind="subtitles"></video>`],
  ['an object', `<object data="${path}"></object>`],
  ['an embed', `<embed src="${path}">`],
  ['an icon', `<link rel="icon" href="${path}">`],
  ['a manifest', `<link rel="manifest" href="${path}">`],
  ['what is prefetched', `<link rel="prefetch" href="${path}">`],
  ['what is preloaded', `<link rel="preload" as="fetch" crossorigin href="${path}">`],
  ['a module that is preloaded', `<link rel="modulepreload" href="${path}">`],
  ['what is prerendered', `<link rel="prerender" href="${path}">`],
  ['an SVG image', `<svg><image href="${path}" /><use href="${path}#x" /></svg>`],
  ['an input of type image', `<input type="image" src="${path}">`],
];

export const handshake: AttackGroup = {
  subject: 'of the handshake, loaded',
  quick: 'both',
  controls: [
    {
      title: 'the same fetch of an address that is not guarded can be read',
      run: ({ page }) => page.evaluate(async () => (await fetch('/config.json')).text()),
      catches: 'tokenizerURL',
    },
    {
      title: 'a frame on it is redirected, and is the only thing that is',
      run: async (stage) =>
        answersTo(stage, () =>
          stage.page.evaluate(async (address) => {
            const frame = document.createElement('iframe');
            frame.src = address;
            document.body.append(frame);
            await new Promise((resolve) => (frame.onload = resolve));
            frame.remove();
          }, path),
        ),
      catches: '303',
    },
    {
      title: 'an object on a page of the app can be read',
      run: ({ page }) =>
        page.evaluate(async (held) => {
          const object = document.createElement('object');
          object.data = URL.createObjectURL(new Blob([held], { type: 'text/html' }));
          document.body.append(object);
          await new Promise((resolve) => (object.onload = resolve));
          const seen = object.contentDocument!.body.textContent;
          object.remove();
          return seen;
        }, plainText),
    },
  ],
  attacks: [
    ...(['cors', 'no-cors', 'same-origin'] as const).map((mode): Attack => ({
      title: `with fetch in mode ${mode}: every redirect mode, credentials, cache and forged headers`,
      async run(stage) {
        const learnt: unknown[] = [];
        const answers = await answersTo(stage, async () =>
          learnt.push(
            await stage.page.evaluate(
              async ([address, requestMode]) => {
                const seen: unknown[] = [];
                const headers = {
                  'Sec-Fetch-Dest': 'iframe',
                  'Sec-Fetch-Site': 'same-origin',
                  'Sec-Fetch-Mode': 'navigate',
                  'X-HTTP-Method-Override': 'GET',
                  Purpose: 'prefetch',
                };
                for (const redirect of ['follow', 'manual', 'error'] as const)
                  for (const credentials of ['include', 'same-origin', 'omit'] as const)
                    for (const more of [{}, { headers }, { cache: 'reload' as const, keepalive: true }])
                      try {
                        const init = { mode: requestMode, redirect, credentials, ...more };
                        const response = await fetch(address, init);
                        const { status, type, url } = response;
                        seen.push([status, type, url, [...response.headers], await response.text()]);
                      } catch (error) {
                        seen.push(String(error));
                      }
                return seen;
              },
              [path, mode] as const,
            ),
          ),
        );
        expect(answers.length).toBeGreaterThan(20);
        expect(new Set(answers)).toEqual(new Set([403]));
        expect(JSON.stringify(learnt)).not.toMatch(/location|opaqueredirect/);
        return learnt;
      },
    })),
    {
      title: 'with XMLHttpRequest, EventSource, WebSocket, sendBeacon and fetchLater',
      async run(stage) {
        const learnt: unknown[] = [];
        const answers = await answersTo(stage, async () =>
          learnt.push(
            await stage.page.evaluate(async (address) => {
              const seen: unknown[] = [];
              for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS'])
                await new Promise((resolve) => {
                  const request = new XMLHttpRequest();
                  request.open(method, address);
                  request.setRequestHeader('Sec-Fetch-Dest', 'iframe');
                  request.onloadend = resolve;
                  request.send();
                  request.addEventListener('loadend', () =>
                    seen.push([request.status, request.responseURL, request.getAllResponseHeaders()]),
                  );
                });
              const source = new EventSource(address);
              await new Promise((resolve) => (source.onerror = resolve));
              source.close();
              const socket = new WebSocket(`ws://${location.host}${address}`);
              await new Promise((resolve) => (socket.onerror = resolve));
              navigator.sendBeacon(address, 'x');
              const { fetchLater } = window as unknown as { fetchLater?(url: string, init: object): unknown };
              seen.push(window.hostile.look(() => fetchLater?.(address, { activateAfter: 0 })));
              await window.hostile.wait(100);
              return seen;
            }, path),
          ),
        );
        expect(answers.length).toBeGreaterThan(4);
        expect(answers.filter((status) => ![403, 405, 404].includes(status))).toEqual([]);
        return learnt;
      },
    },
    ...markups.map(([name, html]) => element(name, (page) => markup(page, html))),
    element('what speculation rules prefetch and prerender', (page) =>
      page.evaluate(async (address) => {
        const rules = document.createElement('script');
        rules.type = 'speculationrules';
        const list = [{ source: 'list', urls: [address], eagerness: 'immediate' }];
        rules.textContent = JSON.stringify({ prefetch: list, prerender: list });
        document.head.append(rules);
        await window.hostile.wait(300);
        rules.remove();
        return performance
          .getEntriesByName(new URL(address, location.href).href)
          .map((entry) => entry.toJSON());
      }, path),
    ),
    element('a frame of a frameset, a fenced frame, a portal', (page) =>
      page.evaluate(async (address) => {
        const seen: unknown[] = [];
        const outer = document.createElement('iframe');
        outer.srcdoc = `<frameset><frame src="${address}"></frameset>`;
        document.body.append(outer);
        await new Promise((resolve) => (outer.onload = resolve));
        seen.push(window.hostile.look(() => outer.contentWindow![0]!.document.body.textContent));
        outer.remove();
        for (const name of ['fencedframe', 'portal']) {
          const made = document.createElement(name);
          made.setAttribute('src', address);
          document.body.append(made);
          await window.hostile.wait(100);
          seen.push(made.outerHTML);
          made.remove();
        }
        return seen;
      }, path),
    ),
    {
      title: 'as a style’s url(), @import, font, cursor and shape',
      async run(stage) {
        const answers = await answersTo(stage, () =>
          stage.page.evaluate(async (address) => {
            const style = document.createElement('style');
            style.textContent = `@import "${address}"; @font-face { font-family: stolen; src: url(${address}) }
              #plain-text { font-family: stolen; background: url(${address}); cursor: url(${address}), auto;
                mask: url(${address}); shape-outside: url(${address}); list-style-image: url(${address}); float: left }`;
            document.head.append(style);
            await window.hostile.wait(300);
            style.remove();
          }, path),
        );
        expect(answers.length).toBeGreaterThan(1);
        expect(new Set(answers)).toEqual(new Set([403]));
      },
    },
    {
      title: 'in a window of its own: by window.open, a link, a form, with and without an opener',
      async run(stage) {
        const { context, page } = stage;
        const learnt: string[] = [];
        const answers = await answersTo(stage, async () => {
          for (const features of ['', 'noopener', 'popup', 'noreferrer']) {
            const opened = context.waitForEvent('page');
            await page.evaluate(([address, given]) => void window.open(address, '_blank', given), [
              path,
              features,
            ] as const);
            const popup = await opened;
            await popup.waitForLoadState();
            learnt.push(popup.url(), await popup.locator('body').innerText());
            await popup.close();
          }
          const opened = context.waitForEvent('page');
          await page.evaluate((address) => {
            const form = document.createElement('form');
            form.action = address;
            form.target = '_blank';
            form.method = 'post';
            document.body.append(form);
            form.submit();
            form.remove();
          }, path);
          const popup = await opened;
          await popup.waitForLoadState();
          await popup.close();
        });
        expect(answers).toEqual([403, 403, 403, 403, 405]);
        return learnt;
      },
    },
    {
      title:
        'in a frame of its own: by src, a form’s target, a link’s target, its location, where it cannot look',
      async run({ page }) {
        const seen = await page.evaluate(async (address) => {
          const looks: unknown[] = [];
          const ways: ((frame: HTMLIFrameElement) => void)[] = [
            (frame) => (frame.src = address),
            (frame) => {
              const form = document.createElement('form');
              form.action = address;
              form.target = frame.name;
              document.body.append(form);
              form.submit();
              form.remove();
            },
            (frame) => {
              const link = document.createElement('a');
              link.href = address;
              link.target = frame.name;
              document.body.append(link);
              link.click();
              link.remove();
            },
            (frame) => (frame.contentWindow!.location.href = address),
            (frame) => window.open(address, frame.name),
          ];
          for (const [index, go] of ways.entries()) {
            const frame = document.createElement('iframe');
            frame.name = `own-${index}`;
            document.body.append(frame);
            const isAway = () => window.hostile.look(() => frame.contentWindow!.document) === 'SecurityError';
            go(frame);
            await window.hostile.until(isAway);
            looks.push([
              isAway(),
              window.hostile.look(() => frame.contentDocument),
              window.hostile.look(() => frame.contentWindow!.location.href),
              window.hostile.look(() => frame.contentWindow!.history),
              frame.src,
            ]);
            frame.remove();
          }
          return looks;
        }, path);
        for (const [isAway, ...looks] of seen as unknown[][]) {
          expect(isAway).toBe(true);
          expect(looks.slice(0, 3)).toEqual(['null', 'SecurityError', 'SecurityError']);
        }
        return seen;
      },
    },
    {
      title: 'in a frame that it stops, or looks at, at every moment of the redirect',
      run: ({ page }) =>
        page.evaluate(async (address) => {
          const seen = new Set<string>();
          for (let round = 0; round < 5; round++) {
            const frame = document.createElement('iframe');
            frame.src = address;
            document.body.append(frame);
            const until = performance.now() + 60;
            while (performance.now() < until) {
              seen.add(window.hostile.look(() => frame.contentWindow!.location.href));
              seen.add(window.hostile.look(() => frame.contentDocument?.URL));
              await new Promise((resolve) => {
                const { port1, port2 } = window.hostile.channel();
                port1.onmessage = resolve;
                port2.postMessage(0);
              });
            }
            window.hostile.look(() => frame.contentWindow!.stop());
            frame.src = 'about:blank';
            seen.add(window.hostile.look(() => frame.contentWindow!.location.href));
            frame.remove();
          }
          return [...seen];
        }, path),
    },
    {
      title: 'and reported: violations of a policy of the page’s own, performance entries, errors',
      async run({ open, attacker }) {
        const page = await open('', (each) =>
          each.addInitScript((url) => {
            if (window !== window.top) return;
            document.addEventListener('DOMContentLoaded', () => {
              const policy = document.createElement('meta');
              policy.httpEquiv = 'Content-Security-Policy';
              policy.content = `frame-src 'self'; report-uri ${url}/report`;
              document.head.append(policy);
            });
          }, attacker.url),
        );
        const found = await page.evaluate(async () => {
          await window.hostile.until(() => window.hostile.loot.some(({ source }) => source === 'violation'));
          return window.hostile.loot.filter(
            ({ source }) => source === 'violation' || source === 'performance',
          );
        });
        // The redirect is what violates it: reported is where the frame was sent first, or the other's origin.
        expect(found.some(({ source }) => source === 'violation')).toBe(true);
        return found;
      },
    },
  ],
};
