import { openChannel } from '../protocol/channel.js';
import type { Channel } from '../protocol/channel.js';
import { pageToFile } from '../protocol/files.js';
import type {
  FileAttributes,
  FileKind,
  FilePageState,
  FileToPage,
  InvalidFileCode,
  PageToFile,
} from '../protocol/files.js';
import { ProblemError, toProblem } from '../protocol/problem.js';
import type { FileLink } from './link.js';
import { observeConnection } from '../shared/connection.js';
import { isSafeStyleValue } from '../style/allowed.js';
import { createStyler } from '../style/apply.js';
import type { StateStyles } from '../style/apply.js';
import { createDownload } from './download/downloads.js';
import { createDownloadView } from './download/view.js';
import { make } from './dom.js';
import { createSay } from './labels.js';
import type { Say } from './labels.js';
import type { Network } from './upload/network.js';
import type { Send } from './upload/send.js';
import { createUploads } from './upload/uploads.js';
import { createUploadView } from './upload/view.js';

export interface FilePageParts {
  document: Document;
  port: MessagePort;
  /** A message of the page was dropped. */
  onDrop(): void;
  /** Whether an event comes from a person, not from a script. */
  isByPerson(event: Event): boolean;
  fetch: typeof globalThis.fetch;
  send: Send;
  network: Network;
  now(): number;
  /** Makes the line to the controller; `onReset` is called when the session is another one. */
  link(onReset: () => void): FileLink;
}

/** What the two kinds of file pages have in common, for the page. */
interface Inside {
  element: HTMLElement;
  button: HTMLButtonElement;
  configure(attributes: FileAttributes): void;
  state(): Omit<FilePageState, 'focused' | 'height' | 'valid'>;
  show(token: string | null): void;
  tokenize(): Promise<string[]>;
  clear(): void;
  reset(): void;
  render(): void;
}

/** Shortest time between two states for the page, in milliseconds. */
const stateInterval = 100;
/** How often what is stored is kept from being swept, while somebody sees it, in milliseconds. */
const keepInterval = 60_000;

/** One file page: what is inside the frame, and the page's control over it. */
export function createFilePage({ document, port, link, onDrop, fetch, ...parts }: FilePageParts): void {
  const view = document.defaultView!;
  let inside: Inside | undefined;
  let attributes: FileAttributes = {};
  let applyStyle: ((styles: StateStyles) => void) | undefined;
  let pendingStyle: StateStyles | undefined;
  let sent = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  const controller = link(() => inside?.reset());
  const transfer = observeConnection(fetch, (state) => page.send({ type: 'connection', state }));
  const page: Channel<FileToPage> = openChannel<PageToFile, FileToPage>(port, pageToFile, receive, refuse);
  page.send({ type: 'ready' });

  /** Of what a page says a frame may know too little, being older; silence would leave the app's developers guessing. */
  function refuse(): void {
    onDrop();
    if (page.dropped() > 1) return;
    const message = 'The secure frame does not know what the page asks for. Is it older than the SDK?';
    page.send({ type: 'problem', problem: { code: 'BAD_USER_INPUT', message } });
  }

  function receive(message: PageToFile): void {
    if (message.type === 'configure') return configure(message.kind, message.attributes);
    if (message.type === 'style') {
      pendingStyle = message;
      return style();
    }
    if (!inside) return;
    if (message.type === 'show') inside.show(message.token);
    else if (message.type === 'validate') {
      const { valid } = stateOf(inside);
      report();
      page.send({ type: 'validated', requestId: message.requestId, valid });
    } else if (message.type === 'tokenize') {
      // Files have had calls of their own: the form's batch need not wait.
      controller.skip(message.batch);
      void tokenize(inside, message.requestId);
    } else if (message.command === 'clear') inside.clear();
    else inside.button[message.command]();
  }

  function configure(kind: FileKind, next: FileAttributes): void {
    attributes = next;
    const root = document.documentElement;
    if (next.lang === undefined) root.removeAttribute('lang');
    else root.lang = next.lang;
    if (next.dir === undefined) root.removeAttribute('dir');
    else root.dir = next.dir;
    if (!inside) {
      inside = create(kind);
      inside.element.id = 'field';
      document.body.append(inside.element);
      applyStyle = createStyler(document, inside.element);
      style();
      inside.element.addEventListener('focusin', report);
      inside.element.addEventListener('focusout', report);
      view.addEventListener('focus', report);
      view.addEventListener('blur', report);
      if (typeof view.ResizeObserver !== 'undefined') new view.ResizeObserver(report).observe(inside.element);
    }
    inside.configure(next);
    inside.render();
    reportNow();
  }

  function create(kind: FileKind): Inside {
    const common: InsideParts = {
      ...parts,
      fetch: transfer,
      document,
      link: controller,
      say: createSay(() => attributes),
      attributes: () => attributes,
      changed() {
        inside?.render();
        report();
      },
      failed: (problem) => page.send({ type: 'problem', problem }),
    };
    return kind === 'upload' ? createUploadPage(common) : createDownloadPage(common);
  }

  function style(): void {
    if (!applyStyle || !pendingStyle) return;
    applyStyle(pendingStyle);
    const accent = pendingStyle.base?.['accent-color'];
    const isColour = accent !== undefined && accent !== 'auto' && isSafeStyleValue('accent-color', accent);
    if (isColour) document.documentElement.style.setProperty('--accent', accent);
    else document.documentElement.style.removeProperty('--accent');
    report();
  }

  function stateOf(of: Inside): FilePageState {
    const state = of.state();
    return {
      ...state,
      valid: state.invalid === null,
      focused: of.element.contains(document.activeElement) && document.hasFocus(),
      height: Math.ceil(of.element.getBoundingClientRect().height),
    };
  }

  /** Progress changes with every packet: the page hears of it a few times a second. */
  function report(): void {
    timer ??= setTimeout(reportNow, stateInterval);
  }
  function reportNow(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!inside) return;
    const state = stateOf(inside);
    const text = JSON.stringify(state);
    if (text === sent) return;
    sent = text;
    page.send({ type: 'state', ...state });
  }

  async function tokenize(of: Inside, requestId: string): Promise<void> {
    try {
      const tokens = await of.tokenize();
      reportNow();
      page.send({ type: 'tokenized', requestId, tokens });
    } catch (error) {
      reportNow();
      page.send({ type: 'failed', requestId, problem: toProblem(error) });
    }
  }
}

