import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { secureInput, shownText } from '../support/demo.js';
import type { Attack, AttackGroup } from './attack.js';
import { plainText, texts } from './stage.js';
import type { Stage } from './stage.js';

declare global {
  interface Window {
    /** What each group of replaced functions has seen: texts among their arguments, results and objects. */
    spied: Record<string, string[]>;
  }
}

/**
 * Runs before the SDK loads, and replaces what it, or anything else in the page, may use. Each still does what it did, so that the
 * page works on.
 */
function replaceGlobals(): void {
  if (window !== window.top) return;
  const spied: Window['spied'] = {};
  Object.defineProperty(window, 'spied', { value: spied });
  const { apply, construct, ownKeys } = Reflect;
  const seen = new Set<string>();
  const decoder = new TextDecoder('latin1');
  let isBusy = false;

  /** Texts in a value: itself, in its properties, in its bytes. */
  function textsIn(value: unknown, depth: number, found: string[]): void {
    if (typeof value === 'string') found.push(value.slice(0, 5000));
    else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
      found.push(decoder.decode(value as ArrayBuffer).slice(0, 5000));
    else if (
      typeof value === 'object' &&
      value !== null &&
      depth > 0 &&
      !(value instanceof Node) &&
      value !== window
    ) {
      let count = 0;
      for (const name of ownKeys(value)) {
        if (++count > 50) break;
        const descriptor = Object.getOwnPropertyDescriptor(value, name);
        if (descriptor && 'value' in descriptor) textsIn(descriptor.value, depth - 1, found);
      }
    }
  }
  function spy(group: string, ...values: unknown[]): void {
    // What the spy itself uses is replaced as well.
    if (isBusy) return;
    isBusy = true;
    try {
      const found: string[] = [];
      textsIn(values, 4, found);
      const kept = (spied[group] ??= []);
      for (const text of found)
        if (text.length > 3 && !seen.has(group + text)) {
          seen.add(group + text);
          kept.push(text);
        }
    } catch {
      // A value that does not let itself be looked at.
    } finally {
      isBusy = false;
    }
  }

  type Methods = Record<PropertyKey, unknown>;
  function replace(group: string, owner: object, ...names: PropertyKey[]): void {
    for (const name of names) {
      const descriptor = Object.getOwnPropertyDescriptor(owner, name);
      if (!descriptor) continue;
      const wrap = (native: unknown) =>
        typeof native !== 'function'
          ? native
          : function (this: unknown, ...given: unknown[]) {
              const result: unknown = apply(native, this, given);
              spy(group, this, given, result);
              return result;
            };
      const replacement: PropertyDescriptor =
        'value' in descriptor
          ? { ...descriptor, value: wrap(descriptor.value) }
          : {
              ...descriptor,
              ...(descriptor.get && { get: wrap(descriptor.get) as () => unknown }),
              ...(descriptor.set && { set: wrap(descriptor.set) as (value: unknown) => void }),
            };
      Object.defineProperty(owner, name, replacement);
    }
  }
  function replaceConstructor(group: string, name: string): void {
    const native = (window as unknown as Methods)[name];
    if (typeof native !== 'function') return;
    const replacement = new Proxy(native, {
      construct(target, given: unknown[], newTarget) {
        spy(group, given);
        return construct(target, given, newTarget) as object;
      },
    });
    Object.defineProperty(window, name, { value: replacement, writable: true, configurable: true });
  }
  const all = (owner: object) => ownKeys(owner).filter((name) => name !== 'constructor');

  for (const name of [
    'assertion',
    'accessToken',
    'dataKey',
    'plaintext',
    'text',
    'session',
    'upload',
    'download',
    'authorization',
    'url',
    'secret',
    'content',
    'token',
    'data',
    'ports',
  ])
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      get() {
        spy('getters and setters on Object.prototype', this);
        return undefined;
      },
      set(value: unknown) {
        spy('getters and setters on Object.prototype', value);
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
    });
  const { then } = Promise.prototype;
  Promise.prototype.then = function (this: Promise<unknown>, ...callbacks: unknown[]) {
    const spying = callbacks.map((callback) =>
      typeof callback !== 'function'
        ? callback
        : (value: unknown): unknown => {
            spy('Promise.prototype', value);
            return apply(callback, undefined, [value]);
          },
    );
    return apply(then, this, spying) as never;
  };
  replace('Promise.prototype', Promise.prototype, 'catch', 'finally');
  replace('JSON', JSON, 'parse', 'stringify');
  for (const type of [Map, WeakMap, Set, WeakSet])
    replace('Map, WeakMap, Set', type.prototype, ...['get', 'set', 'has', 'add', 'delete', 'forEach']);
  replace('structuredClone', window, 'structuredClone');
  for (const type of [SubtleCrypto, Crypto]) replace('crypto', type.prototype, ...all(type.prototype));
  replace('TextEncoder and TextDecoder', TextEncoder.prototype, 'encode', 'encodeInto');
  replace('TextEncoder and TextDecoder', TextDecoder.prototype, 'decode');
  replace('atob and btoa', window, 'atob', 'btoa');
  replace('fetch', window, 'fetch');
  replace('fetch', Response.prototype, 'text', 'json', 'arrayBuffer', 'url');
  replace('fetch', Headers.prototype, 'set', 'get', 'append');
  replace(
    'XMLHttpRequest',
    XMLHttpRequest.prototype,
    'open',
    'send',
    'setRequestHeader',
    'responseText',
    'response',
  );
  replace('postMessage and message events', MessagePort.prototype, 'postMessage', 'onmessage');
  replace('postMessage and message events', window, 'postMessage');
  replace('postMessage and message events', MessageEvent.prototype, 'data', 'ports', 'origin', 'source');
  replace('key, input and clipboard events', KeyboardEvent.prototype, 'key', 'code');
  replace('key, input and clipboard events', InputEvent.prototype, 'data', 'dataTransfer');
  replace('key, input and clipboard events', ClipboardEvent.prototype, 'clipboardData');
  replace('key, input and clipboard events', CompositionEvent.prototype, 'data');
  replace('values of inputs', HTMLInputElement.prototype, 'value', 'defaultValue');
  replace('values of inputs', HTMLTextAreaElement.prototype, 'value', 'textContent');
  replace('frames', HTMLIFrameElement.prototype, 'src', 'contentDocument', 'name', 'allow', 'sandbox');
  for (const type of [Element, Node, Document])
    replace(
      'the DOM',
      type.prototype,
      'setAttribute',
      'append',
      'appendChild',
      'insertBefore',
      'createElement',
      'innerHTML',
      'textContent',
    );
  replace('style sheets', CSSStyleDeclaration.prototype, 'setProperty', 'getPropertyValue', 'cssText');
  replace('style sheets', CSSStyleSheet.prototype, 'insertRule', 'replaceSync');
  replace('style sheets', window, 'getComputedStyle');
  replace('timers', window, 'setTimeout', 'queueMicrotask', 'requestAnimationFrame');
  replace('storage', Storage.prototype, 'setItem', 'getItem');
  replace('storage', IDBObjectStore.prototype, 'put', 'add');
  replace('history', History.prototype, 'pushState', 'replaceState', 'state');
  replace('Object and Reflect', Object, 'assign', 'entries', 'keys', 'fromEntries', 'freeze', 'create');
  replace('Object and Reflect', Reflect, 'apply', 'get', 'set', 'construct', 'ownKeys');
  replace('console', console, 'log', 'warn', 'error', 'debug');
  for (const name of ['URL', 'URLSearchParams', 'Request']) replaceConstructor('URL and Request', name);
  for (const name of ['Blob', 'File', 'FileReader', 'DataView'])
    replaceConstructor('Blob, File, Worker', name);
  for (const name of ['Worker', 'SharedWorker', 'WebSocket']) replaceConstructor('Blob, File, Worker', name);
  Error.prepareStackTrace = (error: Error) => {
    spy('Error.prepareStackTrace', error.message);
    return error.message;
  };
  replace('RegExp.prototype', RegExp.prototype, 'exec', 'test', Symbol.replace, Symbol.match);
  replace(
    'String.prototype',
    String.prototype,
    'slice',
    'split',
    'replace',
    'trim',
    'includes',
    'startsWith',
    'matchAll',
    'charCodeAt',
  );
  replace(
    'Array.prototype',
    Array.prototype,
    'push',
    'map',
    'join',
    'concat',
    'splice',
    'filter',
    'find',
    Symbol.iterator,
  );
  replace('Function.prototype', Function.prototype, 'call', 'apply', 'bind');
}

