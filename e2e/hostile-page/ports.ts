import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { secureInput } from '../support/demo.js';
import type { AttackGroup } from './attack.js';
import { texts } from './stage.js';

const save = async (page: Page) => {
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/^saved \d+$/).waitFor();
};

/** Stands between the SDK and its frames: what each says to the other goes through the page's hands. */
const standBetween = (page: Page) =>
  page.addInitScript(() => {
    if (window !== window.top) return;
    const { get } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'contentWindow')!;
    Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', {
      get(this: HTMLIFrameElement) {
        const target = get!.call(this) as Window;
        const relay = {
          postMessage(message: unknown, origin: string, [theirs]: MessagePort[]) {
            const { port1, port2 } = new MessageChannel();
            theirs!.onmessage = ({ data }) => {
              window.hostile.keep('from page', data);
              port1.postMessage(data);
            };
            port1.onmessage = ({ data }) => {
              window.hostile.keep('from frame', data);
              theirs!.postMessage(data);
            };
            target.postMessage(message, origin, [port2]);
          },
        };
        return new Proxy(target, {
          get: (_target, name) =>
            name === 'postMessage'
              ? relay.postMessage
              : (target as unknown as Record<PropertyKey, unknown>)[name],
        });
      },
    });
  });

export const ports: AttackGroup = {
  subject: 'by stealing ports',
  quick: 'both',
  controls: [
    {
      title: 'a port that is stolen from a frame of the page itself brings what that frame says',
      run: ({ page }) =>
        page.evaluate(async (held) => {
          const frame = document.createElement('iframe');
          frame.srcdoc = `<script>onmessage = ({ ports }) => ports[0].postMessage(${JSON.stringify(held)})</script>`;
          document.body.append(frame);
          await new Promise((resolve) => (frame.onload = resolve));
          // As the SDK does; the hostile script has wrapped the channel.
          const { port1, port2 } = new MessageChannel();
          port1.start();
          frame.contentWindow!.postMessage('connect', '*', [port2]);
          const { heard } = window.hostile.lines.at(-1)!;
          await window.hostile.until(() => heard.length > 0);
          window.hostile.lines.pop();
          frame.remove();
          return heard;
        }, 'Hurry! Plugging: sixty'),
    },
  ],
  attacks: [
    {
      title: 'to stand between the SDK and its frames while somebody types and stores',
      run: async ({ open }) => {
        const page = await open('?fields&values', standBetween);
        await secureInput(page, 'Secret').pressSequentially(texts.typed);
        await save(page);
        const loot = await page.evaluate(() => window.hostile.loot);
        const heard = loot.filter(({ source }) => source === 'from frame').map(({ content }) => content);
        expect(heard.join()).toMatch(/"type":"tokenized".*lunasec-/);
        return loot;
      },
    },
    {
      title: 'to be there before the SDK with a port, and to drive the field itself',
      run: async ({ page }) => {
        // A frame takes the first port, whoever of the page brings it.
        await page.evaluate(async () => {
          const own = await window.hostile.element(
            { kind: 'input', attributes: { ariaLabel: 'Raced' } },
            { title: 'Raced', style: 'position:fixed; top:0; right:0; width:200px; height:30px' },
          );
          Object.assign(window, { raced: own });
        });
        await secureInput(page, 'Raced').pressSequentially(texts.typed);
        const heard = await page.evaluate(async () => {
          const { port, heard, frame } = (
            window as unknown as { raced: Awaited<ReturnType<typeof window.hostile.element>> }
          ).raced;
          port.postMessage({ type: 'tokenize', requestId: 't', batch: { id: 'b', size: 1 } });
          await window.hostile.until(() => heard.some(({ requestId }) => requestId === 't'));
          frame.remove();
          return heard;
        });
        expect(heard.at(-1)).toMatchObject({ type: 'state', filled: true, dirty: false });
        expect(heard.find(({ type }) => type === 'tokenized')?.token).toMatch(/^lunasec-/);
        return heard;
      },
    },
    {
      title: 'to have the offer of a port go to any origin, when its own page is in the frame',
      run: async ({ open, attacker }) => {
        const before = attacker.requests.length;
        await open('?fields&values', (page) =>
          page.addInitScript((url) => {
            if (window !== window.top) return;
            const { get } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'contentWindow')!;
            const { set } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'src')!;
            Object.defineProperty(HTMLIFrameElement.prototype, 'src', {
              set(this: HTMLIFrameElement, address: string) {
                set!.call(this, address.includes('/frame/') ? `${url}/page` : address);
              },
            });
            Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', {
              get(this: HTMLIFrameElement) {
                const target = get!.call(this) as Window;
                return {
                  postMessage: (message: unknown, _origin: string, ports: MessagePort[]) =>
                    target.postMessage(message, '*', ports),
                };
              },
            });
          }, attacker.url),
        );
        const caught = () => attacker.requests.slice(before).filter((request) => request.includes('/caught'));
        for (let tries = 0; tries < 200 && !caught().some((each) => each.includes('"show"')); tries++)
          await new Promise((resolve) => setTimeout(resolve, 25));
        // What the page says goes astray, as the page wants: its own tokens.
        expect(caught().join()).toMatch(/"show","token":"lunasec-/);
        return caught();
      },
    },
    {
      title: 'its own page in place of a frame, without that trick: it is offered nothing',
      run: async ({ open, attacker }) => {
        const before = attacker.requests.length;
        const page = await open('?fields&values', (each) =>
          each.addInitScript((url) => {
            if (window !== window.top) return;
            const { set } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'src')!;
            Object.defineProperty(HTMLIFrameElement.prototype, 'src', {
              set(this: HTMLIFrameElement, address: string) {
                set!.call(this, address.includes('/frame/') ? `${url}/page` : address);
              },
            });
          }, attacker.url),
        );
        const caught = () => attacker.requests.slice(before).filter((request) => request.includes('/caught'));
        for (let tries = 0; tries < 200 && caught().length < 5; tries++)
          await new Promise((resolve) => setTimeout(resolve, 25));
        await page.evaluate(() => window.hostile.wait(100));
        expect(caught().length).toBeGreaterThanOrEqual(5);
        expect(caught().join()).not.toMatch(/"data"|lunasec-[0-9a-f]{8}|"ports":1/);
        return caught();
      },
    },
    {
      title: 'to transfer a real port to a worker of its own',
      run: async ({ open, tokens }) => {
        const page = await open('?values');
        await page.frameLocator('iframe[title="Shown"]').getByText(texts.stored).waitFor();
        return page.evaluate(async (token) => {
          const source = `onmessage = ({ data, ports: [port] }) => {
            port.onmessage = ({ data }) => postMessage(data);
            port.postMessage({ type: 'show', token: null });
            port.postMessage({ type: 'show', token: data });
          }`;
          const worker = new Worker(URL.createObjectURL(new Blob([source])));
          const heard: unknown[] = [];
          worker.onmessage = ({ data }) => heard.push(data);
          worker.postMessage(token, [window.hostile.line('Shown').port]);
          if (!(await window.hostile.until(() => JSON.stringify(heard).includes('"shown":"shown"'))))
            throw new Error(`The worker heard ${JSON.stringify(heard)}`);
          worker.terminate();
          return heard;
        }, tokens.shown);
      },
    },
    {
      title: 'to use a port again after the SDK has closed it',
      run: async ({ open }) => {
        const page = await open('?values');
        await page.frameLocator('iframe[title="Shown"]').getByText(texts.stored).waitFor();
        return page.evaluate(async () => {
          const { port, heard } = window.hostile.line('Shown');
          port.close();
          const before = heard.length;
          port.postMessage({ type: 'command', command: 'reset' });
          port.start();
          await window.hostile.wait(100);
          return heard.slice(before);
        });
      },
    },
    {
      title: 'to take the concealment, the constraints and the masks away from a field that is there',
      run: async ({ page }) => {
        await page.evaluate(async () => {
          const { port } = window.hostile.line('Concealed');
          port.postMessage({ type: 'configure', kind: 'paragraph', attributes: { ariaLabel: 'Concealed' } });
          port.postMessage({
            type: 'configure',
            kind: 'input',
            attributes: { conceal: 64, hideAfter: 3600 },
          });
          port.postMessage({
            type: 'configure',
            kind: 'input',
            attributes: { type: 'text', revealable: true },
          });
          await window.hostile.roundTrip();
        });
        const shown = await page.frameLocator('iframe[title="Concealed"]').locator('#field').innerText();
        expect(shown).toMatch(/^[•\s~]+$/);
      },
    },
  ],
};
