import { setImmediate as nextRound, setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { configure, waitFor } from '@testing-library/react';
import { engine } from '../core/engine.js';

// By default a second, which is little on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

/** A tokenizer's frame as far as a page can tell: it takes the port it is offered, keeps what it gets, and answers. */
export interface FakeFrame {
  /** Every message of the page since the frame loaded. */
  received: Record<string, unknown>[];
  /** The origin that the offer was for. */
  origin: string;
  send(message: unknown): void;
  /** Waits for the next message of this type that was not waited for before. */
  next(type: string): Promise<Record<string, unknown>>;
}

interface Offer {
  message: unknown;
  origin: string;
  port: MessagePort;
}

const offers = new WeakMap<HTMLIFrameElement, Offer[]>();
const open: { close(): void }[] = [];

/** Stands in for the browser's frames, which jsdom does not load, and for its message channels, which it lacks. */
export async function installFrames(): Promise<void> {
  // There at once, so that a test decides when what happens.
  await new Promise((resolve) => engine.use(resolve));
  class Channel extends MessageChannel {
    constructor() {
      super();
      open.push(this.port1, this.port2);
    }
  }
  Object.defineProperty(globalThis, 'MessageChannel', { value: Channel, configurable: true, writable: true });
  quietPseudoElements();
  Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', {
    configurable: true,
    get(this: HTMLIFrameElement) {
      return {
        postMessage: (message: unknown, origin: string, [port]: [MessagePort]) =>
          offers.set(this, [...(offers.get(this) ?? []), { message, origin, port }]),
      };
    },
  });
}

const { getComputedStyle } = globalThis;

/** jsdom knows no pseudo-elements, and says so each time: here it answers as a browser that knows none. */
export function quietPseudoElements(): void {
  globalThis.getComputedStyle = (element) => getComputedStyle(element);
}

/** Ports keep the process alive. */
export function closePorts(): void {
  for (const port of open.splice(0)) port.close();
}

/** Loads a frame, as the browser does once its script has run. Called again: loads it again. */
export function load(frame: HTMLIFrameElement): FakeFrame {
  const before = offers.get(frame)?.length ?? 0;
  frame.dispatchEvent(new Event('load'));
  const made = offers.get(frame)?.slice(before) ?? [];
  if (made.length !== 1) throw new Error(`${made.length} offers of a port at one load`);
  const { port, origin } = made[0]!;
  const received: Record<string, unknown>[] = [];
  const seen = new Set<unknown>();
  port.onmessage = ({ data }: MessageEvent) => received.push(data as Record<string, unknown>);
  return {
    received,
    origin,
    send: (message) => port.postMessage(message),
    next: (type) =>
      waitFor(() => {
        const message = received.find((each) => each.type === type && !seen.has(each));
        if (!message) throw new Error(`No ${type}; received ${JSON.stringify(received)}`);
        seen.add(message);
        return message;
      }),
  };
}

export const emptyState = {
  type: 'state',
  filled: false,
  valid: true,
  invalid: null,
  dirty: false,
  focused: false,
  shown: 'none',
};

/**
 * Time for messages that are on their way, to show that there are none. A busy machine is late with its timers: whatever has
 * arrived by then is delivered before the next few rounds of the event loop are over.
 */
export async function settle(): Promise<void> {
  await sleep(30);
  for (let round = 0; round < 5; round++) await nextRound();
}

export const frameNamed = (title: string) =>
  document.querySelector<HTMLIFrameElement>(`iframe[title="${title}"]`)!;

export const token = (digit: number) => `lunasec-00000000-0000-4000-8000-00000000000${digit}`;
