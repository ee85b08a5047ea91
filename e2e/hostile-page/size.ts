import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { secureFrame } from '../support/demo.js';
import type { AttackGroup } from './attack.js';
import type { Stage } from './stage.js';

type Own = Awaited<ReturnType<Window['hostile']['element']>>;

declare global {
  interface Window {
    /** An element in a frame of the attacker's, and the box around it. */
    own: Own & { box: HTMLElement };
  }
}

interface Wish {
  kind: string;
  attributes?: object;
  token?: string;
  frame: string;
  box?: string;
}

/** Opens a page with one element in a box of the attacker's making. */
async function openOwn({ open }: Stage, wish: Wish): Promise<Page> {
  const page = await open('');
  await page.getByText('active').waitFor();
  await page.evaluate(async ({ kind, attributes = {}, token, frame, box: style = '' }) => {
    const box = document.createElement('div');
    box.id = 'box';
    box.style.cssText = style;
    document.body.append(box);
    const place = { title: 'Own', style: `border:0;${frame}`, within: box };
    const own = await window.hostile.element({ kind, attributes }, place);
    window.own = Object.assign(own, { box });
    if (token === undefined) return;
    own.port.postMessage({ type: 'show', token });
    if (!(await window.hostile.until(() => JSON.stringify(own.heard).includes('"shown":"shown"'))))
      throw new Error('It is not shown.');
  }, wish);
  return page;
}

const field = (page: Page) => secureFrame(page, 'Own').locator('#field');

/** A box that shows a few pixels of a wide frame, and scrolls. */
const wide = { frame: 'width:3000px; height:300px', box: 'width:20px; height:12px; overflow:hidden' };
const scrolled = (page: Page) => page.evaluate(() => [window.own.box.scrollLeft, window.own.box.scrollTop]);
/** Where the box is scrolled to after each key. Frames scroll before they paint; what they ask of a page arrives a little later. */
async function scrolledAfter(
  page: Page,
  keys: string[],
  press: (key: string) => Promise<unknown>,
): Promise<string> {
  const places: string[] = [];
  for (const key of keys) {
    await press(key);
    await page.evaluate(() => window.hostile.wait(60));
    places.push(String(await scrolled(page)));
  }
  return places.join(' ');
}

const settle = (page: Page) =>
  page.evaluate(async () => {
    const { port, heard } = window.own;
    const requestId = String(Math.random());
    port.postMessage({ type: 'validate', requestId });
    await window.hostile.until(() => heard.some((message) => message.requestId === requestId));
  });

