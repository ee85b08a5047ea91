import { expect } from '@jest/globals';
import { secureInput, shownText } from '../support/demo.js';
import type { Attack, AttackGroup } from './attack.js';
import { plainText, texts } from './stage.js';

/** What a page of another origin may ask of a window (HTML standard, 7.2.1.3.1), and nothing else. */
const crossOriginNames = [
  'blur',
  'close',
  'closed',
  'focus',
  'frames',
  'length',
  'location',
  'opener',
  'parent',
  'postMessage',
  'self',
  'then',
  'top',
  'window',
];

/** A page with all attributes of its frames as an attacker would have them, before the frames load. */
const withAttribute = (name: string, value: string, what: string): Attack => ({
  title: `to mount the frames with ${name}="${what}"`,
  async run({ open }) {
    const page = await open('?fields&values', (each) =>
      each.addInitScript(
        ([attribute, content]) => {
          const { createElement } = Document.prototype;
          Document.prototype.createElement = function (this: Document, ...given: unknown[]) {
            const made = Reflect.apply(createElement, this, given) as HTMLElement;
            if (made.localName === 'iframe') made.setAttribute(attribute, content);
            return made;
          };
        },
        [name, value] as const,
      ),
    );
    await page.locator('iframe').nth(5).waitFor({ state: 'attached' });
    return page.evaluate(async (attribute) => {
      await window.hostile.wait(400);
      const looks = [...document.querySelectorAll('iframe')].map((frame) => [
        frame.getAttribute(attribute),
        window.hostile.look(() => frame.contentDocument),
        window.hostile.look(() => frame.contentWindow!.location.href),
      ]);
      if (looks.some(([given, document]) => given === null || document !== 'null'))
        throw new Error(`The frames are ${JSON.stringify(looks)}`);
      return [looks, document.querySelector('#session')!.textContent];
    }, name);
  },
});

