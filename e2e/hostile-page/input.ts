import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { secureFrame, secureInput, shownText } from '../support/demo.js';
import type { AttackGroup } from './attack.js';
import { plainText, texts } from './stage.js';

const keysHeard = (page: Page) => page.evaluate(() => ({ ...window.hostile.keys }));

const middleOf = async (page: Page, label: string) => {
  const { x, y, width, height } = (await page.locator(`iframe[title="${label}"]`).boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
};

/** Puts something of the page's over a frame, or makes the frame look like it, so that a click goes astray. */
const disguise = (page: Page, label: string, style: string, lure: string) =>
  page.evaluate(
    ([name, css, html]) => {
      const host = window.hostile.frame(name).parentElement!;
      host.style.cssText += css;
      const over = document.createElement('div');
      over.id = 'lure';
      over.innerHTML = html;
      over.style.cssText = 'position:absolute; inset:0; pointer-events:none; background:#fff; z-index:9';
      host.append(over);
    },
    [label, style, lure] as const,
  );

/** Drags what is selected at one place to another, with the mouse. */
async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let step = 1; step <= 8; step++)
    await page.mouse.move(from.x + ((to.x - from.x) * step) / 8, from.y + ((to.y - from.y) * step) / 8);
  await page.mouse.up();
}

