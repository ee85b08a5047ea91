import { expect } from '@jest/globals';
import { secureInput } from '../support/demo.js';
import type { AttackGroup } from './attack.js';
import { texts } from './stage.js';

/** Messages to the windows of frames, and over the ports that the page has to them. */
export const messages: AttackGroup = {
  subject: 'by messages',
  controls: [
    {
      title:
        'the ports that were taken from the SDK are the real ones: tokens go over them, and answers come',
      run: ({ page }) =>
        page.evaluate(async () => {
          await window.hostile.roundTrip();
          return window.hostile.lines;
        }),
      // In whichever order the frames came.
      catches: /(?=.*lunasec-[0-9a-f-]{36}).*"type":"validated"/,
    },
    {
      title: 'a frame of the page itself answers the same messages with what it holds',
      run: ({ page }) =>
        page.evaluate(
          (held) =>
            new Promise((resolve) => {
              const frame = document.createElement('iframe');
              frame.srcdoc = `<script>onmessage = ({ ports }) => ports[0].postMessage(${JSON.stringify(held)})</script>`;
              document.body.append(frame);
              const { port1, port2 } = window.hostile.channel();
              port1.onmessage = ({ data }) => {
                frame.remove();
                resolve(data);
              };
              frame.onload = () => frame.contentWindow!.postMessage({ type: 'read' }, '*', [port2]);
            }),
          'Hurry! Plugging: sixty',
        ),
    },
  ],
  attacks: [
    {
      title: 'a second connect to every frame, with a port of its own',
      run: async ({ page }) => {
        const answers = await page.evaluate(async () => {
          const heard: unknown[] = [];
          for (const { contentWindow } of document.querySelectorAll('iframe'))
            for (const lunasec of [1, 2, 999]) {
              const { port1, port2 } = window.hostile.channel();
              port1.onmessage = ({ data }) => heard.push(data);
              contentWindow!.postMessage({ lunasec, type: 'connect' }, '*', [port2]);
            }
          await window.hostile.roundTrip();
          return heard;
        });
        expect(answers).toEqual([]);
      },
    },
    {
      title: 'the messages that frames exchange among themselves, forged from the page',
      run: async ({ page, tokens }) => {
        const answers = await page.evaluate(async (token) => {
          const heard: unknown[] = [];
          const forgeries = [
            { lunasec: 1, type: 'attach' },
            { lunasec: 1, type: 'assertion', assertion: 'e30.e30.' },
            { lunasec: 1, type: 'assertion', assertion: null },
            { type: 'attached' },
            { type: 'reset' },
            { type: 'detokenize', requestId: 1, token },
            { type: 'download', requestId: 1, download: null },
          ];
          for (const { contentWindow } of document.querySelectorAll('iframe'))
            for (const forgery of forgeries) {
              const { port1, port2 } = window.hostile.channel();
              port1.onmessage = ({ data }) => heard.push(data);
              contentWindow!.postMessage(forgery, '*', [port2]);
              port1.postMessage({ type: 'detokenize', requestId: 1, token });
            }
          await window.hostile.roundTrip();
          return heard;
        }, tokens.shown);
        expect(answers).toEqual([]);
        expect(await page.locator('#session').innerText()).toBe('active');
      },
    },
    {
      title: 'those messages, from a frame of the page that bears the controller’s name',
      run: async ({ page, tokens }) => {
        const answers = await page.evaluate(async (token) => {
          const frame = document.createElement('iframe');
          frame.name = 'lunasec-controller';
          document.body.prepend(frame);
          const heard: unknown[] = [];
          const inner = frame.contentWindow as Window & typeof globalThis;
          inner.addEventListener('message', ({ data }) => heard.push(data));
          inner.eval(`
            for (let index = 0; index < parent.frames.length; index++) {
              if (parent.frames[index] === window) continue;
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = ({ data }) => window.postMessage(data, '*');
              parent.frames[index].postMessage({ lunasec: 1, type: 'attach' }, '*', [port2]);
              port1.postMessage({ type: 'detokenize', requestId: 1, token: ${JSON.stringify(token)} });
            }`);
          // An element that attaches now looks for its controller among this frame and the real one.
          const own = await window.hostile.element({ kind: 'paragraph', attributes: {} });
          own.port.postMessage({ type: 'show', token });
          await window.hostile.until(() => JSON.stringify(own.heard).includes('"shown":"shown"'));
          await window.hostile.roundTrip();
          frame.remove();
          own.frame.remove();
          return { heard, states: own.heard };
        }, tokens.shown);
        expect(answers.heard.filter((data) => typeof data === 'object')).toEqual([]);
        expect(JSON.stringify(answers.states)).toContain('"shown":"shown"');
      },
    },
    {
      title: 'a flood of messages, some of megabytes, until a frame gives something away',
      run: async ({ page }) => {
        await page.evaluate(async () => {
          const big = 'x'.repeat(1_000_000);
          for (const { contentWindow } of document.querySelectorAll('iframe'))
            for (let round = 0; round < 500; round++)
              contentWindow!.postMessage(
                round % 100 === 0 ? { type: big } : { lunasec: 1, type: 'connect' },
                '*',
              );
          for (const { port } of window.hostile.lines)
            for (let round = 0; round < 500; round++) port.postMessage({ type: 'read', round });
          await window.hostile.roundTrip();
        });
        expect(await secureInput(page, 'Secret').inputValue()).toBe(texts.typed);
      },
    },
    {
      title: 'requests on the real ports for text, value, key or session, by every name they might have',
      run: async ({ page }) => {
        const heard = await page.evaluate(async () => {
          const before = window.hostile.lines.map(({ heard }) => heard.length);
          const names = [
            'read',
            'get',
            'value',
            'text',
            'export',
            'decrypt',
            'key',
            'session',
            'token',
            'eval',
          ];
          const tricks = [
            'constructor',
            '__proto__',
            'toString',
            'hasOwnProperty',
            'then',
            'download',
            'upload',
          ];
          for (const { port } of window.hostile.lines)
            for (const type of [...names, ...tricks])
              for (const more of [
                {},
                { requestId: 1 },
                { requestId: '1' },
                { command: type },
                { batch: type },
              ])
                port.postMessage({ type, ...more });
          for (const { port } of window.hostile.lines) port.postMessage({ type: 'command', command: 'read' });
          await window.hostile.roundTrip();
          return window.hostile.lines.flatMap(({ heard }, index) => heard.slice(before[index]));
        });
        const kinds = new Set(heard.map(({ type }) => type));
        expect(
          [...kinds].filter((kind) => !['validated', 'problem', 'state'].includes(String(kind))),
        ).toEqual([]);
        return heard;
      },
    },
    {
      title: 'messages with ports, streams, buffers, maps and prototypes in place of texts',
      run: async ({ page }) =>
        page.evaluate(async () => {
          const { port } = window.hostile.line('Secret');
          const heard: unknown[] = [];
          const { port1, port2 } = window.hostile.channel();
          port1.onmessage = ({ data }) => heard.push(data);
          const stream = new TransformStream();
          void (async () => {
            for await (const chunk of stream.readable as unknown as AsyncIterable<unknown>) heard.push(chunk);
          })();
          port.postMessage({ type: 'show', token: port2 }, [port2]);
          port.postMessage({ type: 'validate', requestId: stream.writable }, [stream.writable]);
          port.postMessage(new Map([['type', 'tokenize']]));
          port.postMessage(
            JSON.parse('{"__proto__":{"type":"tokenize"},"constructor":{"prototype":{"type":"show"}}}'),
          );
          port.postMessage({ type: 'tokenize', requestId: new Uint8Array(1000), batch: new Blob(['x']) });
          port.postMessage({ type: 'style', base: new Error('x'), focus: /x/ });
          await window.hostile.roundTrip();
          return heard;
        }),
    },
    {
      title: 'events made up and dispatched at the windows of frames',
      run: async ({ page }) => {
        const looks = await page.evaluate(
          (url) =>
            [...document.querySelectorAll('iframe')].flatMap(({ contentWindow }) => {
              const forged = () =>
                new MessageEvent('message', {
                  data: { lunasec: 1, type: 'assertion', assertion: null },
                  origin: url,
                  source: contentWindow,
                });
              return [
                window.hostile.look(() => contentWindow!.dispatchEvent(forged())),
                window.hostile.look(() => EventTarget.prototype.dispatchEvent.call(contentWindow, forged())),
                window.hostile.look(() =>
                  EventTarget.prototype.addEventListener.call(contentWindow, 'message', () => undefined),
                ),
              ];
            }),
          'http://127.0.0.1',
        );
        expect(new Set(looks)).toEqual(new Set(['SecurityError']));
      },
    },
    {
      title: 'to have other names for what its ports hear: only tokens, states and codes are ever told',
      run: async ({ page }) => {
        const heard = await page.evaluate(() =>
          window.hostile.lines.flatMap(({ heard }) => heard.filter(Boolean)),
        );
        const told = new Set(heard.flatMap((message) => Object.keys(message)));
        const state = ['filled', 'valid', 'invalid', 'dirty', 'focused', 'shown', 'rows'];
        const file = ['files', 'height'];
        const answers = ['type', 'requestId', 'token', 'tokens', 'problem', 'state'];
        expect([...told].filter((name) => ![...state, ...file, ...answers].includes(name))).toEqual([]);
        for (const message of heard.filter(({ type }) => type === 'state'))
          for (const [name, value] of Object.entries(message))
            if (!['type', 'invalid', 'shown', 'files', 'state'].includes(name))
              expect(['boolean', 'number']).toContain(typeof value);
      },
    },
  ],
};
