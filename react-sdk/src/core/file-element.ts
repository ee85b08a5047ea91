import { fileAttributes, fileToPage, isToken, ProblemError } from '@lunasec/secure-frame/protocol';
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
import { connectFrame, setStyles } from './frames.js';
import type { Page } from './page.js';
import { readStyles } from './style.js';

export interface FileEvents {
  state(state: FilePageState): void;
  problem(problem: Problem): void;
}

/** A frame of files in a page: all of it is drawn inside, what crosses the line are tokens, sizes and states. */
export interface FileElement {
  /** `describe` is asked now, and whenever what is around the host may have changed. */
  configure(describe: () => FileAttributes): void;
  /** The host's classes or styles may have changed. */
  restyle(): void;
  /** What a `download` shows; the same again repeats what failed. */
  show(token: string | null): void;
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
export function createFileElement({
  page,
  kind,
  host,
  events,
}: {
  page: Page;
  kind: FileKind;
  host: HTMLElement;
  events: FileEvents;
}): FileElement {
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
    events.problem({ code: 'UNAVAILABLE', message: notStarted });
    rejectAll(notStarted);
  }, startTimeout);

  const disconnect = connectFrame<FileToPage, PageToFile>(frame, page.origin, {
    accepts: fileToPage,
    opened(opened) {
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
        events.state(state);
      } else if (message.type === 'problem') events.problem(message.problem);
      else if ('requestId' in message) {
        requests.get(message.requestId)?.resolve(message);
        requests.delete(message.requestId);
      }
    },
  });

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
    // A frame drops a message with anything wrong in it: better to lose the one attribute.
    const valid = Object.fromEntries(
      Object.entries(attributes).filter(
        ([name, value]) => value !== undefined && fileAttributes({ [name]: value }),
      ),
    );
    const next: PageToFile = { type: 'configure', kind, attributes: valid };
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
      takeBack();
      if (token !== null && !isToken(token)) {
        events.problem({ code: 'BAD_USER_INPUT', message: 'What is to be shown is not a token.' });
        token = null;
      }
      if (token !== null && token !== wanted) takeBack = page.prefetch(token);
      wanted = token;
      channel?.send({ type: 'show', token });
    },
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
      unwatch();
      takeBack();
      disconnect();
      rejectAll('The secure field was removed.');
      frame.remove();
    },
  };
}
