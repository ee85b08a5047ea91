import { connectMessage, protocolVersion, refusal } from '../protocol/messages.js';
import { invalid } from '../protocol/parsers.js';
import { isFromSibling } from './siblings.js';

/** Page origins for which this frame was served; the tokenizer writes them into the document. */
export function pageOrigins(document: Document): string[] {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="lunasec-origins"]');
  return meta?.content.split(/\s+/).filter(Boolean) ?? [];
}

/**
 * Takes the one port that the page offers. Only the direct parent counts, only from an origin of the application,
 * and only once: a second offer, of whomever, is dropped. A page of another protocol version is told so.
 */
export function acceptPage(
  window: Window,
  accept: (port: MessagePort) => void,
  onDrop: () => void = () => {},
): void {
  const origins = pageOrigins(window.document);
  let taken = false;
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    // Among frames of the tokenizer other messages are exchanged.
    if (isFromSibling(event, window)) return;
    const [port] = event.ports;
    const message = connectMessage(event.data);
    const isFromPage = event.source === window.parent && window.parent !== window;
    // A page on the tokenizer's own origin could reach into the frame: never work for one.
    const isFromApp = origins.includes(event.origin) && event.origin !== window.location.origin;
    if (taken || !port || !isFromPage || !isFromApp || message === invalid) return onDrop();
    taken = true;
    if (message.lunasec === protocolVersion) accept(port);
    else port.postMessage(refusal);
  });
}
