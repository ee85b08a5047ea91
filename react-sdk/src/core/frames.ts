import { openChannel, protocolVersion } from '@lunasec/secure-frame/protocol';
import type { Channel, Parser } from '@lunasec/secure-frame/protocol';

export interface FrameLine<In, Out> {
  parse: Parser<In>;
  opened(channel: Channel<Out>): void;
  received(message: In): void;
  /** Calls back when an offer may be made: at once, if it is not given. */
  whenReady?(offer: () => void): void;
}

/**
 * Keeps a line to a frame. A frame listens once its script has run, which is before its `load` event; each time it
 * loads (also when the browser reloads it, because it was moved in the document) it is offered a new port. The offer goes
 * to `origin` only: a frame that ended up elsewhere gets nothing. Returns a function that closes the line.
 */
export function connectFrame<In, Out>(
  frame: HTMLIFrameElement,
  origin: string,
  { parse, opened, received, whenReady = (offer) => offer() }: FrameLine<In, Out>,
): () => void {
  let channel: Channel<Out> | undefined;
  let loads = 0;
  const offer = () => {
    channel?.close();
    const { port1, port2 } = new MessageChannel();
    channel = openChannel<In, Out>(port1, parse, received);
    frame.contentWindow?.postMessage({ lunasec: protocolVersion, type: 'connect' }, origin, [port2]);
    opened(channel);
  };
  const connect = () => {
    const load = ++loads;
    whenReady(() => {
      if (load === loads) offer();
    });
  };
  frame.addEventListener('load', connect);
  return () => {
    loads++;
    frame.removeEventListener('load', connect);
    channel?.close();
  };
}

/** Adds a frame that nobody sees, hears or reaches by keyboard. Not `display: none`, which browsers slow down. */
export function addHiddenFrame(document: Document, name: string, src: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.name = name;
  frame.src = src;
  frame.tabIndex = -1;
  frame.setAttribute('aria-hidden', 'true');
  setStyles(frame, {
    all: 'initial',
    position: 'fixed',
    width: '0',
    height: '0',
    visibility: 'hidden',
    'pointer-events': 'none',
  });
  document.body.append(frame);
  return frame;
}

/** Sets styles that the app's own style sheets do not override. */
export function setStyles(element: HTMLElement, styles: Record<string, string>): void {
  for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value, 'important');
}