interface InsideParts extends Omit<FilePageParts, 'port' | 'link' | 'onDrop'> {
  link: FileLink;
  say: Say;
  attributes(): FileAttributes;
  changed(): void;
  failed(problem: { code: ProblemError['code']; message: string }): void;
}

function createUploadPage({ document, say, attributes, isByPerson, ...parts }: InsideParts): Inside {
  const uploads = createUploads(parts);
  const view = createUploadView(document, say, attributes, isByPerson, {
    ...uploads,
    add: (files) => uploads.add(files, attributes()),
  });
  const timer = setInterval(() => {
    // A page in the background is left alone: that would keep its session alive.
    if (document.visibilityState === 'visible') void uploads.keep().catch(() => undefined);
  }, keepInterval);
  document.defaultView!.addEventListener('pagehide', () => clearInterval(timer));

  function invalid(): InvalidFileCode | null {
    const entries = uploads.entries();
    const codes = entries.filter(({ state }) => state === 'refused').map(({ code }) => code);
    if (entries.length === 0) return attributes().required ? 'VALUE_MISSING' : null;
    return (
      (['TOO_MANY_FILES', 'TYPE_MISMATCH', 'TOO_LARGE'] as const).find((code) => codes.includes(code)) ?? null
    );
  }

  return {
    element: make(document, 'main', {}, view.element),
    button: view.button,
    configure: view.configure,
    state: () => ({
      filled: uploads.entries().length > 0,
      invalid: invalid(),
      shown: 'none',
      files: uploads
        .entries()
        .map(({ id, file, sent, state, code }) => ({ id, size: file.size, sent, state, code })),
    }),
    show: () => undefined,
    async tokenize() {
      if (attributes().disabled) return [];
      return uploads.finish();
    },
    clear: uploads.clear,
    reset: uploads.reset,
    render: () => view.render(uploads.entries(), invalid() === null || uploads.entries().length === 0),
  };
}

function createDownloadPage({
  document,
  say,
  attributes,
  isByPerson,
  link,
  fetch,
  changed,
  failed,
}: InsideParts): Inside {
  const download = createDownload({ link, fetch, changed, failed });
  const view = createDownloadView(document, say, attributes, isByPerson, download);
  const shownOf = {
    none: 'none',
    loading: 'loading',
    named: 'shown',
    downloading: 'loading',
    ready: 'shown',
    failed: 'failed',
  } as const;
  return {
    element: make(document, 'main', {}, view.element),
    button: view.button,
    configure: view.configure,
    state() {
      const { state, size, received } = download.status();
      const files =
        state === 'named' || state === 'downloading' || state === 'ready'
          ? [
              {
                id: 1,
                size,
                sent: received,
                state: state === 'downloading' ? state : 'stored',
                code: null,
              } as const,
            ]
          : [];
      return { filled: state !== 'none', invalid: null, shown: shownOf[state], files };
    },
    show: (token) => download.show(token, attributes().preview === true),
    tokenize: async () => {
      throw new ProblemError('BAD_USER_INPUT', 'This element shows a file. It takes none.');
    },
    clear: () => download.show(null, false),
    reset: download.reset,
    render: view.render,
  };
}
