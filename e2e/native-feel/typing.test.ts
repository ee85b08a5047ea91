import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { fixtureApp } from '../fixture/server.js';
import { launchBrowser } from '../support/browser.js';
import { bundleFixture } from '../support/bundle.js';
import { startStack, type Stack } from '../support/stack.js';
import { fieldIn } from './fields.js';

describe('secure fields behave like plain ones', () => {
  let stack: Stack;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture('native-feel/web')) });
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: { width: 900, height: 700 } });
    context.setDefaultTimeout(10_000);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await context.newPage();
    await page.goto(`${stack.appURL}/log-in?as=typist`);
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  beforeEach(async () => {
    await page.goto(`${stack.appURL}/?form`);
    await field('Far').waitFor();
    await field('Card number').waitFor();
  });

  const field = (name: string) => fieldIn(page, name);
  const value = (name: string) => field(name).inputValue();
  const selection = (name: string) =>
    field(name).evaluate((element) => {
      const { selectionStart, selectionEnd } = element as HTMLInputElement;
      return [selectionStart, selectionEnd];
    });
  /** Title of the frame, or id or text of the element, that has the focus. */
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement!;
      return element.getAttribute('title') ?? (element.id || element.textContent);
    });
  const isFocused = (name: string) =>
    field(name).evaluate((element) => document.activeElement === element && document.hasFocus());

  test('Tab goes through plain and secure fields in their order, Shift+Tab back', async () => {
    await page.locator('#name').focus();
    const order = ['Card number', 'Email', 'city', 'Notes', 'Hebrew', 'In the fieldset', 'Lock', 'Send'];
    for (const name of order) {
      await page.keyboard.press('Tab');
      await until(async () => (await focused()) === name, `Tab to ${name}`);
      if (!['city', 'Lock', 'Send'].includes(name)) await until(() => isFocused(name), `a caret in ${name}`);
    }
    for (const name of [...order.slice(0, -1).reverse(), 'name']) {
      await page.keyboard.press('Shift+Tab');
      await until(async () => (await focused()) === name, `Shift+Tab to ${name}`);
    }
  });

  test.each([
    ['a label that names it', 'Card number'],
    ['a label around it', 'Email'],
    ['the label of a text area', 'Notes'],
  ])('a click on %s puts the caret into it', async (_what, name) => {
    await page.locator('label', { hasText: name }).click({ position: { x: 4, y: 8 } });
    await until(() => isFocused(name));
    await page.keyboard.type('typed');
    expect(await value(name)).toBe('typed');
  });

  test('typing, caret, selection and double click', async () => {
    await field('Email').click();
    await page.keyboard.type('ada lovelace');
    await page.keyboard.press('Home');
    expect(await selection('Email')).toEqual([null, null]);
    await field('Card number').click();
    await page.keyboard.type('one two three');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    expect(await selection('Card number')).toEqual([1, 1]);
    await page.keyboard.press('Shift+End');
    expect(await selection('Card number')).toEqual([1, 13]);
    await page.keyboard.press('Control+a');
    expect(await selection('Card number')).toEqual([0, 13]);
    await field('Card number').dblclick({ position: { x: 12, y: 10 } });
    const [start, end] = await selection('Card number');
    expect([start, [3, 4].includes(end!)]).toEqual([0, true]);
    await page.keyboard.type('1');
    expect(await value('Card number')).toMatch(/^1 ?two three$/);
  });

  test('copy, cut, paste, undo and redo', async () => {
    await field('Card number').click();
    await page.keyboard.type('4711');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+x');
    expect(await value('Card number')).toBe('');
    await page.keyboard.press('Control+v');
    await page.keyboard.press('Control+v');
    expect(await value('Card number')).toBe('47114711');
    await page.keyboard.press('Control+z');
    expect(await value('Card number')).toBe('4711');
    await page.keyboard.press('Control+Shift+z');
    expect(await value('Card number')).toBe('47114711');
    await page.locator('#city').focus();
    await page.keyboard.press('Control+v');
    expect(await page.locator('#city').inputValue()).toBe('4711');
  });

  test('what keyboards, autofill and spelling need arrives at the real element', async () => {
    const attributes = await field('Card number').evaluate((element) =>
      Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
    );
    expect(attributes).toMatchObject({
      inputmode: 'numeric',
      autocomplete: 'cc-number',
      enterkeyhint: 'next',
      placeholder: '0000 0000',
    });
    expect(await field('Email').getAttribute('autocomplete')).toBe('email');
    expect(await field('Email').getAttribute('type')).toBe('email');
  });

  test('Enter submits the form; a required field that is empty stops it and gets the focus', async () => {
    await field('Email').click();
    await page.keyboard.press('Enter');
    await page.getByText('VALIDATION_FAILED').waitFor();
    await until(() => isFocused('Card number'));
    await page.keyboard.type('4711');
    await page.keyboard.press('Enter');
    await page.getByText('submitted').waitFor();
  });

  test('Enter in a text area is a new line', async () => {
    await field('Notes').click();
    await page.keyboard.type('one\ntwo');
    expect(await value('Notes')).toBe('one\ntwo');
    expect(await page.locator('output').textContent()).toBe('editing');
  });

  test('a disabled fieldset disables the field inside, and gives it back', async () => {
    const inside = field('In the fieldset');
    expect(await inside.isDisabled()).toBe(false);
    await page.getByRole('button', { name: 'Lock' }).click();
    await until(() => inside.isDisabled());
    await page.locator('#city').focus();
    const passed: (string | null)[] = [];
    for (let step = 0; step < 3; step++) {
      await page.keyboard.press('Tab');
      passed.push(await focused());
    }
    expect(passed).not.toContain('In the fieldset');
    await page.getByRole('button', { name: 'Lock' }).click();
    await until(async () => !(await inside.isDisabled()));
  });

  test('right to left: text begins at the right, and the caret moves with it', async () => {
    const hebrew = field('Hebrew');
    expect(await hebrew.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
    await hebrew.click();
    await page.keyboard.type('שלום');
    await page.keyboard.press('ArrowRight');
    expect(await selection('Hebrew')).toEqual([3, 3]);
    expect(await hebrew.getAttribute('lang')).toBe('he');
  });

  test('autoFocus puts the caret into the field when it appears', async () => {
    await page.getByRole('button', { name: 'More' }).click();
    await until(() => isFocused('More'));
    await page.keyboard.type('typed');
    expect(await value('More')).toBe('typed');
  });

  test('what is hidden with what is around it is not seen', async () => {
    const frame = page.locator('iframe[title="Notes"]');
    expect(await frame.isVisible()).toBe(true);
    await page.locator('form').evaluate((form) => (form.style.visibility = 'hidden'));
    expect(await frame.isVisible()).toBe(false);
  });

  test('the pointer over the frame is over the field, for the styles of the page', async () => {
    // In one process with the page: there, DevTools tell frames and pages what the browser tells them otherwise.
    const shared = await launchBrowser([
      '--disable-site-isolation-trials',
      '--disable-features=IsolateOrigins,site-per-process',
    ]);
    try {
      const other = await shared.newPage();
      await other.goto(`${stack.appURL}/log-in?as=pointer`);
      await other.goto(`${stack.appURL}/?form`);
      await fieldIn(other, 'Notes').hover();
      const twin = other.locator('#notes');
      await until(() => twin.evaluate((element) => element.hasAttribute('data-lunasec-hovered')));
      await other.mouse.move(0, 0);
      await until(() => twin.evaluate((element) => !element.hasAttribute('data-lunasec-hovered')));
    } finally {
      await shared.close();
    }
  });

  test('the look follows the window, paper and the wishes of the person', async () => {
    const notes = field('Notes');
    const look = (name: 'width' | 'color' | 'borderTopStyle') =>
      notes.evaluate((element, property) => getComputedStyle(element)[property], name);
    await page.addStyleTag({
      content: `#notes { width: 50vw; box-sizing: border-box; color: rgb(1, 2, 3); }
        @media print { #notes { border: 1px dotted; } }
        @media (prefers-color-scheme: dark) { #notes { color: rgb(4, 5, 6); } }
        @media (prefers-reduced-motion: reduce) { #notes { color: rgb(7, 8, 9); } }`,
    });
    await until(async () => (await look('width')) === '450px');
    await page.setViewportSize({ width: 600, height: 700 });
    await until(async () => (await look('width')) === '300px');
    await page.setViewportSize({ width: 900, height: 700 });
    expect(await look('color')).toBe('rgb(1, 2, 3)');
    await page.emulateMedia({ colorScheme: 'dark' });
    await until(async () => (await look('color')) === 'rgb(4, 5, 6)');
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await until(async () => (await look('color')) === 'rgb(7, 8, 9)');
    await page.emulateMedia({ reducedMotion: 'no-preference', media: 'print' });
    await until(async () => (await look('borderTopStyle')) === 'dotted');
    await page.emulateMedia({ media: 'screen' });
    await until(async () => (await look('borderTopStyle')) !== 'dotted');
  });

  test('assistive technology is told name, description, value required and invalid', async () => {
    await field('Email').click();
    await page.keyboard.press('Enter');
    await page.getByText('VALIDATION_FAILED').waitFor();
    await until(async () =>
      ((await field('Card number').getAttribute('aria-description')) ?? '').includes('Enter the number'),
    );
    const card = (await accessibilityTree(page)).find(({ name }) => name === 'Card number');
    expect(card).toEqual({
      role: 'textbox',
      name: 'Card number',
      description: 'Sixteen digits. Enter the number of your card.',
      required: true,
      invalid: 'true',
    });
  });

  test('nothing of the twin is in the accessibility tree: each field once', async () => {
    const names = (await accessibilityTree(page)).map(({ name }) => name);
    for (const name of ['Card number', 'Email', 'Notes', 'Hebrew', 'In the fieldset'])
      expect([name, names.filter((other) => other === name).length]).toEqual([name, 1]);
  });
});