export const size: AttackGroup = {
  subject: 'of sizes and verdicts:',
  controls: [
    {
      title: 'a field of the page’s own scrolls the box around it by the width of each letter',
      run: async ({ open }) => {
        const page = await open('');
        await page.evaluate(() => {
          const box = document.createElement('div');
          box.style.cssText = 'width:20px; height:12px; overflow:hidden';
          box.innerHTML = '<input id="own" style="width:3000px">';
          document.body.append(box);
          window.own = { box } as unknown as Window['own'];
        });
        await page.locator('#own').focus();
        const places = await scrolledAfter(page, [...'mmmiiiWW'], (key) => page.keyboard.type(key));
        return new Set(places.split(' ')).size;
      },
      catches: /^[5-8]$/,
    },
    {
      title:
        'a text of the page’s own that is longer than its place takes the wheel, a shorter one leaves it to the page',
      run: async ({ open }) => {
        const page = await open('');
        await page.evaluate(() => {
          document.body.style.height = '5000px';
          for (const [id, text] of [
            ['short', 'x'],
            ['long', 'x '.repeat(500)],
          ] as const) {
            const own = document.createElement('p');
            own.id = id;
            own.textContent = text;
            own.style.cssText = 'height:40px; width:60px; overflow:auto';
            document.body.prepend(own);
          }
        });
        const moved: number[] = [];
        for (const id of ['short', 'long']) {
          await page.evaluate(() => scrollTo(0, 0));
          await page.locator(`#${id}`).hover();
          await page.mouse.wheel(0, 20);
          await page.evaluate(() => window.hostile.wait(200));
          moved.push(await page.evaluate(() => scrollY));
        }
        return moved;
      },
      catches: /^\[20,0\]$/,
    },
    {
      title: 'a verdict on what somebody types does come, and says which constraint fails',
      run: async (stage) => {
        const page = await openOwn(stage, {
          kind: 'input',
          attributes: { pattern: 'Z.*' },
          frame: 'width:200px; height:30px',
        });
        await field(page).pressSequentially('not so');
        await settle(page);
        return page.evaluate(() => window.own.heard.at(-2));
      },
      catches: '"valid":false,"invalid":"PATTERN_MISMATCH"',
    },
  ],
  attacks: [
    ...(['input', 'textarea'] as const).map((kind) => ({
      title: `where the caret of a secure ${kind} goes, by what its page scrolls, while somebody types`,
      async run(stage: Stage) {
        const page = await openOwn(stage, { kind, ...wide });
        await field(page).focus();
        const keys = [
          ...'mmiiiWWl',
          'Home',
          'End',
          'ArrowLeft',
          ...(kind === 'input' ? [] : ['Enter', 'm', 'Enter']),
        ];
        const places = await scrolledAfter(page, keys, (key) =>
          key.length > 1 ? page.keyboard.press(key) : page.keyboard.type(key),
        );
        expect(await field(page).inputValue()).toMatch(/^mm/);
        expect(new Set(places.split(' ')).size).toBe(1);
      },
    })),
    ...(['input', 'textarea'] as const).map((kind) => ({
      title: `how wide a stored value in a secure ${kind} is, by moving the focus to it, with a page’s commands and a person’s keys`,
      async run(stage: Stage) {
        const placesOf = async (token: string) => {
          const page = await openOwn(stage, { kind, token, ...wide });
          const commands = await scrolledAfter(
            page,
            ['focus', 'select', 'blur', 'focus', 'select'],
            (command) =>
              page.evaluate(
                (each) => window.own.port.postMessage({ type: 'command', command: each }),
                command,
              ),
          );
          await page.evaluate(() => window.hostile.until(() => document.activeElement === window.own.frame));
          const keys = await scrolledAfter(page, ['End', 'Home', 'Control+a', 'End', 'ArrowLeft'], (key) =>
            page.keyboard.press(key),
          );
          await page.close();
          return `${commands} ${keys}`;
        };
        // The frame's own corner is scrolled to, whatever is in it.
        const places = await placesOf(stage.tokens.shown);
        expect(new Set(places.split(' ').map((place) => place.split(',')[0]))).toEqual(new Set(['0']));
        expect(await placesOf(stage.tokens.concealed)).toBe(places);
      },
    })),
    {
      title: 'the same by scroll-padding, with the whole field in view',
      async run(stage) {
        const page = await openOwn(stage, {
          kind: 'input',
          frame: 'width:300px; height:30px',
          box: 'width:300px; height:30px; overflow:hidden; scroll-padding:0 290px 0 0',
        });
        await page.evaluate(() => {
          const more = document.createElement('div');
          more.style.cssText = 'width:3000px; height:1px';
          window.own.box.append(more);
        });
        await field(page).focus();
        const places = await scrolledAfter(page, [...'mmmiiiWWmmmmmm'], (key) => page.keyboard.type(key));
        expect(new Set(places.split(' ')).size).toBe(1);
      },
    },
    {
      title: 'whether a shown text is longer than its place, by giving it the focus',
      async run(stage) {
        const page = await openOwn(stage, {
          kind: 'paragraph',
          token: stage.tokens.shown,
          frame: 'width:800px; height:20px',
        });
        const focused = await page.evaluate(async () => {
          const { port, frame, heard } = window.own;
          for (const width of [800, 200, 50, 8]) {
            frame.style.width = `${width}px`;
            await window.hostile.wait(60);
            frame.focus();
            for (const command of ['focus', 'blur', 'select', 'focus']) {
              port.postMessage({ type: 'command', command });
              port.postMessage({ type: 'style', base: { color: `rgb(0, 0, ${width % 255})` } });
            }
            await window.hostile.wait(60);
          }
          return heard.map((message) => message.focused);
        });
        await settle(page);
        expect(focused).not.toContain(true);
        // It was longer: with the keys that a person has, it can be reached and scrolled.
        expect(await field(page).evaluate((element) => element.scrollHeight > element.clientHeight)).toBe(
          true,
        );
      },
    },
    {
      title: 'whether a value is longer than its place, by whether the wheel scrolls it or the page',
      async run(stage) {
        const moved: Record<string, number[]> = {};
        for (const kind of ['paragraph', 'textarea'])
          for (const width of [800, 8]) {
            const placed = await openOwn(stage, {
              kind,
              token: stage.tokens.shown,
              frame: `width:${width}px; height:60px`,
              box: 'position:absolute; top:0; left:0; z-index:9',
            });
            await placed.evaluate(() => (document.body.style.height = '5000px'));
            await placed.mouse.move(4, 30);
            await placed.mouse.wheel(0, 20);
            await placed.evaluate(() => window.hostile.wait(250));
            (moved[kind] ??= []).push(await placed.evaluate(() => scrollY));
            // With the focus in it, which a page can give to a control.
            await placed.evaluate(() => scrollTo(0, 0));
            await placed.evaluate(() => window.own.port.postMessage({ type: 'command', command: 'focus' }));
            await settle(placed);
            await placed.mouse.wheel(0, 20);
            await placed.evaluate(() => window.hostile.wait(250));
            moved[kind].push(await placed.evaluate(() => scrollY));
            await placed.close();
          }
        const [first, second] = [moved.paragraph!.slice(0, 2), moved.paragraph!.slice(2)];
        expect(first).toEqual([20, 20]);
        expect(second).toEqual(first);
        expect(moved.textarea!.slice(2)).toEqual(moved.textarea!.slice(0, 2));
      },
    },
    {
      title: 'the size of what is in a frame: scroll sizes, observers, frame-sizing, counted frames',
      async run(stage) {
        const measure = async (token?: string) => {
          const page = await openOwn(stage, {
            kind: 'paragraph',
            ...(token && { token }),
            frame:
              'width:40px; frame-sizing:content-height; field-sizing:content; contain-intrinsic-size:auto',
          });
          return page.evaluate(async () => {
            const { frame, heard } = window.own;
            // The last that each says; how often they do depends on the time that it takes.
            const seen: Record<string, unknown> = {};
            const resized = new ResizeObserver(([entry]) => (seen.resized = entry!.contentRect));
            resized.observe(frame);
            const crossed = new IntersectionObserver(
              ([entry]) => (seen.crossed = [entry!.rootBounds, entry!.boundingClientRect.width]),
              { threshold: [0, 0.5, 1] },
            );
            crossed.observe(frame);
            await window.hostile.wait(100);
            document.body.style.zoom = '3';
            await window.hostile.wait(100);
            const { scrollWidth, scrollHeight, clientHeight, offsetHeight } = frame;
            const texts = heard.filter(({ type }) => type !== 'state');
            return [
              seen,
              scrollWidth,
              scrollHeight,
              clientHeight,
              offsetHeight,
              frame.contentWindow!.length,
              texts,
            ];
          });
        };
        expect(await measure(stage.tokens.shown)).toEqual(await measure());
      },
    },
    {
      title: 'the size of what is loaded: performance entries of frames, their requests and answers',
      async run({ page, stack }) {
        const entries = await page.evaluate(() => [
          ...performance
            .getEntriesByType('resource')
            .map((entry) => entry.toJSON() as Record<string, unknown>),
        ]);
        const theirs = entries.filter(({ name }) => String(name).startsWith(stack.tokenizerURL));
        // The frames' pages, which are the same for everybody; of what these load, nothing.
        for (const { name, transferSize, encodedBodySize, decodedBodySize } of theirs) {
          expect(String(name)).toMatch(/\/frame\/(element|file|controller)\?application=demo(#|$)/);
          expect([transferSize, encodedBodySize, decodedBodySize]).toEqual([0, 0, 0]);
        }
        expect(entries.some(({ name }) => String(name).endsWith('/config.json'))).toBe(true);
        return entries.map(({ name }) => String(name).replace(/#.*/, ''));
      },
    },
    {
      title:
        'a stored value, by patterns, lengths and validators that it is held against: it is never judged',
      async run(stage) {
        const page = await stage.open('?values');
        await page.getByText('active').waitFor();
        const verdicts = await page.evaluate(async (token) => {
          const constraints = [
            { pattern: 'X.*' },
            { pattern: '[^X].*' },
            { maxLength: 3 },
            { minLength: 300 },
            { type: 'email' },
            { type: 'number', min: '3' },
            { mask: '###-##' },
            { required: true, pattern: 'Z' },
          ];
          const seen: unknown[] = [];
          for (const attributes of constraints) {
            const { port, heard, frame } = await window.hostile.element({
              kind: 'input',
              attributes,
              validator: 'CardNumber',
            });
            port.postMessage({ type: 'show', token });
            await window.hostile.until(() => JSON.stringify(heard).includes('"shown":"shown"'));
            for (const command of ['focus', 'select', 'blur']) port.postMessage({ type: 'command', command });
            port.postMessage({ type: 'validate', requestId: 'v' });
            await window.hostile.until(() => heard.some(({ requestId }) => requestId === 'v'));
            const after = heard.slice(heard.findIndex(({ shown }) => shown === 'shown'));
            seen.push(after.map(({ valid, invalid, dirty, rows }) => [valid, invalid, dirty, rows]).flat());
            frame.remove();
          }
          return seen;
        }, stage.tokens.shown);
        for (const verdict of verdicts) {
          expect((verdict as unknown[]).filter((each) => typeof each === 'string')).toEqual([]);
        }
        expect(new Set(verdicts.map((verdict) => JSON.stringify(verdict))).size).toBeLessThanOrEqual(2);
      },
    },
    {
      title: 'what somebody types, by asking for verdicts all the time: one in two seconds at most',
      async run(stage) {
        const page = await openOwn(stage, {
          kind: 'input',
          attributes: { pattern: '(..)*' },
          frame: 'width:200px; height:30px',
        });
        await page.evaluate(() => {
          const { port } = window.own;
          let id = 0;
          setInterval(() => {
            port.postMessage({ type: 'validate', requestId: String(++id) });
            for (const command of ['blur', 'focus']) port.postMessage({ type: 'command', command });
          }, 10);
        });
        const began = Date.now();
        // Each key makes it valid or invalid in turn.
        for (const key of 'abababababababab') {
          await field(page).pressSequentially(key);
          await page.evaluate(() => window.hostile.wait(100));
        }
        const took = Date.now() - began;
        const flips = await page.evaluate(() => {
          const verdicts = window.own.heard.filter(({ type }) => type === 'state').map(({ valid }) => valid);
          return verdicts.filter((valid, index) => index > 0 && valid !== verdicts[index - 1]).length;
        });
        expect(flips).toBeLessThanOrEqual(Math.floor(took / 2000) + 1);
      },
    },
    {
      title: 'what somebody types, by other constraints than the first: they do not count',
      async run(stage) {
        const page = await openOwn(stage, { kind: 'input', frame: 'width:200px; height:30px' });
        await field(page).pressSequentially('anything');
        await settle(page);
        const heard = await page.evaluate(async () => {
          const { port, heard } = window.own;
          const before = heard.length;
          for (const attributes of [
            { pattern: 'Z' },
            { maxLength: 1 },
            { type: 'email' },
            { mask: '#' },
            { min: '9' },
          ])
            port.postMessage({ type: 'configure', kind: 'input', attributes, validator: 'IBAN' });
          port.postMessage({ type: 'validate', requestId: 'v' });
          await window.hostile.until(() => heard.some(({ requestId }) => requestId === 'v'));
          return heard.slice(before);
        });
        expect(heard).toEqual([{ type: 'validated', requestId: 'v', valid: true }]);
      },
    },
    {
      title: 'the lines of a text area: those that somebody types, as admitted; of a stored value none',
      async run(stage) {
        const attributes = { rows: 2, maxRows: 6 };
        const typed = await openOwn(stage, {
          kind: 'textarea',
          attributes,
          frame: 'width:300px; height:90px',
        });
        await field(typed).fill('m\nm\nm\nm');
        await settle(typed);
        expect(
          await typed.evaluate(() => window.own.heard.findLast(({ type }) => type === 'state')?.rows),
        ).toBe(4);
        const stored = await openOwn(stage, {
          kind: 'textarea',
          attributes,
          token: stage.tokens.shown,
          frame: 'width:300px; height:90px',
        });
        const rows = await stored.evaluate(async () => {
          const { port, frame, heard } = window.own;
          for (const width of [300, 60, 10]) {
            frame.style.width = `${width}px`;
            for (const command of ['focus', 'select', 'blur']) port.postMessage({ type: 'command', command });
            port.postMessage({ type: 'style', base: { 'font-size': `${width}px` } });
            await window.hostile.wait(80);
          }
          return heard.map((message) => message.rows);
        });
        expect(new Set(rows.filter((count) => count !== undefined))).toEqual(new Set([2]));
      },
    },
  ],
};