export const frames: AttackGroup = {
  subject: 'by looking into frames',
  controls: [
    {
      title: 'the same looks at a frame of the page itself find its text',
      run: ({ page }) =>
        page.evaluate(async (held) => {
          const frame = document.createElement('iframe');
          frame.srcdoc = `<p>${held}</p>`;
          document.body.append(frame);
          await new Promise((resolve) => (frame.onload = resolve));
          const seen = frame.contentDocument!.body.textContent;
          frame.remove();
          return seen;
        }, plainText),
    },
    {
      title: 'a frame that is mounted with an attribute of the attacker’s has it',
      run: async ({ open }) => {
        const page = await open('', (each) =>
          each.addInitScript(() => {
            const { createElement } = Document.prototype;
            Document.prototype.createElement = function (this: Document, ...given: unknown[]) {
              const made = Reflect.apply(createElement, this, given) as HTMLElement;
              if (made.localName === 'iframe') made.setAttribute('sandbox', 'allow-scripts');
              return made;
            };
          }),
        );
        const frame = page.locator('iframe').first();
        await frame.waitFor({ state: 'attached' });
        return frame.getAttribute('sandbox');
      },
      catches: 'allow-scripts',
    },
  ],
  attacks: [
    {
      title: 'their documents: contentDocument, getSVGDocument, contentWindow.document',
      run: async ({ page }) => {
        const looks = await page.evaluate(() =>
          [...document.querySelectorAll('iframe')].map((frame) => [
            window.hostile.look(() => frame.contentDocument),
            window.hostile.look(() => frame.getSVGDocument()),
            window.hostile.look(() => frame.contentWindow!.document),
          ]),
        );
        expect(looks.length).toBeGreaterThanOrEqual(7);
        for (const look of looks) expect(look).toEqual(['null', 'null', 'SecurityError']);
      },
    },
    {
      title: 'every property of their windows, locations and documents',
      run: async ({ page }) => {
        const readable = await page.evaluate(() => {
          const names = new Set<PropertyKey>();
          for (let each: object | null = window; each; each = Object.getPrototypeOf(each) as object | null)
            for (const name of Reflect.ownKeys(each)) names.add(name);
          const found = new Set<string>();
          for (const { contentWindow } of document.querySelectorAll('iframe')) {
            const target = contentWindow as unknown as Record<PropertyKey, unknown>;
            for (const name of names)
              if (window.hostile.look(() => target[name]) !== 'SecurityError') found.add(String(name));
            for (const name of [
              'href',
              'hash',
              'search',
              'pathname',
              'origin',
              'ancestorOrigins',
              'toString',
            ])
              if (
                window.hostile.look(
                  () => (contentWindow!.location as unknown as Record<string, unknown>)[name],
                ) !== 'SecurityError'
              )
                found.add(`location.${name}`);
          }
          return [...found];
        });
        // Symbols of every object read as undefined, as the standard says.
        expect(readable.filter((name) => !name.startsWith('Symbol(')).sort()).toEqual(
          // Indexes are the frames within.
          expect.arrayContaining(crossOriginNames.filter((name) => readable.includes(name))),
        );
        expect(
          readable.filter(
            (name) => !name.startsWith('Symbol(') && !/^\d+$/.test(name) && !crossOriginNames.includes(name),
          ),
        ).toEqual([]);
      },
    },
    {
      title: 'the page’s own functions, called on their windows',
      run: async ({ page }) => {
        const looks = await page.evaluate(() => {
          const getter = (of: object, name: string) => Object.getOwnPropertyDescriptor(of, name)!.get!;
          return [...document.querySelectorAll('iframe')].flatMap(({ contentWindow: target }) =>
            [
              () => getter(window, 'document').call(target) as unknown,
              () => getter(window, 'name').call(target) as unknown,
              () => getter(window, 'localStorage').call(target) as unknown,
              () => getter(window, 'navigation').call(target) as unknown,
              () => getSelection.call(target),
              () => getComputedStyle.call(target, document.body),
              () => Reflect.get(target!, 'history') as unknown,
              () => Reflect.ownKeys(target!).includes('field') || Reflect.get(target!, 'field'),
              () => structuredClone.call(target, {}),
              () => Object.getPrototypeOf(target) === null && Reflect.get(target!, 'fetch'),
              () => Object.assign(target!, { name: 'x' }),
            ].map((look) => window.hostile.look(look)),
          );
        });
        expect(looks.filter((look) => look !== 'SecurityError' && look !== 'TypeError')).toEqual([]);
      },
    },
    {
      title: 'names: window.frames, named access, window.open by name, document.all',
      run: async ({ page }) =>
        page.evaluate(() => {
          const names = ['lunasec-controller', 'lunasec-renewal', 'Secret', 'Shown'];
          return names.flatMap((name) => [
            window.hostile.look(() => (window as unknown as Record<string, Window>)[name]!.document),
            window.hostile.look(() => (frames as unknown as Record<string, Window>)[name]!.location.href),
            window.hostile.look(
              () => window.open('', name === 'Shown' ? 'lunasec-controller' : name)!.document.URL,
            ),
            window.hostile.look(() => document.all.namedItem(name)),
            window.hostile.look(() => document.getElementsByName(name)[0]?.textContent),
          ]);
        }),
    },
    {
      title: 'document.domain, relaxed on the page’s side',
      run: async ({ open }) => {
        const page = await open('?values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        const looks = await page.evaluate(() => {
          window.hostile.look(() => (document.domain = 'localhost'));
          return [...document.querySelectorAll('iframe')].map(({ contentWindow }) =>
            window.hostile.look(() => contentWindow!.document),
          );
        });
        expect(new Set(looks)).toEqual(new Set(['SecurityError']));
      },
    },
    {
      title: 'the frames within a frame, where a file is previewed',
      run: async ({ page }) => {
        const looks = await page.evaluate(() => {
          const target = window.hostile.frame('File').contentWindow!;
          return [
            String(target.length),
            window.hostile.look(() => target[0]!.location.href),
            window.hostile.look(() => target[0]!.document),
            window.hostile.look(() => target[0]!.name),
          ];
        });
        // One, whatever the kind of file.
        expect(looks).toEqual(['1', 'SecurityError', 'SecurityError', 'SecurityError']);
      },
    },
    {
      title: 'markup: what innerHTML, XMLSerializer, TreeWalker, Range and getHTML tell of them',
      run: async ({ page }) =>
        page.evaluate(() => {
          const range = document.createRange();
          range.selectNode(document.body);
          const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ALL);
          const nodes: unknown[] = [];
          while (walker.nextNode()) nodes.push([walker.currentNode.nodeName, walker.currentNode.nodeValue]);
          return [
            [...document.querySelectorAll('iframe')].map((frame) => [
              frame.innerHTML,
              frame.outerHTML,
              frame.textContent,
              frame.getHTML({ serializableShadowRoots: true }),
              window.hostile.look(() => frame.shadowRoot),
              frame.getAttributeNames().map((name) => [name, frame.getAttribute(name)]),
            ]),
            new XMLSerializer().serializeToString(document),
            range.toString(),
            nodes,
          ];
        }),
    },
    {
      title: 'to look after having moved them: into another document, a shadow root, a dialog, a popover',
      run: async ({ open }) => {
        const page = await open('?values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        return page.evaluate(async () => {
          const frame = window.hostile.frame('Shown');
          const inner = document.createElement('iframe');
          document.body.append(inner);
          const shadow = document.createElement('div');
          const dialog = document.createElement('dialog');
          const popover = document.createElement('div');
          popover.popover = 'auto';
          document.body.append(shadow, dialog, popover);
          dialog.showModal();
          popover.showPopover();
          const places: [string, Node][] = [
            ['dialog', dialog],
            ['popover', popover],
            ['shadow root', shadow.attachShadow({ mode: 'open' })],
            ['other document', inner.contentDocument!.body],
          ];
          const seen: unknown[] = [];
          for (const [name, place] of places) {
            (place as HTMLElement).append(frame);
            await window.hostile.wait(100);
            const look = () => [
              name,
              window.hostile.look(() => frame.contentDocument),
              window.hostile.look(() => frame.contentWindow!.document),
              place.textContent,
            ];
            seen.push(look());
            // Without a reload, where the browser can.
            const movable = document.body as unknown as { moveBefore?(node: Node, before: null): void };
            if (name !== 'other document') movable.moveBefore?.(frame, null);
            seen.push(look());
          }
          return seen;
        });
      },
    },
    {
      title: 'a frame within a frame of its own: it does not find the session, and shows nothing',
      run: async ({ page, tokens }) =>
        page.evaluate(async (token) => {
          const own = document.createElement('iframe');
          document.body.append(own);
          const nested = own.contentDocument!.createElement('iframe');
          nested.src = `${window.hostile.tokenizerURL}/frame/element?application=demo`;
          own.contentDocument!.body.append(nested);
          const heard: unknown[] = [];
          const script = own.contentWindow as Window & typeof globalThis;
          Object.assign(script, {
            tell: (data: unknown) => heard.push(data),
            target: nested.contentWindow,
            show: token,
          });
          script.eval(`setInterval(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = ({ data }) => {
              tell(data);
              port1.postMessage({ type: 'configure', kind: 'paragraph', attributes: {} });
              port1.postMessage({ type: 'show', token: show });
            };
            target.postMessage({ lunasec: 1, type: 'connect' }, '*', [port2]);
          }, 25)`);
          if (!(await window.hostile.until(() => JSON.stringify(heard).includes('"loading"'))))
            throw new Error('The nested frame did not answer.');
          await window.hostile.wait(200);
          own.remove();
          if (JSON.stringify(heard).includes('"shown":"shown"')) throw new Error('It was shown.');
          return heard;
        }, tokens.shown),
    },
    {
      title: 'a clone of a frame, with a port of its own',
      run: async ({ page, tokens }) =>
        page.evaluate(async (token) => {
          const clone = window.hostile.frame('Shown').cloneNode(true) as HTMLIFrameElement;
          const own = await window.hostile.element({ kind: 'span', attributes: {} }, { url: clone.src });
          own.port.postMessage({ type: 'show', token });
          if (!(await window.hostile.until(() => JSON.stringify(own.heard).includes('"shown":"shown"'))))
            throw new Error('The clone did not show it.');
          document.body.append(clone);
          await window.hostile.wait(100);
          const looks = [clone, own.frame].map((each) => [
            each.outerHTML,
            window.hostile.look(() => each.contentDocument),
          ]);
          clone.remove();
          own.frame.remove();
          return [own.heard, looks];
        }, tokens.shown),
    },
    {
      title: 'a replaced frame: what observes the document puts its own in the place of each',
      run: async ({ open }) => {
        const page = await open('?fields&values', (each) =>
          each.addInitScript(() => {
            if (window !== window.top) return;
            new MutationObserver((records) => {
              for (const { addedNodes } of records)
                for (const node of addedNodes)
                  for (const frame of node instanceof HTMLIFrameElement ? [node] : [])
                    if (frame.src.includes('/frame/element')) {
                      const fake = document.createElement('iframe');
                      fake.srcdoc =
                        '<script>onmessage = ({ data }) => parent.hostile.keep("fake", data)</script>';
                      frame.replaceWith(fake);
                    }
            }).observe(document, { childList: true, subtree: true });
          }),
        );
        await page.locator('iframe[srcdoc]').nth(3).waitFor({ state: 'attached' });
        await page.evaluate(() => window.hostile.wait(300));
        const loot = await page.evaluate(() => window.hostile.loot);
        expect(loot.filter(({ source }) => source === 'fake')).toEqual([]);
      },
    },
    {
      title:
        'elements, shadow roots and events redefined before the SDK: customElements, attachShadow, addEventListener',
      run: async ({ open }) => {
        const page = await open('?fields&values', (each) =>
          each.addInitScript(() => {
            if (window !== window.top) return;
            const { define } = CustomElementRegistry.prototype;
            CustomElementRegistry.prototype.define = function (this: CustomElementRegistry, ...given) {
              window.hostile.keep('define', given[0]);
              Reflect.apply(define, this, given);
            };
            const { attachShadow } = Element.prototype;
            Element.prototype.attachShadow = function (this: Element) {
              return Reflect.apply(attachShadow, this, [{ mode: 'open' }]);
            };
            const { addEventListener } = EventTarget.prototype;
            EventTarget.prototype.addEventListener = function (this: EventTarget, type, listener, options) {
              const spy = function (this: unknown, event: Event) {
                const { data, detail } = event as MessageEvent & CustomEvent;
                window.hostile.keep('listener', [
                  type,
                  data,
                  detail,
                  (event.target as HTMLInputElement)?.value,
                ]);
                return typeof listener === 'function'
                  ? (Reflect.apply(listener, this, [event]) as unknown)
                  : listener?.handleEvent(event);
              };
              Reflect.apply(addEventListener, this, [type, spy, options]);
            };
          }),
        );
        await secureInput(page, 'Secret').pressSequentially(texts.typed.slice(0, 8));
        const loot = await page.evaluate(() => window.hostile.loot);
        expect(loot.some(({ source }) => source === 'listener')).toBe(true);
        return loot;
      },
    },
    withAttribute('sandbox', 'allow-scripts', 'allow-scripts'),
    withAttribute('sandbox', 'allow-scripts allow-same-origin allow-top-navigation', 'allow-… all'),
    withAttribute('csp', "default-src * 'unsafe-inline'", 'default-src *'),
    withAttribute('credentialless', '', 'credentialless'),
    withAttribute('referrerpolicy', 'unsafe-url', 'unsafe-url'),
    withAttribute(
      'allow',
      'display-capture *; clipboard-read *; clipboard-write *; camera *; storage-access *; keyboard-map *',
      'every feature',
    ),
    withAttribute('loading', 'lazy', 'lazy'),
    {
      title: 'to mount the frames with a srcdoc of its own',
      async run({ open }) {
        const page = await open('?fields&values', (each) =>
          each.addInitScript(() => {
            if (window !== window.top) return;
            const { createElement } = Document.prototype;
            Document.prototype.createElement = function (this: Document, ...given: unknown[]) {
              const made = Reflect.apply(createElement, this, given) as HTMLElement;
              if (made instanceof HTMLIFrameElement)
                made.srcdoc = `<script>
                      parent.hostile.keep('fake', 'there');
                      onmessage = ({ data }) => parent.hostile.keep('fake', data);
                    </script>`;
              return made;
            };
          }),
        );
        await page.locator('iframe[srcdoc]').nth(5).waitFor({ state: 'attached' });
        await page.evaluate(() =>
          window.hostile.until(() => window.hostile.loot.some(({ source }) => source === 'fake')),
        );
        await page.evaluate(() => window.hostile.wait(300));
        const loot = await page.evaluate(() => window.hostile.loot);
        expect(loot.filter(({ source }) => source === 'fake').map(({ content }) => content)).toEqual([
          'there',
        ]);
      },
    },
  ],
};