/** What the page does with a text of its own, by each group: the replaced functions must see that. */
function useGlobals(text: string): void {
  Object.assign(window, { used: Object.create(null) as object });
  const target = {} as { plaintext: string };
  target.plaintext = text;
  void Promise.resolve(text).then((value) => value);
  JSON.stringify({ text: 1, more: JSON.parse(JSON.stringify(text)) as string });
  new Map<string, string>().set('a', text);
  structuredClone(text);
  void crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  btoa(text);
  void fetch(`data:text/plain,${text}`);
  const request = new XMLHttpRequest();
  request.open('GET', `/?${text}`);
  new MessageChannel().port1.postMessage(text);
  void new KeyboardEvent('keydown', { key: text }).key;
  const input = document.createElement('input');
  input.value = text;
  document.createElement('iframe').name = text;
  input.setAttribute('title', text);
  document.body.style.setProperty('--text', text);
  setTimeout(() => undefined, 0, text);
  sessionStorage.setItem('text', text);
  sessionStorage.clear();
  history.replaceState(text, '');
  history.replaceState(null, '');
  Object.entries({ text: 1, more: text });
  const { debug } = console;
  debug(text);
  new URL(`/?${text}`, location.href);
  new Blob([text]);
  void new Error(text).stack;
  /x/.test(text);
  text.slice(1, -1).trim();
  [].push(text as never);
  ((given: string) => given).call(null, text);
}

