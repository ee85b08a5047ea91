import { connectMessage, protocolVersion, refusal } from '../protocol/messages.js';
import { invalid } from '../protocol/parsers.js';

/** Page origins for which this frame was served; the tokenizer writes them into the document. */
export function pageOrigins(document: Document): string[] {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="lunasec-origins"]');
  return meta?.content.split(/\s+/).filter(Boolean) ?? [];
}

/**
 * Takes the one port that the page offers. Only the direct parent counts, only from an origin of the application,
 * and only once: a second offer, of whomever, is dropped. A page of another protocol version is told so.
 */
export function acceptPage(window: Window, accept: (port: MessagePort) => void): void {
  const origins = pageOrigins(window.document);
  const listen = (event: MessageEvent<unknown>) => {
    const [port] = event.ports;
    if (event.source !== window.parent || window.parent === window || !port) return;
    // A page on the tokenizer's own origin could reach into the frame: never work for one.
    if (!origins.includes(event.origin) || event.origin === window.location.origin) return;
    const message = connectMessage(event.data);
    if (message === invalid) return;
    window.removeEventListener('message', listen);
    if (message.lunasec === protocolVersion) accept(port);
    else port.postMessage(refusal);
  };
  window.addEventListener('message', listen);
}
