import { elementToPage, isToken, ProblemError } from '@lunasec/secure-frame/protocol';
import type {
  Batch,
  Channel,
  ElementState,
  ElementToPage,
  PageToElement,
  Problem,
} from '@lunasec/secure-frame/protocol';
import { connectFrame } from './frames.js';
import type { FrameLine } from './frames.js';
import type { Page } from './page.js';

type Configuration = Extract<PageToElement, { type: 'configure' }>;
type Style = Extract<PageToElement, { type: 'style' }>;

export interface ElementEvents {
  state(state: ElementState, before: ElementState | undefined): void;
  problem(problem: Problem): void;
  /** Enter was pressed in a one-line field. */
  submit(): void;
}

/** The page's line to one element frame. What is sent before the frame is there is kept, and sent again if it reloads. */
export interface ElementLink {
  configure(configuration: Omit<Configuration, 'type'>): void;
  style(style: Style): void;
  /**
   * Shows a token's value; null shows nothing. Asking for the same token again repeats only what failed. What somebody typed
   * stays, unless null `replaces` a token.
   */
  show(token: string | null, replaces?: boolean): void;
  showAgain(): void;
  /** Whether the content satisfies the constraints. Rejects with {@link ProblemError} if the frame does not answer. */
  validate(): Promise<boolean>;
  /** Stores what was typed. Null: the field is empty. Rejects with {@link ProblemError}. */
  tokenize(batch: Batch): Promise<string | null>;
  command(command: 'focus' | 'blur' | 'clear' | 'select'): void;
  /** Forgets what was typed: back to the token that `show` was called with. */
  reset(): void;
  close(): void;
}

export interface LinkOptions {
  page: Pick<Page, 'origin' | 'prefetch' | 'reportConnection'>;
  frame: HTMLIFrameElement;
  takesInput: boolean;
  events: ElementEvents;
  whenReady?: FrameLine<ElementToPage, PageToElement>['whenReady'];
  /** The frame has loaded: the last moment to call `style` in time. */
  onConnect(): void;
}

type Command = Extract<PageToElement, { type: 'command' }>['command'];

interface Request {
  message: PageToElement;
  settle(answer: Extract<ElementToPage, { requestId: string }>): void;
  reject(error: ProblemError): void;
}

const startTimeout = 20_000;
/** Uploading takes its time; the frame has its own, shorter limits for each step. */
const answerTimeout = 5 * 60_000;

