import { count, short } from './types.js';
import type { Attack, Target } from './types.js';

/** What the page's own events and requests tell a script that listens to all of them. */
export interface Listeners {
  attacks: Attack[];
  start(): void;
  stop(): void;
}

const token = /lunasec-[0-9a-f-]{36}/g;
const secretFields = ['nationalId', 'card', 'notes', 'addDocuments'];

/** Listens as an injected script would: to every key, every message, and every request. */
export function createListeners({ tokenizerURL }: Target): Listeners {
  const keys: string[] = [];
  const messages: string[] = [];
  const requests: string[] = [];
  let keysElsewhere = 0;

  const onKey = (event: Event) => {
    if (!(document.activeElement instanceof HTMLIFrameElement)) {
      keysElsewhere++;
      return;
    }
    keys.push(`${event.type} ${(event as KeyboardEvent).key ?? (event as InputEvent).data ?? ''}`);
  };
  const keyEvents = [
    'keydown',
    'keyup',
    'keypress',
    'beforeinput',
    'input',
    'paste',
    'copy',
    'cut',
    'compositionend',
  ];

  const onMessage = ({ origin, data }: MessageEvent) => {
    if (origin === tokenizerURL) messages.push(JSON.stringify(data) ?? String(data));
  };

  let original = globalThis.fetch;
  const spying: typeof fetch = (input, init) => {
    if (typeof init?.body === 'string') requests.push(init.body);
    return original(input, init);
  };

  return {
    attacks: [
      {
        id: 'keys',
        title: 'Listen to the keyboard',
        how: 'Hears every key, input, paste and copy of the window, since this drawer was opened. Type into a secure field, then run it again.',
        run: async () => ({
          loot: keys.map(short),
          note: `${count(keys.length, 'event')} while a secure field had the focus, ${keysElsewhere} elsewhere.`,
        }),
      },
      {
        id: 'requests',
        title: 'Read what the page sends',
        how: 'Has put its own function in place of fetch, and reads every request of this app since then. Save a patient, then run it again.',
        async run() {
          const sent = requests.map(
            (body) => JSON.parse(body) as { variables?: { input?: Record<string, unknown> } },
          );
          const found = sent.flatMap(({ variables }) =>
            secretFields.flatMap((name) => variables?.input?.[name] ?? []).map(String),
          );
          return {
            loot: found.filter((value) => value.replace(token, '') !== '').map(short),
            note: `${count(requests.length, 'request')} read. In sensitive fields: ${count(found.length, 'token')}, and no value.`,
          };
        },
      },
      {
        id: 'messages',
        title: 'Ask the frames by postMessage',
        how: 'Sends each frame of this page messages of every kind it can think of, and reads what comes back.',
        async run() {
          const before = messages.length;
          const kinds = ['value', 'getValue', 'detokenize', 'show', 'submit', 'session', 'token', 'connect'];
          for (const frame of document.querySelectorAll('iframe'))
            for (const type of kinds) {
              frame.contentWindow?.postMessage({ type, kind: type, method: type, id: 1 }, '*');
              frame.contentWindow?.postMessage(JSON.stringify({ type }), '*', [new MessageChannel().port2]);
            }
          await new Promise((resolve) => setTimeout(resolve, 700));
          const answers = messages.slice(before);
          const frames = document.querySelectorAll('iframe').length;
          return {
            loot: answers.map(short),
            note: `${count(frames * kinds.length * 2, 'message')} to ${count(frames, 'frame')}, ${count(answers.length, 'answer')}.`,
          };
        },
      },
    ],
    start() {
      for (const type of keyEvents) addEventListener(type, onKey, { capture: true });
      addEventListener('message', onMessage, { capture: true });
      original = globalThis.fetch;
      globalThis.fetch = spying;
    },
    stop() {
      for (const type of keyEvents) removeEventListener(type, onKey, { capture: true });
      removeEventListener('message', onMessage, { capture: true });
      // Somebody else may have put theirs around it.
      if (globalThis.fetch === spying) globalThis.fetch = original;
    },
  };
}
