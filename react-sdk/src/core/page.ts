import { controllerFrameName, controllerToPage, renewalFrameName } from '@lunasec/secure-frame/protocol';
import type { Channel, ControllerToPage, PageToController, Problem } from '@lunasec/secure-frame/protocol';
import { createAppearance } from './appearance.js';
import type { Appearance } from './appearance.js';
import { addHiddenFrame, connectFrame } from './frames.js';

export interface PageOptions {
  /** The app's id at the tokenizer. */
  applicationId: string;
  /** The tokenizer's public URL, on another origin than the page. */
  tokenizerURL: string;
  /** Path of the node-sdk's endpoint on the page's own origin. Default `/.lunasec/secure-frame`. */
  appPath?: string | undefined;
}

/** The page's session with the tokenizer. `unauthenticated`: the app itself has no session. */
export type Session =
  | { state: 'connecting' }
  | { state: 'active' }
  | { state: 'unauthenticated' }
  | { state: 'failed'; problem: Problem };

/** What all secure elements of a page share. */
export interface Page {
  /** Where element frames come from. */
  readonly elementURL: string;
  /** Where frames of files come from. */
  readonly fileURL: string;
  readonly origin: string;
  readonly appearance: Appearance;
  /** Mounts the hidden controller frame. Returns a function that takes it, and the session, away. */
  start(document: Document): () => void;
  session(): Session;
  /** Calls back at each change of the session. Returns a function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Asks the app for a new assertion: after a login or logout without a page load. Does nothing before `start`. */
  renew(): void;
  /**
   * Says that a token will be shown once. All that is said at about the same time is one message, so that it becomes one
   * call. Returns a function that takes it back, if it was not sent yet.
   */
  prefetch(token: string): () => void;
}

/** How long the controller may take to have a session, or none. It repeats a failing call itself meanwhile. */
const startTimeout = 30_000;
const renewalTimeout = 20_000;
const maxPrefetch = 10_000;
export const connecting: Session = { state: 'connecting' };

/**
 * The page's side of the secure frames. Touches no document before `start`, so it can be made while rendering on a server.
 * Throws a TypeError if `tokenizerURL` is not a URL.
 */
export function createPage({
  applicationId,
  tokenizerURL,
  appPath = '/.lunasec/secure-frame',
}: PageOptions): Page {
  const base = tokenizerURL.replace(/\/+$/, '');
  const { origin } = new URL(base);
  const appearance = createAppearance();
  const listeners = new Set<() => void>();
  let session = connecting;
  let pending: { token: string }[] = [];
  let flushing = false;
  let controller: Channel<PageToController> | undefined;
  let renew: (() => void) | undefined;

  function enter(next: Session): void {
    session = next;
    for (const listener of listeners) listener();
  }

  function send(): void {
    flushing = false;
    if (!controller) return;
    // Sent even when empty on connecting: the controller waits for it before it serves the elements.
    do
      controller.send({
        type: 'prefetch',
        tokens: pending.splice(0, maxPrefetch).map(({ token }) => token),
      });
    while (pending.length > 0);
  }

  function start(document: Document): () => void {
    let renewal: HTMLIFrameElement | undefined;
    let renewalTimer: ReturnType<typeof setTimeout> | undefined;
    const endRenewal = () => {
      clearTimeout(renewalTimer);
      renewal?.remove();
      renewal = undefined;
    };
    renew = () => {
      endRenewal();
      renewal = addHiddenFrame(document, renewalFrameName, appPath);
      renewalTimer = setTimeout(endRenewal, renewalTimeout);
    };
    const receive = (message: ControllerToPage) => {
      if (message.type === 'renew') return renew?.();
      clearTimeout(startTimer);
      // Only now: a frame that is gone could not say where its assertion came from.
      endRenewal();
      enter(message.state === 'failed' ? failure(message.problem) : { state: message.state });
    };

    const frame = addHiddenFrame(document, controllerFrameName, appPath);
    const disconnect = connectFrame<ControllerToPage, PageToController>(frame, origin, {
      accepts: controllerToPage,
      opened: (channel) => {
        controller = channel;
        send();
      },
      received: receive,
    });
    const startTimer = setTimeout(() => enter(failure()), startTimeout);
    const stopAppearance = appearance.start(document);

    return () => {
      clearTimeout(startTimer);
      stopAppearance();
      endRenewal();
      disconnect();
      frame.remove();
      controller = renew = undefined;
      enter(connecting);
    };
  }

  const frameURL = (name: string) => `${base}/frame/${name}?application=${encodeURIComponent(applicationId)}`;
  return {
    elementURL: frameURL('element'),
    fileURL: frameURL('file'),
    origin,
    appearance,
    start,
    session: () => session,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    renew: () => renew?.(),
    prefetch(token) {
      const entry = { token };
      pending.push(entry);
      if (!flushing && controller) {
        flushing = true;
        queueMicrotask(send);
      }
      return () => {
        pending = pending.filter((other) => other !== entry);
      };
    },
  };
}

function failure(problem?: Problem): Session {
  return {
    state: 'failed',
    problem: problem ?? {
      code: 'UNAVAILABLE',
      message: 'The secure fields of this page did not start. Reload it.',
    },
  };
}
