import { fileToPage, isToken, ProblemError } from '@lunasec/secure-frame/protocol';
import type {
  Batch,
  Channel,
  FileAttributes,
  FileKind,
  FilePageState,
  FileToPage,
  PageToFile,
  Problem,
} from '@lunasec/secure-frame/protocol';
import type { ProblemHelp } from './element.js';
import { connectFrame, setStyles } from './frames.js';
import { createMounting } from './mounting.js';
import type { Page } from './page.js';
import { createRenewal } from './renewal.js';
import { readStyles } from './style.js';

/** A frame of files in a page: all of it is drawn inside, what crosses the line are tokens, sizes and states. */
export interface FileElement {
  /** `describe` is asked now, and whenever what is around the host may have changed. */
  configure(describe: () => FileAttributes): void;
  /** The host's classes or styles may have changed. */
  restyle(): void;
  /** What a `download` shows. */
  show(token: string | null): void;
  /** Repeats what failed. */
  showAgain(): void;
  /** Whether the files can be sent. Rejects with {@link ProblemError} if the frame is gone. */
  validate(): Promise<boolean>;
  /** Waits for the uploads. Their tokens, in order. Rejects with {@link ProblemError}. */
  tokenize(batch: Batch): Promise<string[]>;
  command(command: 'focus' | 'blur' | 'clear'): void;
  close(): void;
}

interface Request {
  message: PageToFile & { requestId: string };
  resolve(answer: FileToPage): void;
  reject(error: ProblemError): void;
}

const startTimeout = 20_000;
const unavailable = (message: string) => new ProblemError('UNAVAILABLE', message);
const notStarted = 'The secure field did not start. Reload the page.';