export function createElementLink({
  page,
  frame,
  takesInput,
  events,
  whenReady,
  onConnect,
}: LinkOptions): ElementLink {
  const requests = new Map<string, Request>();
  let channel: Channel<PageToElement> | undefined;
  let configuration: Configuration | undefined;
  let style: Style | undefined;
  let state: ElementState | undefined;
  /** The token that the app wants shown, and the one that the frame's content stands for. */
  let wanted: string | null = null;
  let held: string | null = null;
  let takeBack = () => {};
  let dead = false;
  let lastId = 0;
  /** Asked for before the field was there. */
  let early: Command | undefined;

  const startTimer = setTimeout(() => {
    dead = true;
    events.problem({ code: 'UNAVAILABLE', message: 'The secure field did not start. Reload the page.' });
    rejectAll('The secure field did not start. Reload the page.');
  }, startTimeout);

  const disconnect = connectFrame<ElementToPage, PageToElement>(frame, page.origin, {
    parse: elementToPage,
    ...(whenReady && { whenReady }),
    opened(opened) {
      // A frame that loaded again has lost what was typed: what was asked of the former one has no answer.
      if (channel) rejectAll('The secure field was loaded again. Check it, then try again.');
      page.reportConnection(frame, 'ok');
      if (state?.dirty)
        events.problem({
          code: 'UNAVAILABLE',
          message: 'The secure field was moved in the page, and what was typed in it is lost.',
        });
      state = undefined;
      held = wanted;
      onConnect();
      channel = opened;
      if (style) channel.send(style);
      if (configuration) channel.send(configuration);
      if (wanted !== null) channel.send({ type: 'show', token: wanted });
      for (const { message } of requests.values()) channel.send(message);
    },
    received: receive,
  });

  function receive(message: ElementToPage): void {
    clearTimeout(startTimer);
    dead = false;
    if (message.type === 'state') {
      const { type: _type, ...next } = message;
      const before = state;
      state = next;
      events.state(next, before);
      if (early) command(early);
      early = undefined;
    } else if (message.type === 'problem') events.problem(message.problem);
    else if (message.type === 'connection') page.reportConnection(frame, message.state);
    else if (message.type === 'submit') events.submit();
    else if ('requestId' in message) {
      const request = requests.get(message.requestId);
      requests.delete(message.requestId);
      request?.settle(message);
    }
  }

  function rejectAll(reason: string): void {
    for (const { reject } of requests.values()) reject(new ProblemError('UNAVAILABLE', reason));
    requests.clear();
  }

  function ask<T>(
    make: (requestId: string) => PageToElement,
    answerOf: (answer: ElementToPage) => T | undefined,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (dead)
        return reject(new ProblemError('UNAVAILABLE', 'The secure field did not start. Reload the page.'));
      const requestId = String(++lastId);
      const timer = setTimeout(() => {
        requests.delete(requestId);
        reject(new ProblemError('UNAVAILABLE', 'The secure field did not answer in time. Try again.'));
      }, answerTimeout);
      const message = make(requestId);
      requests.set(requestId, {
        message,
        settle(answer) {
          clearTimeout(timer);
          const value = answerOf(answer);
          if (value !== undefined) resolve(value);
          else if (answer.type === 'failed')
            reject(new ProblemError(answer.problem.code, answer.problem.message));
          else reject(new ProblemError('UNAVAILABLE', 'The secure field gave a wrong answer.'));
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      });
      channel?.send(message);
    });
  }

  function show(token: string | null, replaces = false): void {
    if (token !== null && !isToken(token)) {
      events.problem({ code: 'BAD_USER_INPUT', message: 'What is to be shown is not a token.' });
      return show(null, replaces);
    }
    if (token === null && wanted === null && held === null) return;
    if (replaces && token === null && wanted !== null && held !== null) forget();
    const isInPlace = token === held && state?.shown !== 'failed';
    const isTypedOver = takesInput && state?.dirty === true;
    wanted = token;
    takeBack();
    // What somebody is typing is not replaced, and what is in place not fetched.
    if (token !== null && !isInPlace && !isTypedOver) takeBack = page.prefetch(token);
    if (!isTypedOver) held = token;
    channel?.send({ type: 'show', token });
  }

  function forget(): void {
    if (!state?.dirty) return;
    command('reset');
    held = null;
    state = { ...state, dirty: false };
  }

  function reset(): void {
    if (!state) return;
    state = { ...state, dirty: true };
    forget();
    const token = wanted;
    wanted = null;
    show(token);
  }

  function command(wish: Command): void {
    if (state) channel?.send({ type: 'command', command: wish });
    else early = wish;
  }

  return {
    show,
    showAgain: () => show(wanted),
    configure(next) {
      const message: Configuration = { type: 'configure', ...next };
      if (JSON.stringify(message) === JSON.stringify(configuration)) return;
      configuration = message;
      channel?.send(message);
    },
    style(next) {
      if (JSON.stringify(next) === JSON.stringify(style)) return;
      style = next;
      channel?.send(next);
    },
    validate: () =>
      ask(
        (requestId) => ({ type: 'validate', requestId }),
        (answer) => (answer.type === 'validated' ? answer.valid : undefined),
      ),
    tokenize: (batch) =>
      ask(
        (requestId) => ({ type: 'tokenize', requestId, batch }),
        (answer) => {
          if (answer.type !== 'tokenized') return undefined;
          held = answer.token;
          return answer.token;
        },
      ),
    command,
    reset,
    close() {
      clearTimeout(startTimer);
      takeBack();
      page.reportConnection(frame, 'ok');
      disconnect();
      rejectAll('The secure field was removed.');
    },
  };
}