export const input: AttackGroup = {
  subject: 'of keys, focus, clipboard, drags and clicks',
  controls: [
    {
      title: 'the listeners hear what is typed into the page’s own field, sign by sign',
      run: ({ page }) => keysHeard(page).then(({ keydown, beforeinput }) => `${keydown} ${beforeinput}`),
    },
    {
      title: 'they hear what is copied and what is pasted in it',
      run: async ({ page }) => {
        await page.locator('#plain').focus();
        await page.keyboard.press('ControlOrMeta+A');
        await page.keyboard.press('ControlOrMeta+C');
        await page.locator('#plain-notes').focus();
        await page.keyboard.press('ControlOrMeta+V');
        const loot = await page.evaluate(() => window.hostile.loot);
        await page.locator('#plain-notes').fill('');
        expect(loot.some(({ content }) => content.includes('"type":"copy"'))).toBe(true);
        return loot.filter(({ content }) => content.includes('"type":"paste"'));
      },
    },
    {
      title: 'what is dragged from a text of the page’s own is read where it is dropped',
      run: async ({ open }) => {
        const page = await open('');
        await page.locator('#plain-text').selectText();
        const from = (await page.locator('#plain-text').boundingBox())!;
        const to = (await page.locator('#plain-notes').boundingBox())!;
        await drag(page, { x: from.x + 15, y: from.y + 8 }, { x: to.x + 20, y: to.y + 10 });
        return page.evaluate(() =>
          window.hostile.loot.filter(({ content }) => content.includes('"type":"drop"')),
        );
      },
    },
    {
      title:
        'a click that goes through a lure does reach the button under it: the text is revealed to the person',
      run: async ({ page }) => {
        const frame = secureFrame(page, 'Concealed');
        await frame.getByRole('button', { name: 'Show' }).click();
        const seen = await frame.locator('#field').innerText();
        await frame.getByRole('button', { name: 'Hide' }).click();
        // Only that it was: this text is not the page's.
        return seen === texts.concealed;
      },
      catches: /^true$/,
    },
  ],
  attacks: [
    {
      title:
        'listeners for keys, input and composition on the window, while somebody types and composes in a field',
      async run({ page, context }) {
        const before = await keysHeard(page);
        await secureInput(page, 'Secret').click();
        await page.keyboard.press('End');
        await page.keyboard.type('Jumpy');
        await page.keyboard.insertText('Krypton');
        const session = await context.newCDPSession(page);
        await session.send('Input.imeSetComposition', { text: 'ずう', selectionStart: 2, selectionEnd: 2 });
        await session.send('Input.insertText', { text: 'ずう' });
        await session.detach();
        for (let count = 0; count < 'JumpyKryptonずう'.length; count++)
          await page.keyboard.press('Backspace');
        expect(await secureInput(page, 'Secret').inputValue()).toBe(texts.typed);
        expect(await keysHeard(page)).toEqual(before);
        const loot = await page.evaluate(() => window.hostile.loot.map(({ content }) => content).join());
        expect(loot).not.toMatch(/Jumpy|Krypton|ずう/);
      },
    },
    {
      title:
        'to take the focus away in the middle of typing: it gets what goes into its own field, nothing before',
      async run({ page }) {
        await page.evaluate(() => {
          const own = document.createElement('input');
          own.id = 'thief';
          document.body.append(own);
        });
        await secureInput(page, 'Notes').click();
        await page.keyboard.press('ControlOrMeta+End');
        await page.keyboard.type('Ruffling');
        await page.evaluate(() => document.querySelector<HTMLInputElement>('#thief')!.focus());
        await page.keyboard.type(plainText);
        const stolen = await page.locator('#thief').inputValue();
        const heard = await keysHeard(page);
        await page.evaluate(() => document.querySelector('#thief')!.remove());
        await secureInput(page, 'Notes').fill(texts.notes);
        // The admitted limit: a field of the page's own is that of the page. It is seen to take the text.
        expect(stolen).toBe(plainText);
        expect(JSON.stringify(heard)).not.toMatch(/Ruff|uffl|ffli|flin|ling/);
      },
    },
    {
      title: 'commands of the page’s own editor: selectAll, copy, cut, paste, undo, insertText',
      async run({ page }) {
        await secureInput(page, 'Secret').click();
        const results = await page.evaluate(() => {
          window.hostile.frame('Secret').focus();
          return ['selectAll', 'copy', 'cut', 'undo', 'delete', 'insertText', 'paste'].map((command) => [
            command,
            // Deprecated, and all the more to be tried.
            document.execCommand(command, false, 'x'),
            String(getSelection()),
          ]);
        });
        expect(await secureInput(page, 'Secret').inputValue()).toBe(texts.typed);
        return results;
      },
    },
    {
      title: 'copy and cut events, when somebody copies in a field and in a shown text',
      async run({ open }) {
        const page = await open('?fields&values');
        await secureInput(page, 'Secret').fill(texts.typed);
        await page.keyboard.press('ControlOrMeta+A');
        await page.keyboard.press('ControlOrMeta+C');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).selectText();
        await page.keyboard.press('ControlOrMeta+C');
        await secureInput(page, 'Secret').focus();
        await page.keyboard.press('ControlOrMeta+X');
        const loot = await page.evaluate(() => window.hostile.loot);
        expect(loot.filter(({ content }) => /"type":"(copy|cut)"/.test(content))).toEqual([]);
      },
    },
    {
      title: 'the clipboard, after that: readText, read and paste without the person’s consent',
      async run({ open, browser, stack }) {
        const page = await open('?fields');
        await secureInput(page, 'Secret').fill(texts.typed);
        await page.keyboard.press('ControlOrMeta+A');
        await page.keyboard.press('ControlOrMeta+C');
        const reads = () =>
          page.evaluate(async () => {
            const field = document.querySelector<HTMLInputElement>('#plain')!;
            field.focus();
            return [
              await navigator.clipboard.readText().catch((error: Error) => error.name),
              await navigator.clipboard.read().then(
                (items) => items.length,
                (error: Error) => error.name,
              ),
              document.execCommand('paste'),
              field.value,
            ];
          });
        const denied = await reads();
        expect(denied).toEqual(['NotAllowedError', 'NotAllowedError', false, '']);
        // It was there to be read: with the consent of the person it is.
        await page.context().grantPermissions(['clipboard-read'], { origin: stack.appURL });
        const [consented] = await reads();
        await page.context().clearPermissions();
        expect(consented).toBe(texts.typed);
        expect(browser.isConnected()).toBe(true);
        return denied;
      },
    },
    {
      title: 'a text that is dragged out of a frame over the page',
      async run({ open }) {
        const page = await open('?values');
        const text = shownText(page, 'Shown').filter({ hasText: texts.stored });
        await text.selectText();
        const from = (await text.boundingBox())!;
        const to = (await page.locator('#plain-notes').boundingBox())!;
        await drag(page, { x: from.x + 15, y: from.y + 8 }, { x: to.x + 20, y: to.y + 10 });
        return [await page.locator('#plain-notes').inputValue()];
      },
    },
    {
      title: 'a text of its own that is dragged over and into a field',
      async run({ open }) {
        const page = await open('?fields');
        await secureInput(page, 'Secret').fill(texts.typed);
        await page.locator('#plain-text').selectText();
        const from = (await page.locator('#plain-text').boundingBox())!;
        await drag(page, { x: from.x + 15, y: from.y + 8 }, await middleOf(page, 'Secret'));
        return keysHeard(page);
      },
    },
    {
      title:
        'focus: what document.activeElement, hasFocus and focus events say while somebody goes through a field',
      async run({ page }) {
        await page.locator('#plain').focus();
        await page.evaluate(() => {
          const seen: unknown[] = [];
          Object.assign(window, { seen });
          for (const type of ['focus', 'blur', 'focusin', 'focusout', 'visibilitychange', 'scroll', 'resize'])
            window.addEventListener(type, ({ target }) => seen.push([type, String(target)]), true);
        });
        await secureInput(page, 'Secret').click();
        await page.keyboard.press('Home');
        await page.keyboard.press('Shift+End');
        await page.keyboard.press('ArrowLeft');
        await page.keyboard.press('End');
        const seen = await page.evaluate(() => [
          document.activeElement?.outerHTML,
          document.hasFocus(),
          (window as unknown as { seen: unknown[][] }).seen,
        ]);
        // That the frame has it, once; nothing at the keys.
        expect(JSON.stringify(seen[2]).match(/"blur"/g)).toHaveLength(2);
        return seen;
      },
    },
    {
      title: 'the keyboard itself: layouts, locks, the virtual keyboard, an EditContext, access keys',
      run: ({ page }) =>
        page.evaluate(async () => {
          const { keyboard, virtualKeyboard } = navigator as unknown as {
            keyboard: { getLayoutMap(): Promise<Map<string, string>>; lock(): Promise<void>; unlock(): void };
            virtualKeyboard: { boundingRect: DOMRect };
          };
          const { EditContext } = window as unknown as { EditContext: new () => { text: string } };
          const layout = await keyboard.getLayoutMap().catch((error: Error) => error.name);
          const lock = await keyboard.lock().catch((error: Error) => error.name);
          keyboard.unlock();
          const context = new EditContext();
          const attached = window.hostile.look(() =>
            Object.assign(window.hostile.frame('Secret').parentElement!, { editContext: context }),
          );
          Object.assign(window.hostile.frame('Secret').parentElement!, { editContext: null });
          return [attached, String(layout), lock, virtualKeyboard.boundingRect, context.text];
        }),
    },
    {
      title: 'what the browser fills in: fields beside the secure ones, and stored credentials',
      async run({ page }) {
        return page.evaluate(async () => {
          const form = document.createElement('form');
          form.innerHTML = ['username', 'password', 'cc-number', 'tel', 'email', 'off']
            .map(
              (name) =>
                `<input name="secret" autocomplete="${name}" type="${name === 'password' ? name : 'text'}">`,
            )
            .join('');
          document.querySelector('form')!.after(form);
          await window.hostile.wait(100);
          const credential = await navigator.credentials
            .get({ password: true, mediation: 'silent' } as CredentialRequestOptions)
            .catch((error: Error) => error.name);
          const seen = [
            [...form.querySelectorAll('input')].map(({ value }) => value),
            [...new FormData(document.querySelector('form')!)],
            JSON.stringify(credential),
          ];
          form.remove();
          return seen;
        });
      },
    },
    {
      title: 'a click on its lure, which goes through to the button that reveals',
      async run({ open }) {
        const page = await open('?values');
        const frame = secureFrame(page, 'Concealed');
        await frame.getByRole('button', { name: 'Show' }).waitFor();
        const before = await page.evaluate(() => window.hostile.line('Concealed').heard.length);
        await disguise(page, 'Concealed', '', '<button>You have won</button>');
        const box = (await frame.getByRole('button', { name: 'Show' }).boundingBox())!;
        await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
        // The person sees it, if the page lets them. The page is not even told.
        await frame.getByText(texts.concealed).waitFor();
        const heard = await page.evaluate(
          (from) =>
            window.hostile
              .line('Concealed')
              .heard.slice(from)
              .map((message) => ({ ...message, focused: 0 })),
          before,
        );
        expect(heard).toEqual([]);
      },
    },
    {
      title: 'a click on its lure, which goes through to the button that copies',
      async run({ open }) {
        const page = await open('?values');
        const frame = secureFrame(page, 'Concealed');
        await frame.getByRole('button', { name: 'Copy' }).waitFor();
        await disguise(page, 'Concealed', ';opacity:0', '<button>Play</button>');
        const box = (await frame.getByRole('button', { name: 'Copy' }).boundingBox())!;
        await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
        await frame.getByText('Copied').waitFor();
        return page.evaluate(async () => [
          await navigator.clipboard.readText().catch((error: Error) => error.name),
          document.execCommand('paste'),
          window.hostile.line('Concealed').heard,
        ]);
      },
    },
    {
      title: 'a frame that it moves under the cursor just before a click',
      async run({ open }) {
        const page = await open('?values');
        const button = secureFrame(page, 'Concealed').getByRole('button', { name: 'Show' });
        await button.waitFor();
        await page.evaluate(() => {
          const lure = document.createElement('button');
          lure.textContent = 'Play';
          lure.id = 'lure';
          lure.style.cssText = 'position:fixed; top:300px; left:300px; width:100px; height:40px';
          document.body.append(lure);
          lure.addEventListener('mouseover', () => {
            const host = window.hostile.frame('Concealed').parentElement!;
            host.style.cssText +=
              ';position:fixed !important; top:305px; left:100px; width:260px; opacity:0.01';
            lure.style.pointerEvents = 'none';
          });
        });
        await page.mouse.move(340, 315);
        await page.mouse.move(341, 316);
        await page.evaluate(() => window.hostile.wait(100));
        await page.mouse.click(341, 316);
        return page.evaluate(() => [window.hostile.line('Concealed').heard, document.activeElement?.tagName]);
      },
    },
    {
      title: 'clicks, keys and focus that it makes up, to have a concealed text revealed or copied',
      async run({ page }) {
        const looks = await page.evaluate(async () => {
          const seen: string[] = [];
          for (const label of ['Concealed', 'Card']) {
            const { port } = window.hostile.line(label);
            const frame = window.hostile.frame(label);
            for (const command of ['focus', 'select', 'blur', 'focus'])
              port.postMessage({ type: 'command', command });
            frame.focus();
            frame.click();
            for (const type of ['click', 'mousedown', 'keydown', 'pointerdown'])
              frame.dispatchEvent(new Event(type));
            seen.push(
              window.hostile.look(() => frame.contentWindow!.document.querySelector('button')!.click()),
              window.hostile.look(() =>
                document.elementFromPoint(frame.getBoundingClientRect().right - 8, 8),
              ),
            );
          }
          await window.hostile.roundTrip();
          return seen;
        });
        expect(await secureFrame(page, 'Concealed').locator('#field').innerText()).toMatch(/^[•\s~]+$/);
        const cover = secureFrame(page, 'Card').locator('#cover');
        expect(await cover.inputValue()).toMatch(/^[•\s~]+$/);
        return looks;
      },
    },
  ],
};
