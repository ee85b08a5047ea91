import type { Page } from 'playwright-core';

export interface Loot {
  source: string;
  content: string;
}

/** A message port of the page to a frame, with what went over it. */
export interface Line {
  port: MessagePort;
  sent: unknown[];
  heard: Record<string, unknown>[];
}

export interface ElementPlace {
  /** The frame's title. */
  title?: string;
  style?: string;
  url?: string;
  /** Default: the body. */
  within?: HTMLElement;
}

/** What the hostile script has for attacks that run in the page, in `window.hostile`. */
export interface Hostile {
  loot: Loot[];
  /** What keys and input events said, by type of event, in order. */
  keys: Record<string, string>;
  /** The SDK's own ports, taken from it. */
  lines: Line[];
  /** The port to the element with a name. */
  line(label: string): Line;
  frame(label: string): HTMLIFrameElement;
  keep(source: string, value: unknown): void;
  /** What a look at something yields: its text, or the name of the error. */
  look(at: () => unknown): string;
  /** Loads a secure element in a frame of the attacker's own, and takes its port. */
  element(configure: object, at?: ElementPlace): Promise<Line & { frame: HTMLIFrameElement }>;
  /** Waits for something to become true; gives up after some seconds. */
  until(isSo: () => unknown): Promise<boolean>;
  wait(milliseconds: number): Promise<void>;
  /** A channel that is not taken for one of the SDK's. */
  channel(): MessageChannel;
  /** Goes on when the frames of the page have done all that they were told so far. */
  roundTrip(): Promise<void>;
  tokenizerURL: string;
  attackerURL: string;
}

declare global {
  interface Window {
    hostile: Hostile;
  }
}

/** What the hostile script has come by on a page so far, but for the `first` pieces of it; keys all anew. */
export const lootOf = (page: Page, first = 0): Promise<Loot[]> =>
  page.evaluate(
    (from) => [
      ...Object.entries(window.hostile.keys).map(([source, content]) => ({ source, content })),
      ...window.hostile.loot.slice(from),
    ],
    first,
  );

export interface HostileOptions {
  /** The script runs on pages of this origin; anywhere if undefined. Browsers for tests would run it in all frames. */
  appURL?: string | undefined;
  tokenizerURL?: string;
  attackerURL?: string;
}

