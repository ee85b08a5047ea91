import { ProblemError } from '@lunasec/secure-frame/protocol';
import type { Batch, FileAttributes, FileKind, FilePageState, Problem } from '@lunasec/secure-frame/protocol';
import type { ProblemHelp } from './element.js';
import type { FileElement } from './file-element.js';
import { createMounting } from './mounting.js';
import type { labelOf, textOf } from './name.js';
import type { Page } from './page.js';
import { filePart } from './parts.js';

export interface FileHandlers {
  onState(state: FilePageState): void;
  onError(problem: Problem, help: ProblemHelp): void;
}

/** Says what an app wants of a frame of files; with what finds out its name. */
export type DescribeFiles = (names: { labelOf: typeof labelOf; textOf: typeof textOf }) => FileAttributes;

/** A frame of files as a component keeps it. */
export interface Files {
  update(describe: DescribeFiles, handlers: FileHandlers): void;
  /** What a `download` shows. */
  show(token: string | null): void;
  /** Repeats what failed. */
  showAgain(): void;
  /** The host's classes or styles may have changed. */
  restyle(): void;
  command(command: 'focus' | 'blur' | 'clear'): void;
  /** Rejects with {@link ProblemError}, as `tokenize` does. */
  validate(): Promise<boolean>;
  tokenize(batch: Batch): Promise<string[]>;
  /** Puts the frame into `host`. Returns a function that takes it away. */
  mount(page: Page, host: HTMLElement): () => void;
}

const unavailable = (message: string) => new ProblemError('UNAVAILABLE', message);

export function createFiles(kind: FileKind): Files {
  let element: FileElement | undefined;
  let described: DescribeFiles | undefined;
  let handlers: FileHandlers | undefined;
  let token: string | null = null;
  /** Those who wait for the frame to be there. */
  let opened = deferred();
  let isMounted = false;

  async function mounted(): Promise<FileElement> {
    if (!isMounted) throw unavailable('The secure field is not mounted.');
    return element ?? opened.promise;
  }

  return {
    update(describe, next) {
      described = describe;
      handlers = next;
      element?.configure(describe);
    },
    show(wanted) {
      token = wanted;
      element?.show(wanted);
    },
    showAgain: () => element?.showAgain(),
    restyle: () => element?.restyle(),
    command: (command) => element?.command(command),
    validate: async () => (await mounted()).validate(),
    tokenize: async (batch) => (await mounted()).tokenize(batch),
    mount: createMounting((page: Page, host: HTMLElement) => {
      isMounted = true;
      const forgetPart = filePart.use(
        (part) => {
          element = part.createFileElement({
            page,
            kind,
            host,
            onState: (state) => handlers?.onState(state),
            onError: (...problem) => handlers?.onError(...problem),
          });
          if (described) element.configure(described);
          element.show(token);
          opened.resolve(element);
        },
        () => {
          const problem = unavailable('A part of the page could not be loaded. Reload it.');
          opened.reject(problem);
          handlers?.onError({ code: problem.code, message: problem.message }, { refresh: undefined });
        },
      );
      return () => {
        isMounted = false;
        forgetPart();
        element?.close();
        element = undefined;
        opened.reject(unavailable('The secure field was removed.'));
        opened = deferred();
      };
    }),
  };
}

function deferred() {
  let resolve!: (element: FileElement) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<FileElement>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  // Often nobody waits.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