/** `host` wears the app's classes and contains the frame; of an upload, the frame is as high as its content. */
function createFileElement({
  page,
  kind,
  host,
  onState,
  onError,
}: FileHandlers & { page: Page; kind: FileKind; host: HTMLElement }): FileElement {
  const frame = host.ownerDocument.createElement('iframe');
  const requests = new Map<string, Request>();
  let channel: Channel<PageToFile> | undefined;
  let describe: (() => FileAttributes) | undefined;
  let configuration: PageToFile | undefined;
  let style: PageToFile | undefined;
  let wanted: string | null = null;
  let takeBack = () => {};
  let fills = false;
  let lastId = 0;
  let dead = false;

  setStyles(frame, { all: 'initial', display: 'block', width: '100%', height: '0', visibility: 'hidden' });

  const startTimer = setTimeout(() => {
    dead = true;
    fail({ code: 'UNAVAILABLE', message: notStarted });
    rejectAll(notStarted);
  }, startTimeout);

  const disconnect = connectFrame<FileToPage, PageToFile>(frame, page.origin, {
    parse: fileToPage,
    opened(opened) {
      page.reportConnection(frame, 'ok');
      // A frame that loaded again has lost its files: what was asked of the former one has no answer.
      if (channel) rejectAll('The secure field was loaded again. Check it, then try again.');
      restyle();
      channel = opened;
      for (const message of [style, configuration]) if (message) opened.send(message);
      if (wanted !== null) opened.send({ type: 'show', token: wanted });
      for (const { message } of requests.values()) opened.send(message);
    },
    received(message) {
      clearTimeout(startTimer);
      dead = false;
      if (message.type === 'state') {
        setStyles(frame, { visibility: 'visible', height: fills ? '100%' : `${message.height}px` });
        const { type: _, ...state } = message;
        if (state.shown === 'shown') renewal.reset();
        onState(state);
      } else if (message.type === 'problem') fail(message.problem);
      else if (message.type === 'connection') page.reportConnection(frame, message.state);
      else if ('requestId' in message) {
        requests.get(message.requestId)?.resolve(message);
        requests.delete(message.requestId);
      }
    },
  });

  const renewal = createRenewal(page, frame, showAgain);

  function fail(problem: Problem): void {
    onError(problem, kind === 'download' ? renewal.helpFor(problem) : { refresh: undefined });
  }

  function showAgain(): void {
    if (wanted === null) return;
    renewal.asked();
    takeBack();
    takeBack = page.prefetch(wanted);
    channel?.send({ type: 'show', token: wanted });
  }

  function rejectAll(reason: string): void {
    for (const { reject } of requests.values()) reject(unavailable(reason));
    requests.clear();
  }

  function ask<Answer>(
    make: (requestId: string) => Request['message'],
    pick: (answer: FileToPage) => Answer | undefined,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (dead) return reject(unavailable(notStarted));
      const message = make(String(++lastId));
      requests.set(message.requestId, {
        message,
        reject,
        resolve(answer) {
          const picked = pick(answer);
          if (picked !== undefined) resolve(picked);
          else if (answer.type === 'failed')
            reject(new ProblemError(answer.problem.code, answer.problem.message));
        },
      });
      channel?.send(message);
    });
  }

  function restyle(): void {
    style = readStyles(host, 'paragraph');
    channel?.send(style);
    // With another scheme than its content a frame is not transparent.
    setStyles(frame, { 'color-scheme': getComputedStyle(host).colorScheme });
    // A fieldset around or the text of a label may have changed too.
    configure();
  }

  function configure(): void {
    if (!describe) return;
    const attributes = describe();
    frame.title = attributes.ariaLabel ?? '';
    fills = kind === 'download' && attributes.preview === true;
    const next: PageToFile = { type: 'configure', kind, attributes };
    if (JSON.stringify(next) === JSON.stringify(configuration)) return;
    configuration = next;
    channel?.send(next);
  }

  const unwatch = page.appearance.watch(host, restyle);
  frame.src = page.fileURL;
  host.append(frame);

  return {
    configure(next) {
      describe = next;
      configure();
    },
    restyle,
    show(token) {
      if (token !== null && !isToken(token)) {
        onError(
          { code: 'BAD_USER_INPUT', message: 'What is to be shown is not a token.' },
          { refresh: undefined },
        );
        token = null;
      }
      if (token === wanted) return;
      wanted = token;
      renewal.reset();
      if (token !== null) return showAgain();
      takeBack();
      channel?.send({ type: 'show', token });
    },
    showAgain,
    validate: () =>
      ask(
        (requestId) => ({ type: 'validate', requestId }),
        (answer) => (answer.type === 'validated' ? answer.valid : undefined),
      ),
    tokenize: (batch) =>
      ask(
        (requestId) => ({ type: 'tokenize', requestId, batch }),
        (answer) => (answer.type === 'tokenized' ? answer.tokens : undefined),
      ),
    command: (command) => channel?.send({ type: 'command', command }),
    close() {
      clearTimeout(startTimer);
      page.reportConnection(frame, 'ok');
      unwatch();
      takeBack();
      disconnect();
      rejectAll('The secure field was removed.');
      frame.remove();
    },
  };
}

/** A frame of files as a component keeps it: mounted for a while, with the handlers of its last rendering. */
export interface Files {
  /** While it is mounted. */
  element(): FileElement | undefined;
  listen(handlers: FileHandlers): void;
  /** Returns a function that takes the frame away. */
  mount(page: Page, host: HTMLElement): () => void;
}
export interface FileHandlers {
  onState(state: FilePageState): void;
  onError(problem: Problem, help: ProblemHelp): void;
}

export function createFiles(kind: FileKind): Files {
  let element: FileElement | undefined;
  let handlers: FileHandlers | undefined;
  return {
    element: () => element,
    listen(next) {
      handlers = next;
    },
    mount: createMounting((page: Page, host: HTMLElement) => {
      const made = createFileElement({
        page,
        kind,
        host,
        onState: (state) => handlers?.onState(state),
        onError: (...problem) => handlers?.onError(...problem),
      });
      element = made;
      return () => {
        made.close();
        element = undefined;
      };
    }),
  };
}