const groupNames = [
  'getters and setters on Object.prototype',
  'Promise.prototype',
  'JSON',
  'Map, WeakMap, Set',
  'structuredClone',
  'crypto',
  'TextEncoder and TextDecoder',
  'atob and btoa',
  'fetch',
  'XMLHttpRequest',
  'postMessage and message events',
  'key, input and clipboard events',
  'values of inputs',
  'frames',
  'the DOM',
  'style sheets',
  'timers',
  'storage',
  'history',
  'Object and Reflect',
  'console',
  'URL and Request',
  'Blob, File, Worker',
  'Error.prepareStackTrace',
  'RegExp.prototype',
  'String.prototype',
  'Array.prototype',
  'Function.prototype',
];

/** Everything is replaced at once, on one page: opened by the first of these attacks, for each stage. */
const spiedBy = new WeakMap<Stage, Promise<Window['spied']>>();

async function useReplaced(stage: Stage): Promise<Window['spied']> {
  const page: Page = await stage.open('?fields&values', (each) => each.addInitScript(replaceGlobals));
  await secureInput(page, 'Secret').pressSequentially(texts.typed);
  await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/^saved \d+$/).waitFor();
  const spied = await page.evaluate(() => window.spied);
  await page.evaluate(useGlobals, plainText);
  await page.evaluate(() => window.hostile.wait(50));
  const own = await page.evaluate(() => window.spied);
  for (const name of groupNames)
    // With the page's text inside, the replaced functions of the group are known to work.
    if (!own[name]?.some((text) => text.includes(plainText))) spied[name] = [];
    else spied[name] = [...own[name], 'works'];
  return spied;
}

function spying(stage: Stage): Promise<Window['spied']> {
  const started = spiedBy.get(stage) ?? useReplaced(stage);
  spiedBy.set(stage, started);
  return started;
}

export const globals: AttackGroup = {
  subject: 'by replacing what the SDK is built on, before it loads:',
  controls: [
    {
      title: 'each of them sees what the page itself gives to it',
      async run(stage) {
        const spied = await spying(stage);
        return groupNames.filter((name) => !spied[name]?.includes('works'));
      },
      catches: /^\[\]$/,
    },
  ],
  attacks: groupNames.map((name): Attack => ({
    title: name,
    async run(stage) {
      const spying = spiedBy.get(stage) ?? useReplaced(stage);
      spiedBy.set(stage, spying);
      const spied = (await spying)[name];
      // It does see what the page itself gives to these functions.
      expect(spied).toContain('works');
      return spied;
    },
  })),
};
