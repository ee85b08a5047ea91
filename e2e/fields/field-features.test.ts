import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { fixtureApp } from '../fixture/server.js';
import { launchBrowser } from '../support/browser.js';
import { bundleFixture } from '../support/bundle.js';
import { save, secureFrame } from '../support/demo.js';
import { startStack, type Stack } from '../support/stack.js';

const ssn = '078-05-1120';
const hidden = '•••-••-1120';

declare global {
  interface Window {
    /** Every message that a frame sent to the page. */
    heard: { type: string; rows?: number }[];
  }
}

/** What a script of the page hears that listens to every line to a frame. */
function listen() {
  window.heard = [];
  const Channel = MessageChannel;
  window.MessageChannel = class extends Channel {
    constructor() {
      super();
      this.port1.addEventListener('message', ({ data }) => {
        // React wakes itself up through one as well, with null.
        if (data) window.heard.push(data);
      });
    }
  };
}

describe('text inside the frame, in a real browser', () => {
  let stack: Stack;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture('fields/web')) });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  beforeEach(async () => {
    context = await browser.newContext();
    await context.addInitScript(listen);
    page = await context.newPage();
    await page.goto(`${stack.appURL}/log-in?as=anybody`);
  });
  afterEach(async () => {
    await context.close();
  });

  const open = (...fields: object[]) =>
    page.goto(`${stack.appURL}/?fields=${encodeURIComponent(JSON.stringify(fields))}`);
  const field = (name: string) => secureFrame(page, name).locator('#field');
  const cover = (name: string) => secureFrame(page, name).locator('#cover');
  const button = (name: string, label: string) =>
    secureFrame(page, name).getByRole('button', { name: label, exact: true });
  const heard = () => page.evaluate(() => JSON.stringify(window.heard));

  /** The text of a control with `|` for the caret, or `[…]` for a selection. */
  const marked = (of: Locator) =>
    of.evaluate((element) => {
      const { value, selectionStart, selectionEnd } = element as HTMLInputElement;
      const [start, end] = [selectionStart!, selectionEnd!];
      if (start === end) return `${value.slice(0, start)}|${value.slice(end)}`;
      return `${value.slice(0, start)}[${value.slice(start, end)}]${value.slice(end)}`;
    });
  const place = (of: Locator, start: number, end = start) =>
    of.evaluate(
      (element, [from, to]) => (element as HTMLInputElement).setSelectionRange(from!, to!),
      [start, end],
    );

  /** Stores a value and returns its place among all stored. */
  async function store(text: string): Promise<number> {
    await open({ kind: 'textarea', 'aria-label': 'Value' });
    await field('Value').fill(text);
    await save(page);
    const saved = await page.getByText(/^saved \d+$/).innerText();
    return Number(saved.slice(6)) - 1;
  }

  describe('a mask', () => {
    const masked = { kind: 'input', 'aria-label': 'SSN', mask: '###-##-####' };

    test('gives form to what is typed, and to what is put in between', async () => {
      await open(masked);
      const input = field('SSN');
      expect(await input.getAttribute('inputmode')).toBe('numeric');
      await input.pressSequentially('07805');
      expect(await marked(input)).toBe('078-05|');
      await place(input, 1);
      await input.press('9');
      expect(await marked(input)).toBe('09|7-80-5');
      await input.press('x');
      expect(await marked(input)).toBe('09|7-80-5');
      await input.press('8');
      expect(await marked(input)).toBe('098|-78-05');
      await input.press('-');
      expect(await marked(input)).toBe('098-|78-05');
    });

    test('is passed over by deletion, backward and forward', async () => {
      await open(masked);
      const input = field('SSN');
      await input.pressSequentially('078051120');
      await place(input, 4);
      await input.press('Backspace');
      expect(await marked(input)).toBe('07|0-51-120');
      await place(input, 3);
      await input.press('Delete');
      expect(await marked(input)).toBe('070|-11-20');
      await place(input, 1, 5);
      await input.press('Backspace');
      expect(await marked(input)).toBe('0|12-0');
      await input.press('ControlOrMeta+a');
      await input.press('Delete');
      expect(await marked(input)).toBe('|');
    });

    test('gives form to words deleted, to what is pasted, and to what is filled in', async () => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await open(masked, { kind: 'input', 'aria-label': 'Other' });
      const input = field('SSN');
      await field('Other').pressSequentially('SSN: 078 05 1120 99');
      await field('Other').press('ControlOrMeta+a');
      await field('Other').press('ControlOrMeta+c');
      await input.focus();
      await input.press('ControlOrMeta+v');
      expect(await marked(input)).toBe('078-05-1120|');
      await place(input, 6);
      await input.press('Control+Backspace');
      expect(await marked(input)).toBe('078-|11-20');
      await input.fill('219099999');
      expect(await input.inputValue()).toBe('219-09-9999');
    });

    test('keeps the way back', async () => {
      await open(masked);
      const input = field('SSN');
      const texts = [''];
      for (const key of '0780511') {
        await input.press(key);
        texts.push(await input.inputValue());
      }
      await place(input, 1);
      await input.press('9');
      texts.push(await input.inputValue());
      expect(texts.at(-1)).toBe('097-80-511');
      // Browsers take back several keys at once, but only to what was there.
      const back: string[] = [];
      for (let times = 0; times < 12; times++) {
        await input.press('ControlOrMeta+z');
        back.push(await input.inputValue());
      }
      expect(back[0]).toBe('078-05-11');
      expect(back.at(-1)).toBe('');
      for (const text of back) expect(texts).toContain(text);
      for (let times = 0; times < 12; times++) await input.press('ControlOrMeta+Shift+z');
      expect(await input.inputValue()).toBe('097-80-511');
    });

    test('waits for an input method', async () => {
      await open(masked);
      const input = field('SSN');
      await input.pressSequentially('078');
      const frame = page.frames().find((each) => each.url().includes('/frame/element'))!;
      const devtools = await context.newCDPSession(frame).catch(() => context.newCDPSession(page));
      await devtools.send('Input.imeSetComposition', { text: '０', selectionStart: 1, selectionEnd: 1 });
      expect(await input.inputValue()).toBe('078０');
      await devtools.send('Input.insertText', { text: '０' });
      expect(await marked(input)).toBe('078-0|');
    });

    test('is in what is stored', async () => {
      await open(masked);
      await field('SSN').pressSequentially('078051120');
      await save(page);
      const saved = await page.getByText(/^saved \d+$/).innerText();
      await open({ kind: 'paragraph', 'aria-label': 'Value', stored: Number(saved.slice(6)) - 1 });
      await field('Value').filter({ hasText: ssn }).waitFor();
    });
  });

  describe('a concealed value', () => {
    let stored: number;
    beforeEach(async () => {
      stored = await store(ssn);
    });
    const concealed = { kind: 'paragraph', 'aria-label': 'Value', conceal: 4 };

    test('is in the frame only in part, until a person reveals it; then hides again', async () => {
      await open({ ...concealed, stored, revealable: true, hideAfter: 1 });
      await field('Value').filter({ hasText: hidden }).waitFor();
      await button('Value', 'Show').click();
      expect(await field('Value').innerText()).toBe(ssn);
      await field('Value').filter({ hasText: hidden }).waitFor();
      // By the keyboard too, until the window is left.
      await button('Value', 'Show').press('Enter');
      expect(await field('Value').innerText()).toBe(ssn);
      await page.getByRole('button', { name: 'Save' }).focus();
      expect(await field('Value').innerText()).toBe(hidden);
    });

    test('is not for the page to reveal, whatever it sends to the frame', async () => {
      await open({ ...concealed, stored, revealable: true, copyable: true });
      await field('Value').filter({ hasText: hidden }).waitFor();
      await page.evaluate(() => {
        const frame = document.querySelector<HTMLIFrameElement>('iframe[title="Value"]')!;
        for (const type of ['reveal', 'toggle', 'click', 'command', 'copy'])
          frame.contentWindow!.postMessage({ type, lunasec: 1, command: 'reveal' }, '*');
        frame.focus();
        frame.click();
        for (const type of ['mousedown', 'click', 'keydown', 'focus'])
          frame.dispatchEvent(new MouseEvent(type, { bubbles: true }));
      });
      // What a script inside the frame could do, were there one.
      await button('Value', 'Show').evaluate((element) => (element as HTMLButtonElement).click());
      expect(await field('Value').innerText()).toBe(hidden);
    });

    test.each([
      ['delegated', false],
      ['not delegated', true],
    ])('is copied as it is, with the clipboard %s to the frame', async (_, isWithheld) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      if (isWithheld)
        await page.addInitScript(() =>
          Object.defineProperty(HTMLIFrameElement.prototype, 'allow', { set: () => undefined }),
        );
      await open({ ...concealed, stored, copyable: true, labels: { copy: 'Kopieren', copied: 'Kopiert' } });
      await field('Value').filter({ hasText: hidden }).waitFor();
      const frame = page.locator('iframe[title="Value"]');
      expect(await frame.getAttribute('allow')).toBe(isWithheld ? null : 'clipboard-write');
      await button('Value', 'Kopieren').click();
      await secureFrame(page, 'Value').getByRole('status').filter({ hasText: 'Kopiert' }).waitFor();
      await page.getByRole('button', { name: 'Save' }).focus();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(ssn);
      expect(await field('Value').innerText()).toBe(hidden);
    });

    test('is covered in an input, but while somebody edits it', async () => {
      await open({ kind: 'input', 'aria-label': 'Before' }, { ...concealed, kind: 'input', stored });
      const input = field('Value');
      await cover('Value').waitFor();
      expect(await cover('Value').inputValue()).toBe(hidden);
      expect(await input.inputValue()).toBe(ssn);
      // Passing by shows nothing.
      await field('Before').focus();
      await page.keyboard.press('Tab');
      expect(await input.evaluate((element) => element === document.activeElement)).toBe(true);
      expect(await cover('Value').count()).toBe(1);
      await page.keyboard.press('End');
      expect(await cover('Value').count()).toBe(0);
      await page.keyboard.press('Backspace');
      await page.keyboard.press('Tab');
      expect(await cover('Value').inputValue()).toBe('•••-•5-112');
      await input.click();
      expect(await cover('Value').count()).toBe(0);
      await page.keyboard.press('ControlOrMeta+z');
      expect(await input.inputValue()).toBe(ssn);
    });

    test.each(['paragraph', 'input'])('ends where it ends, also in a right-to-left %s', async (kind) => {
      await open({ ...concealed, kind, stored, dir: 'rtl' });
      const shown = kind === 'input' ? cover('Value') : field('Value');
      await shown.waitFor();
      await expectSoon(
        () => shown.evaluate((element) => (element as HTMLInputElement).value ?? element.textContent),
        [...hidden].map((sign) => (sign === '•' ? '\u200e•' : sign)).join(''),
      );
      if (kind === 'input') return;
      const [first, last] = await shown.evaluate((element) => {
        const text = element.firstChild as Text;
        return [1, text.length - 1].map((at) => {
          const range = document.createRange();
          range.setStart(text, at);
          range.setEnd(text, at + 1);
          return range.getBoundingClientRect().x;
        });
      });
      expect(first).toBeLessThan(last!);
    });

    test('paints nothing of what is covered, also where somebody has selected it', async () => {
      await open({ ...concealed, kind: 'input', stored });
      await cover('Value').waitFor();
      const input = field('Value');
      // What a frame of another site paints reaches the screen when it reaches it: looks until nothing moves.
      const looks = async () => {
        for (let before = ''; ;) {
          await input.evaluate(
            () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
          );
          const now = createHash('sha256')
            .update(await page.screenshot())
            .digest('hex');
          if (now === before) return now;
          before = now;
        }
      };
      const change = (text: string) =>
        input.evaluate((element, value) => {
          (element as HTMLInputElement).value = value;
        }, text);
      await input.evaluate((element) => {
        element.focus();
        element.style.caretColor = 'transparent';
      });
      for (const selection of [0, 11]) {
        await place(input, 0, selection);
        const before = await looks();
        // Behind the cover, unseen by it: as long, and wholly other letters.
        await change('W#@.......i');
        await place(input, 0, selection);
        expect(await looks()).toBe(before);
        await change(ssn);
      }
    });
  });

  test('a password is shown for as long as somebody wants', async () => {
    await open({ kind: 'input', 'aria-label': 'Password', type: 'password', revealable: true });
    const input = field('Password');
    expect(await button('Password', 'Show').count()).toBe(0);
    await input.pressSequentially('correct horse');
    await button('Password', 'Show').click();
    expect(await input.getAttribute('type')).toBe('text');
    expect(await input.inputValue()).toBe('correct horse');
    // Somebody who types goes on.
    expect(await input.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('End');
    await page.keyboard.type(' battery');
    await button('Password', 'Hide').click();
    expect(await input.getAttribute('type')).toBe('password');
    expect(await input.inputValue()).toBe('correct horse battery');
  });

  describe('the buttons', () => {
    test.each(['ltr', 'rtl'] as const)('stand at the end of %s text and take no room of it', async (dir) => {
      await open({ kind: 'input', 'aria-label': 'Field', dir, copyable: true, conceal: 0, revealable: true });
      await field('Field').fill('M'.repeat(60));
      const box = (await field('Field').boundingBox())!;
      const copy = (await button('Field', 'Copy').boundingBox())!;
      const show = (await button('Field', 'Show').boundingBox())!;
      const padding = await field('Field').evaluate((element) => {
        const { paddingLeft, paddingRight } = getComputedStyle(element);
        return { left: parseFloat(paddingLeft), right: parseFloat(paddingRight) };
      });
      for (const { width, height, y } of [copy, show]) {
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(24);
        expect(y).toBeGreaterThanOrEqual(box.y);
        expect(y + height).toBeLessThanOrEqual(box.y + box.height + 0.5);
      }
      if (dir === 'ltr') {
        expect(show.x).toBeGreaterThanOrEqual(box.x + box.width - padding.right);
        expect(copy.x).toBeGreaterThan(show.x);
      } else {
        expect(show.x + show.width).toBeLessThanOrEqual(box.x + padding.left);
        expect(copy.x).toBeLessThan(show.x);
      }
    });

    test('are reached from the field by the keyboard, and have a ring of their own', async () => {
      await open({ kind: 'input', 'aria-label': 'Field', copyable: true });
      await field('Field').pressSequentially('a');
      await page.keyboard.press('Tab');
      const copy = button('Field', 'Copy');
      expect(await copy.evaluate((element) => element === document.activeElement)).toBe(true);
      expect(await copy.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
    });

    test('have the colour of the text, dark and light', async () => {
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        await open({ kind: 'input', 'aria-label': 'Field', copyable: true });
        await field('Field').fill('a');
        const colorOf = (locator: Locator, name: string) =>
          locator.evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name);
        const color = await colorOf(field('Field'), 'color');
        expect(color).toBe(colorScheme === 'dark' ? 'rgb(255, 255, 255)' : 'rgb(0, 0, 0)');
        expect(await colorOf(button('Field', 'Copy').locator('svg'), 'stroke')).toBe(color);
      }
    });

    test('and covers do without colours and motion where somebody wants that', async () => {
      await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
      await open({ kind: 'input', 'aria-label': 'Field', conceal: 0, copyable: true });
      await field('Field').fill('secret');
      await field('Field').blur();
      await cover('Field').waitFor({ state: 'attached' });
      expect(await cover('Field').isVisible()).toBe(false);
      expect(
        await field('Field').evaluate((element) =>
          getComputedStyle(element).getPropertyValue('-webkit-text-security'),
        ),
      ).toBe('disc');
      expect(
        await button('Field', 'Copy').evaluate((element) => getComputedStyle(element).transitionDuration),
      ).toBe('0s');
    });
  });

  describe('a text area that grows', () => {
    const area = { kind: 'textarea', 'aria-label': 'Notes', rows: 2, maxRows: 5 };
    const height = async () => (await page.locator('iframe[title="Notes"]').boundingBox())!.height;
    const line = 24;

    test('has the lines of what somebody types, within limits, and no scrollbar until then', async () => {
      await open(area);
      const notes = field('Notes');
      await notes.fill('one');
      const least = await height();
      for (const [lines, more] of [
        [2, 0],
        [4, 2],
        [5, 3],
        [9, 3],
        [3, 1],
        [1, 0],
      ] as const) {
        await notes.fill(Array(lines).fill('x').join('\n'));
        await expectSoon(async () => Math.round((await height()) - least), more * line);
        const hidesSome = await notes.evaluate((element) => element.scrollHeight > element.clientHeight);
        expect(hidesSome).toBe(lines > 5);
      }
      // Lines that wrap count as well.
      await notes.fill('word '.repeat(40));
      await expectSoon(async () => Math.round((await height()) - least), 3 * line);
    });

    test('tells the page nothing about a stored value, at whatever width', async () => {
      const stored = await store('word '.repeat(100));
      await open({ ...area, stored });
      await expectSoon(async () => (await field('Notes').inputValue()).length, 500);
      for (const width of [1000, 300, 60])
        await page.evaluate(async (pixels) => {
          const twin = document.querySelector<HTMLElement>('textarea')!;
          twin.style.width = `${pixels}px`;
          dispatchEvent(new Event('resize'));
          await new Promise((resolve) => setTimeout(resolve, 200));
        }, width);
      const rows = await page.evaluate(() =>
        window.heard.filter(({ type }) => type === 'state').map((state) => state.rows),
      );
      expect(rows.length).toBeGreaterThan(1);
      expect(new Set(rows)).toEqual(new Set([2]));
    });
  });

  test('of all this the page learns a verdict and states, never a text', async () => {
    const labels = { reveal: 'Zeigen', hide: 'Verbergen' };
    await open({
      kind: 'input',
      'aria-label': 'Field',
      mask: '###-##-####',
      conceal: 4,
      revealable: true,
      copyable: true,
      validator: 'SSN',
      labels,
    });
    const input = field('Field');
    await input.pressSequentially('078050000');
    await input.blur();
    await expectSoon(async () => (await heard()).includes('VALIDATOR_MISMATCH'), true);
    await button('Field', 'Zeigen').click();
    await button('Field', 'Copy').click();
    await input.fill('');
    await input.pressSequentially(ssn);
    await button('Field', 'Verbergen').click();
    await save(page);
    await page.getByText(/^saved \d+$/).waitFor();
    expect(await heard()).toContain('"tokenized"');
    expect(await heard()).not.toMatch(/078|1120|reveal|copy|Zeigen/);
  });
});

async function expectSoon<T>(read: () => Promise<T>, wanted: T): Promise<void> {
  const deadline = Date.now() + 5000;
  while (Date.now() < deadline && (await read()) !== wanted) await new Promise((go) => setTimeout(go, 20));
  expect(await read()).toBe(wanted);
}
