import { openChannel } from '../protocol/channel.js';
import type { Channel } from '../protocol/channel.js';
import { controllerToElement } from '../protocol/internal.js';
import type {
  ControllerToElement,
  Download,
  ElementToController,
  TokenizeInput,
  Upload,
} from '../protocol/internal.js';
import { protocolVersion } from '../protocol/messages.js';
import type { Batch } from '../protocol/messages.js';
import { ProblemError } from '../protocol/problem.js';

/** An element's line to the controller. */
export interface ControllerLink {
  requestUpload(batch: Batch, input: TokenizeInput): Promise<Upload>;
  skip(batch: Batch): void;
  requestDownload(token: string): Promise<Download>;
}

/** The same line, for other things that a controller does. */
export interface OpenLink extends ControllerLink {
  /** Asks, and waits for the answer of this type: a minute, if nothing else is said. Throws {@link ProblemError}. */
  ask<Type extends Answer['type']>(
    type: Type,
    message: (requestId: number) => ElementToController,
    timeout?: number,
  ): Promise<Extract<Answer, { type: Type }>>;
}
export type Answer = Exclude<ControllerToElement, { type: 'attached' | 'failed' | 'reset' }>;

export interface LinkParts {
  /** The controller's window, once there is one. */
  find(): Window | undefined;
  origin: string;
  /** The session is another one. */
  onReset(): void;
}

interface Attachment {
  channel: Channel<ElementToController>;
  controller: Window;
}

const firstPause = 20;
const longestPause = 250;
const attachTimeout = 15_000;
const answerTimeout = 60_000;

/**
 * Attaches to the controller of the page. Frames load in any order, and a message to a window whose script has not
 * run yet is lost, so the offer is repeated until the controller says that it took one. When there is none in time, or
 * when it is gone, the next ask tries again.
 */
export function createControllerLink({ find, origin, onReset }: LinkParts): OpenLink {
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  let lastId = 0;
  let attachment: Promise<Attachment> | undefined;
  let current: Attachment | undefined;
  attached().catch(() => undefined);

  function attached(): Promise<Attachment> {
    if (current?.controller.closed) lose();
    attachment ??= attach().then(
      (made) => (current = made),
      (error: unknown) => {
        attachment = undefined;
        throw error;
      },
    );
    return attachment;
  }

  function lose(): void {
    current?.channel.close();
    current = undefined;
    attachment = undefined;
    for (const { reject } of waiting.values())
      reject(new ProblemError('UNAVAILABLE', 'The secure fields of this page were restarted. Try again.'));
    waiting.clear();
  }

  function attach(): Promise<Attachment> {
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + attachTimeout;
      let pause = firstPause;
      let offered: Channel<ElementToController> | undefined;
      let taken = false;
      const offer = () => {
        if (taken) return;
        offered?.close();
        if (Date.now() > deadline)
          return reject(
            new ProblemError('UNAVAILABLE', 'The secure fields of this page did not start. Reload it.'),
          );
        const controller = find();
        if (controller) {
          const { port1, port2 } = new MessageChannel();
          const channel = openChannel<ControllerToElement, ElementToController>(
            port1,
            controllerToElement,
            (message) => {
              if (message.type !== 'attached') return receive(message);
              taken = true;
              resolve({ channel, controller });
            },
          );
          offered = channel;
          controller.postMessage({ lunasec: protocolVersion, type: 'attach' }, origin, [port2]);
        }
        pause = Math.min(pause * 1.5, longestPause);
        setTimeout(offer, pause);
      };
      offer();
    });
  }

  function receive(message: Exclude<ControllerToElement, { type: 'attached' }>): void {
    if (message.type === 'reset') return onReset();
    const { resolve, reject } = waiting.get(message.requestId) ?? {};
    waiting.delete(message.requestId);
    if (message.type === 'failed') reject?.(new ProblemError(message.problem.code, message.problem.message));
    else resolve?.(message);
  }

  async function ask<Type extends Answer['type']>(
    type: Type,
    message: (requestId: number) => ElementToController,
    timeout = answerTimeout,
  ): Promise<Extract<Answer, { type: Type }>> {
    const { channel } = await attached();
    const requestId = ++lastId;
    const answer = await new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(requestId);
        reject(new ProblemError('UNAVAILABLE', 'The tokenizer did not answer in time. Try again.'));
      }, timeout);
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          then(value);
        };
      waiting.set(requestId, { resolve: settle(resolve), reject: settle(reject) });
      channel.send(message(requestId));
    });
    if (answer.type !== type) throw new ProblemError('UNAVAILABLE', 'The tokenizer gave a wrong answer.');
    return answer as Extract<Answer, { type: Type }>;
  }

  return {
    requestUpload: async (batch, input) =>
      (await ask('upload', (requestId) => ({ type: 'tokenize', requestId, batch, input }))).upload,
    requestDownload: async (token) =>
      (await ask('download', (requestId) => ({ type: 'detokenize', requestId, token }))).download,
    ask,
    skip: (batch) =>
      void attached().then(
        ({ channel }) => channel.send({ type: 'skip', batch }),
        () => undefined,
      ),
  };
}
