import type { Page } from 'playwright-core';

export interface Loot {
  source: string;
  content: string;
}

/** Everything that the hostile script has come by so far on the page that is shown. */
export const lootOf = (page: Page): Promise<Loot[]> =>
  page.evaluate(() => (window as unknown as { loot: Loot[] }).loot);

/** Runs in the page before any of its own scripts, and keeps whatever it can get hold of in `window.loot`. */
export function hostileScript(): void {
  // Frames of the tokenizer get injected by the test's browser as well; a real attacker has the app's page only.
  if (window !== window.top) return;
  const loot: { source: string; content: string }[] = [];
  Object.defineProperty(window, 'loot', { value: loot });
  const known = new Set<string>();
  const keep = (source: string, value: unknown) => {
    let content: string;
    try {
      content = typeof value === 'string' ? value : JSON.stringify(value);
    } catch {
      content = String(value);
    }
    const key = `${source}\0${content}`;
    if (known.has(key)) return;
    known.add(key);
    loot.push({ source, content });
  };

  window.addEventListener('message', ({ data, origin }) => keep('message', { data, origin }), true);

  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...sent: unknown[]) {
    keep('sent', sent[0]);
    Reflect.apply(postMessage, this, sent);
  };
  const NativeChannel = MessageChannel;
  window.MessageChannel = class extends NativeChannel {
    constructor() {
      super();
      for (const port of [this.port1, this.port2])
        port.addEventListener('message', ({ data }) => keep('port', data));
    }
  };

  for (const type of ['keydown', 'keyup', 'beforeinput', 'input', 'paste', 'copy', 'selectionchange', 'drop'])
    window.addEventListener(
      type,
      (event) => {
        const { key, data } = event as KeyboardEvent & InputEvent;
        const { tagName, id } = (event.target ?? {}) as HTMLElement;
        // What is typed into the app's own plain fields is not under test.
        if (tagName !== 'INPUT' || id === 'nationalId') keep('event', { type, key, data, tagName });
      },
      true,
    );

  const nativeFetch = window.fetch;
  window.fetch = async (...sent) => {
    const response = await nativeFetch(...sent);
    keep('fetch', { url: response.url, body: await response.clone().text() });
    return response;
  };

  Object.defineProperty(Object.prototype, 'assertion', {
    configurable: true,
    set(value: unknown) {
      keep('polluted setter', value);
      Object.defineProperty(this, 'assertion', {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    },
  });

  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) keep('performance', entry.toJSON());
  }).observe({ entryTypes: ['resource', 'navigation', 'measure', 'mark'] });

  const look = (source: string, at: () => unknown) => {
    try {
      const value = at();
      if (value !== null && value !== undefined && value !== '') keep(source, value);
    } catch {
      // Refused by the browser: nothing to keep.
    }
  };
  setInterval(() => {
    document.querySelectorAll('iframe').forEach((frame) => {
      look('frame address', () => frame.src);
      look('frame html', () => frame.outerHTML);
      look('frame location', () => frame.contentWindow?.location.href);
      look('frame document', () => frame.contentDocument?.documentElement.outerHTML);
      look('frame name', () => frame.contentWindow?.name);
      look('frame hash', () => frame.contentWindow?.location.hash);
      look('frame inner frames', () => frame.contentWindow?.frames.length);
      look('frame size', () => [
        frame.scrollWidth > frame.clientWidth,
        frame.scrollHeight > frame.clientHeight,
      ]);
    });
    look('history', () => [history.length, history.state as unknown]);
    look('selection', () => String(window.getSelection()));
    look('storage', () => ({ ...localStorage, ...sessionStorage, cookie: document.cookie }));
    look('active', () => document.activeElement?.outerHTML);
    look('page text', () => document.body.innerText);
  }, 25);
}