/** Runs in the page before any of its own scripts, and keeps whatever it can get hold of in `window.hostile`. */
export function hostileScript({ appURL, tokenizerURL = '', attackerURL = '' }: HostileOptions = {}): void {
  // Frames of the tokenizer get injected by the test's browser as well; a real attacker has the app's page only.
  if (window !== window.top || (appURL !== undefined && location.origin !== appURL)) return;
  const NativeChannel = MessageChannel;
  const { postMessage } = MessagePort.prototype;
  const loot: Loot[] = [];
  const keys: Record<string, string> = {};
  const lines: Line[] = [];
  const known = new Set<string>();

  const keep = (source: string, value: unknown) => {
    let content: string;
    try {
      content = (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 50_000);
    } catch {
      content = String(value);
    }
    const key = `${source}\0${content}`;
    if (known.has(key)) return;
    known.add(key);
    loot.push({ source, content });
  };
  const wait = (milliseconds: number) =>
    new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));
  async function until(isSo: () => unknown): Promise<boolean> {
    for (let tries = 0; tries < 400; tries++) {
      if (isSo()) return true;
      await wait(25);
    }
    return false;
  }
  const frame = (label: string) => document.querySelector<HTMLIFrameElement>(`iframe[title="${label}"]`)!;
  const line = (label: string) =>
    lines.findLast(({ sent }) => JSON.stringify(sent).includes(`"ariaLabel":${JSON.stringify(label)}`))!;

  window.addEventListener('message', ({ data, origin }) => keep('message', { data, origin }), true);

  MessagePort.prototype.postMessage = function (this: MessagePort, ...sent: unknown[]) {
    keep('sent', sent[0]);
    lines.find(({ port }) => port === this)?.sent.push(sent[0]);
    Reflect.apply(postMessage, this, sent);
  };
  window.MessageChannel = class extends NativeChannel {
    constructor() {
      super();
      const taken: Line = { port: this.port1, sent: [], heard: [] };
      lines.push(taken);
      this.port1.addEventListener('message', ({ data }) => {
        keep('port', data);
        taken.heard.push(data);
      });
    }
  };

  for (const type of [
    'keydown',
    'keypress',
    'keyup',
    'beforeinput',
    'input',
    'textInput',
    'compositionstart',
    'compositionupdate',
    'compositionend',
    'paste',
    'copy',
    'cut',
    'selectionchange',
    'select',
    'change',
    'drop',
    'dragstart',
    'dragover',
    'pointerdown',
    'mousemove',
    'click',
    'contextmenu',
    'auxclick',
  ])
    window.addEventListener(
      type,
      (event) => {
        const { key, data } = event as KeyboardEvent & InputEvent;
        if (key ?? data) keys[type] = (keys[type] ?? '') + (key ?? data);
        const clipboard = (event as ClipboardEvent).clipboardData ?? (event as DragEvent).dataTransfer;
        const { tagName, id } = (event.target ?? {}) as HTMLElement;
        keep('event', { type, tagName, id, data: clipboard?.getData('text/plain') });
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

  for (const type of PerformanceObserver.supportedEntryTypes)
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) keep('performance', entry.toJSON());
    }).observe({ type, buffered: true });
  if ('ReportingObserver' in window)
    new ReportingObserver(
      (reports) => reports.forEach((report) => keep('report', { ...report, body: report.body })),
      {
        buffered: true,
      },
    ).observe();
  window.addEventListener('securitypolicyviolation', ({ blockedURI, sourceFile, documentURI, sample }) =>
    keep('violation', { blockedURI, sourceFile, documentURI, sample }),
  );
  window.addEventListener('error', ({ message, filename }) => keep('error', { message, filename }));

  const take = (source: string, at: () => unknown) => {
    try {
      const value = at();
      if (value !== null && value !== undefined && value !== '') keep(source, value);
    } catch {
      // Refused by the browser: nothing to keep.
    }
  };
  setInterval(() => {
    document.querySelectorAll('iframe').forEach((each) => {
      take('frame address', () => each.src);
      take('frame html', () => each.outerHTML);
      take('frame location', () => each.contentWindow?.location.href);
      take('frame document', () => each.contentDocument?.documentElement.outerHTML);
      take('frame name', () => each.contentWindow?.name);
      take('frame inner frames', () => each.contentWindow?.frames.length);
      take('frame size', () => [each.scrollWidth, each.scrollHeight, each.clientWidth, each.clientHeight]);
    });
    take('history', () => [history.length, history.state as unknown]);
    take('selection', () => String(window.getSelection()));
    take('storage', () => ({ ...localStorage, ...sessionStorage, cookie: document.cookie }));
    take('active', () => document.activeElement?.outerHTML);
    take('page text', () => document.body.innerText);
    take('values', () =>
      [...document.querySelectorAll<HTMLInputElement>('input, textarea')].map(({ value }) => value),
    );
  }, 25);

  Object.defineProperty(window, 'hostile', {
    value: {
      loot,
      keys,
      lines,
      line,
      frame,
      keep,
      wait,
      channel: () => new NativeChannel(),
      until,
      tokenizerURL,
      attackerURL,
      look(at) {
        try {
          const value = at();
          return typeof value === 'object' && value !== null
            ? Object.prototype.toString.call(value)
            : String(value);
        } catch (error) {
          return (error as Error).name;
        }
      },
      async element(configure, { title = '', style = '', url, within = document.body } = {}) {
        const own = document.createElement('iframe');
        own.style.cssText = style;
        own.title = title;
        own.src = url ?? `${tokenizerURL}/frame/element?application=demo`;
        within.append(own);
        const taken = { port: new NativeChannel().port1, sent: [], heard: [] as Line['heard'], frame: own };
        // Before its script has run, a frame does not listen: offered until it says that it is ready.
        await until(() => {
          if (taken.heard.length > 0) return true;
          const { port1, port2 } = new NativeChannel();
          port1.onmessage = ({ data }) => {
            if (taken.heard.length === 0) taken.port = port1;
            taken.heard.push(data);
            keep('own port', data);
          };
          own.contentWindow!.postMessage({ lunasec: 1, type: 'connect' }, tokenizerURL, [port2]);
          return false;
        });
        taken.port.postMessage({ type: 'configure', ...configure });
        return taken;
      },
      async roundTrip() {
        const { port, heard } = line('Secret');
        const requestId = String(Math.random());
        port.postMessage({ type: 'validate', requestId });
        await until(() => heard.some((message) => message.requestId === requestId));
      },
    } satisfies Hostile,
  });
}
