import { openChannel } from '../protocol/channel.js';
import type { Channel } from '../protocol/channel.js';
import { elementToController } from '../protocol/internal.js';
import type { ControllerToElement, ElementToController } from '../protocol/internal.js';
import { pageToController } from '../protocol/messages.js';
import type { ControllerToPage, PageToController } from '../protocol/messages.js';
import { toProblem } from '../protocol/problem.js';
import type { Connection } from '../shared/connection.js';
import { sleep } from '../shared/retry.js';
import type { Api } from './api.js';
import { createDetokenization } from './detokenization.js';
import { createSessions } from './session.js';
import { createTokenization } from './tokenization.js';

export interface Controller {
  /** Takes the app's assertion, or null when the app has no session. */
  acceptAssertion(assertion: string | null): void;
  /** `onDrop` is called for each message of the page that is dropped. */
  connectPage(port: MessagePort, onDrop?: () => void): void;
  attachElement(port: MessagePort, isGone: () => boolean): void;
  /** Tells the page whether the calls are answered. */
  reportConnection(state: Connection): void;
}

/** How long elements' asks wait for the page to say what it will show; without the page they are still served. */
const pagePatience = 3000;

/** The hidden frame of a page: holds the session with the tokenizer and makes the calls of all elements. */
export function createController(api: Api, isVisible: () => boolean): Controller {
  const elements = new Map<Channel<ControllerToElement>, { isGone(): boolean }>();
  let page: Channel<ControllerToPage> | undefined;
  let lastState: ControllerToPage | undefined;
  let wantsRenewal = false;
  let connection: Connection = 'ok';
  let announced = () => {};
  const announcement = new Promise<void>((resolve) => (announced = resolve));

  const sessions = createSessions({
    api,
    isVisible,
    askForAssertion: () => {
      if (page) page.send({ type: 'renew' });
      else wantsRenewal = true;
    },
    onState: (state) => {
      lastState = { type: 'session', ...state };
      page?.send(lastState);
    },
    onChange: () => {
      detokenization.clear();
      for (const element of elements.keys()) element.send({ type: 'reset' });
    },
  });
  const tokenization = createTokenization(api, sessions);
  const detokenization = createDetokenization(api, sessions);

  function connectPage(port: MessagePort, onDrop?: () => void): void {
    const prefetch = ({ tokens }: PageToController) => {
      announced();
      detokenization.prefetch(tokens);
    };
    page = openChannel(port, pageToController, prefetch, onDrop);
    if (lastState) page.send(lastState);
    if (wantsRenewal) page.send({ type: 'renew' });
    if (connection !== 'ok') page.send({ type: 'connection', state: connection });
  }

  function attachElement(port: MessagePort, isGone: () => boolean): void {
    // Browsers do not say that a port is dead.
    for (const [channel, known] of elements)
      if (known.isGone()) {
        channel.close();
        elements.delete(channel);
      }
    const element: Channel<ControllerToElement> = openChannel<ElementToController, ControllerToElement>(
      port,
      elementToController,
      (message) => {
        if (message.type === 'skip') tokenization.skip(message.batch);
        else void serve(element, message);
      },
    );
    elements.set(element, { isGone });
    element.send({ type: 'attached' });
  }

  async function serve(
    element: Channel<ControllerToElement>,
    message: Exclude<ElementToController, { type: 'skip' }>,
  ): Promise<void> {
    const { requestId } = message;
    try {
      if (message.type === 'tokenize') {
        const to = await tokenization.join(message.batch, message.input);
        element.send(
          'partSize' in to
            ? { type: 'multipart', requestId, multipart: to }
            : { type: 'upload', requestId, upload: to },
        );
      } else if (message.type === 'signParts') {
        const { token, parts } = message;
        const signed = await sessions.run((accessToken) => api.signParts(accessToken, token, parts));
        element.send({ type: 'parts', requestId, parts: signed });
      } else if (message.type === 'completeUploads') {
        const { tokens } = message;
        const results = await sessions.run((accessToken) => api.completeUploads(accessToken, tokens));
        element.send({ type: 'completed', requestId, results });
      } else {
        await Promise.race([announcement, sleep(pagePatience)]);
        element.send({ type: 'download', requestId, download: await detokenization.claim(message.token) });
      }
    } catch (error) {
      element.send({ type: 'failed', requestId, problem: toProblem(error) });
    }
  }

  return {
    acceptAssertion: (assertion) => void sessions.accept(assertion),
    connectPage,
    attachElement,
    reportConnection(state) {
      connection = state;
      page?.send({ type: 'connection', state });
    },
  };
}
