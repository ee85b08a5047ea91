import { controllerFrameName, controllerToPage, renewalFrameName } from '@lunasec/secure-frame/protocol';
import type { Channel, ControllerToPage, PageToController, Problem } from '@lunasec/secure-frame/protocol';
import type { Appearance } from './appearance.js';
import type { FormField } from './fields.js';
import { addHiddenFrame, connectFrame } from './frames.js';
import { presentationPart } from './parts.js';
import type { PresentationPart } from './parts.js';

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

/** Whether the tokenizer and the object store answer. */
export type Connection = 'ok' | 'failing';

/** What all secure elements of a page share. */
export interface Page {
  /** Where element frames come from. */
  readonly elementURL: string;
  /** Where frames of files come from. */
  readonly fileURL: string;
  readonly origin: string;
  /** What watches the look of this page, once that part is there. */
  appearance(part: Pick<PresentationPart, 'createAppearance'>): Appearance;
  /** Every field of the page that takes input. */
  readonly fields: Set<FormField>;
  /** Mounts the hidden controller frame. Returns a function that takes it, and the session, away. */
  start(document: Document): () => void;
  session(): Session;
  /** `failing` while calls of any frame of this page get no answer; what can be repeated is repeated for some time. */
  connection(): Connection;
  /** Says how the calls of one frame, told apart by `source`, fare. */
  reportConnection(source: object, connection: Connection): void;
  /** Calls back at each change of the session or the connection. Returns a function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Asks the app for a new assertion: after a login or logout without a page load. Does nothing before `start`. */
  renew(): void;
  /**
   * Says that a token will be shown once. All that is said at about the same time is one message, so that it becomes one
   * call. Returns a function that takes it back, if it was not sent yet.
   */
  prefetch(token: string): () => void;
  /** How the app asks its server for the data again, which renews the read grants of its tokens; undefined: not at all. */
  setRefresh(refresh: (() => unknown) | undefined): void;
  canRefresh(): boolean;
  /**
   * Has the app ask again, once for all elements that failed at about the same time: not again for a failure of what was asked for
   * before the last call (`askedAt`, by `performance.now`). Rejects if the app's
   * function does.
   */
  renewGrants(askedAt: number): Promise<unknown>;
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
  let made: Appearance | undefined;
  const appearance = ({ createAppearance }: Pick<PresentationPart, 'createAppearance'>) =>
    (made ??= createAppearance());
  const listeners = new Set<() => void>();
  const failing = new Set<object>();
  let refresh: (() => unknown) | undefined;
  let refreshedAt = -1;
  let refreshing: Promise<unknown> | undefined;
  let isRunning = false;
  let session = connecting;
  let pending: { token: string }[] = [];
  let flushing = false;
  let controller: Channel<PageToController> | undefined;
  let renew: (() => void) | undefined;

  function enter(next: Session): void {
    session = next;
    tell();
  }

  function tell(): void {
    for (const listener of listeners) listener();
  }

  function reportConnection(source: object, connection: Connection): void {
    const before = failing.size;
    if (connection === 'ok') failing.delete(source);
    else failing.add(source);
    if ((before === 0) !== (failing.size === 0)) tell();
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
      if (message.type === 'connection') return reportConnection(frame, message.state);
      clearTimeout(startTimer);
      if (message.type === 'problem') return enter(failure(message.problem));
      // Only now: a frame that is gone could not say where its assertion came from.
      endRenewal();
      enter(message.state === 'failed' ? failure(message.problem) : { state: message.state });
    };

    const frame = addHiddenFrame(document, controllerFrameName, appPath);
    const disconnect = connectFrame<ControllerToPage, PageToController>(frame, origin, {
      parse: controllerToPage,
      opened: (channel) => {
        controller = channel;
        send();
      },
      received: receive,
    });
    const startTimer = setTimeout(() => enter(failure()), startTimeout);
    let stopAppearance = () => {};
    const forgetPart = presentationPart.use((part) => (stopAppearance = appearance(part).start(document)));

    return () => {
      clearTimeout(startTimer);
      forgetPart();
      stopAppearance();
      endRenewal();
      disconnect();
      frame.remove();
      failing.delete(frame);
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
    fields: new Set(),
    start,
    session: () => session,
    connection: () => (failing.size > 0 ? 'failing' : 'ok'),
    reportConnection,
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
    setRefresh(next) {
      refresh = next;
    },
    canRefresh: () => refresh !== undefined,
    renewGrants(askedAt) {
      if (!refreshing || (refreshedAt < askedAt && !isRunning)) {
        refreshedAt = performance.now();
        isRunning = true;
        refreshing = (async () => refresh?.())().finally(() => (isRunning = false));
      }
      return refreshing;
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