async function until(condition: () => Promise<boolean>, what = 'it'): Promise<void> {
  for (
    const deadline = Date.now() + 10_000;
    Date.now() < deadline;
    await new Promise((next) => setTimeout(next, 30))
  )
    if (await condition()) return;
  throw new Error(`Waited in vain for ${what}.`);
}

interface Node {
  role: string;
  name: string;
  description: string | undefined;
  required: boolean;
  invalid: string | undefined;
}

/** The text fields that a screen reader finds on a page and in its frames. */
async function accessibilityTree(page: Page): Promise<Node[]> {
  const nodes: Node[] = [];
  for (const frame of page.frames()) {
    const session: CDPSession | undefined = await page
      .context()
      .newCDPSession(frame === page.mainFrame() ? page : frame)
      .catch(() => undefined);
    if (!session) continue;
    const { nodes: found } = await session.send('Accessibility.getFullAXTree');
    await session.detach();
    for (const { ignored, role, name, description, properties = [] } of found) {
      if (ignored || role?.value !== 'textbox') continue;
      const property = (wanted: string) =>
        properties.find((each) => each.name === wanted)?.value.value as unknown;
      nodes.push({
        role: String(role.value),
        name: String(name?.value ?? ''),
        description: description?.value as string | undefined,
        required: property('required') === true,
        invalid: property('invalid') as string | undefined,
      });
    }
  }
  return nodes;
}
