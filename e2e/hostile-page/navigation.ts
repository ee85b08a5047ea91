import { expect } from '@jest/globals';
import { shownText } from '../support/demo.js';
import type { AttackGroup } from './attack.js';
import { plainText, texts } from './stage.js';

const steal = `javascript:void(top.hostile.keep('javascript url', document.documentElement.outerHTML + location.href))`;

export const navigation: AttackGroup = {
  subject: 'by navigating',
  controls: [
    {
      title: 'a javascript: address in a frame of the page itself brings its text',
      run: ({ page }) =>
        page.evaluate(
          async ([address, held]) => {
            const frame = document.createElement('iframe');
            frame.srcdoc = `<p>${held}</p>`;
            document.body.append(frame);
            await new Promise((resolve) => (frame.onload = resolve));
            frame.contentWindow!.location.href = address;
            const stolen = () => window.hostile.loot.find(({ source }) => source === 'javascript url');
            await window.hostile.until(stolen);
            frame.remove();
            return stolen();
          },
          [steal, plainText] as const,
        ),
    },
    {
      title: 'window.name and history of a frame of the page itself can be read where it ends up',
      run: ({ page }) =>
        page.evaluate(async (held) => {
          const frame = document.createElement('iframe');
          frame.src = '/config.json';
          document.body.append(frame);
          await new Promise((resolve) => (frame.onload = resolve));
          frame.contentWindow!.name = held;
          frame.contentWindow!.history.replaceState({ held }, '');
          const seen = [frame.contentWindow!.name, frame.contentWindow!.history.state as unknown];
          frame.remove();
          return seen;
        }, plainText),
    },
  ],
  attacks: [
    {
      title: 'frames to a javascript: address, by every way there is',
      async run({ page }) {
        const before = await page.evaluate(
          () => window.hostile.loot.filter(({ source }) => source === 'javascript url').length,
        );
        const looks = await page.evaluate(async (address) => {
          const seen: string[] = [];
          for (const frame of document.querySelectorAll('iframe')) {
            const target = frame.contentWindow!;
            seen.push(
              window.hostile.look(() => (target.location.href = address)),
              window.hostile.look(() => target.location.replace(address)),
            );
            if (frame.name) seen.push(window.hostile.look(() => window.open(address, frame.name)));
          }
          await window.hostile.roundTrip();
          return seen;
        }, steal);
        const after = await page.evaluate(
          () => window.hostile.loot.filter(({ source }) => source === 'javascript url').length,
        );
        expect(after).toBe(before);
        return looks;
      },
    },
    {
      title: 'a frame’s src attribute to a javascript: address',
      async run({ open }) {
        const page = await open('?values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        await page.evaluate((address) => {
          for (const frame of document.querySelectorAll('iframe')) frame.src = address;
        }, steal);
        await page.evaluate(() => window.hostile.wait(200));
        return page.evaluate(() =>
          window.hostile.loot
            .filter(({ source }) => source === 'javascript url')
            .map(({ content }) => content),
        );
      },
    },
    {
      title: 'a frame that showed a value to a page of its own, and looks what it left there',
      async run({ open }) {
        const page = await open('?fields&values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        return page.evaluate(async () => {
          const seen: unknown[] = [];
          for (const frame of document.querySelectorAll('iframe')) {
            frame.contentWindow!.location.replace('/config.json');
            const there = await window.hostile.until(() =>
              window.hostile.look(() => frame.contentDocument!.URL).includes('config.json'),
            );
            if (!there) throw new Error('The frame did not go there.');
            const {
              name,
              history,
              document: own,
              performance,
              navigation,
            } = frame.contentWindow as Window &
              typeof globalThis & {
                navigation: { entries(): { url: string }[]; activation: { from: unknown } };
              };
            seen.push([
              name,
              history.length,
              history.state,
              own.referrer,
              own.documentElement?.outerHTML,
              performance.getEntries().map((entry) => entry.toJSON() as unknown),
              navigation.entries().map(({ url }) => url),
              String(navigation.activation.from),
              { ...frame.contentWindow!.sessionStorage },
            ]);
          }
          return seen;
        });
      },
    },
    {
      title: 'its own history, to have frames go back to the addresses that they had',
      async run({ open }) {
        const page = await open('?values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        return page.evaluate(async () => {
          const controller = document.querySelector<HTMLIFrameElement>('iframe[name=lunasec-controller]')!;
          const seen: unknown[] = [];
          // A step of the frame's own, so that there is somewhere to go back from.
          controller.contentWindow!.location.href = '/config.json';
          await window.hostile.until(() => window.hostile.look(() => controller.contentDocument) !== 'null');
          for (const step of [-1, 1, -1]) {
            history.go(step);
            for (let tries = 0; tries < 12; tries++) {
              seen.push(
                window.hostile.look(() => controller.contentWindow!.location.href),
                window.hostile.look(() => controller.contentDocument?.URL),
                controller.src,
                history.length,
              );
              await window.hostile.wait(25);
            }
          }
          return seen;
        });
      },
    },
    {
      title: 'to frames replaced by srcdoc, blob:, data: and about:blank, with the SDK still at work',
      async run({ open }) {
        const page = await open('?values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        return page.evaluate(async () => {
          const script =
            '<script>parent.postMessage("replaced", "*"); onmessage = ({ data }) => parent.postMessage([data], "*")</script>';
          const addresses = [
            'about:blank',
            URL.createObjectURL(new Blob([script], { type: 'text/html' })),
            `data:text/html,${encodeURIComponent(script)}`,
          ];
          const seen: unknown[] = [];
          for (const address of addresses) {
            const frame = window.hostile.frame('Shown');
            frame.src = address;
            await window.hostile.wait(150);
            seen.push(window.hostile.look(() => frame.contentDocument?.documentElement.outerHTML));
          }
          window.hostile.frame('Shown').srcdoc = script;
          await window.hostile.wait(150);
          const heard = window.hostile.loot.filter(({ source }) => source === 'message');
          if (!JSON.stringify(heard).includes('replaced')) throw new Error('Nothing was replaced.');
          // What the SDK offers goes to the tokenizer's origin only.
          if (JSON.stringify(heard).includes('connect')) throw new Error('A port was offered.');
          return [seen, heard];
        });
      },
    },
    {
      title: 'windows: one opened on an element of the tokenizer, as its opener, with ports',
      async run({ page, context, tokens }) {
        const opened = context.waitForEvent('page');
        await page.evaluate(() => {
          const popup = window.open(`${window.hostile.tokenizerURL}/frame/element?application=demo`, 'popup');
          Object.assign(window, { popup });
        });
        await (await opened).waitForLoadState();
        const seen = await page.evaluate(async (token) => {
          const { popup } = window as unknown as { popup: Window };
          const heard: unknown[] = [];
          const offer = () => {
            const { port1, port2 } = window.hostile.channel();
            port1.onmessage = ({ data }) => heard.push(data);
            popup.postMessage({ lunasec: 1, type: 'connect' }, '*', [port2]);
            port1.postMessage({ type: 'show', token });
          };
          for (let tries = 0; tries < 10; tries++) {
            offer();
            await window.hostile.wait(20);
          }
          return {
            heard,
            looks: [
              window.hostile.look(() => popup.document),
              window.hostile.look(() => popup.location.href),
              window.hostile.look(() => popup.name),
              window.hostile.look(() => popup.opener),
            ],
          };
        }, tokens.shown);
        expect(seen.heard).toEqual([]);
        expect(seen.looks.slice(0, 3)).toEqual(['SecurityError', 'SecurityError', 'SecurityError']);
        return seen;
      },
    },
    {
      title:
        'windows: one of its own, which takes its opener’s frames, writes over it, and reads window.name',
      async run({ open, context }) {
        const page = await open('?fields&values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        const opened = context.waitForEvent('page');
        await page.evaluate(() => void window.open('/config.json', 'helper'));
        const popup = await opened;
        await popup.waitForLoadState();
        const seen = await popup.evaluate(async () => {
          const { opener } = window as unknown as { opener: Window & typeof globalThis };
          const { look, wait } = opener.hostile;
          const taken = Array.from({ length: opener.length }, (_, index) => opener[index]!);
          const looks = () =>
            taken.flatMap((frame) => [
              look(() => frame.document),
              look(() => frame.location.href),
              look(() => frame.name),
            ]);
          const before = looks();
          opener.document.open();
          opener.document.write('<p>written over</p>');
          opener.document.close();
          await wait(100);
          return [before, looks(), opener.document.documentElement.outerHTML];
        });
        expect(new Set(seen[0])).toEqual(new Set(['SecurityError']));
        return seen;
      },
    },
    {
      title: 'a frame to the fragment of a text that it guesses',
      async run({ page, tokens, know }) {
        const guessed = texts.stored.slice(0, 8);
        know(guessed);
        return page.evaluate(
          async ([token, guess]) => {
            const seen: unknown[] = [];
            for (const text of [guess, 'something else']) {
              const own = await window.hostile.element(
                { kind: 'paragraph', attributes: {} },
                {
                  style: 'position:absolute; top:4000px; height:20px',
                  url: `${window.hostile.tokenizerURL}/frame/element?application=demo#:~:text=${encodeURIComponent(text)}`,
                },
              );
              own.port.postMessage({ type: 'show', token });
              await window.hostile.until(() => JSON.stringify(own.heard).includes('"shown":"shown"'));
              seen.push([scrollX, scrollY, document.activeElement === own.frame, own.heard.length]);
              own.frame.remove();
            }
            if (JSON.stringify(seen[0]) !== JSON.stringify(seen[1]))
              throw new Error(`A guess can be told: ${JSON.stringify(seen)}`);
          },
          [tokens.shown, guessed] as const,
        );
      },
    },
  ],
};
