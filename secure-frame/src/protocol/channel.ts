import { invalid } from './parsers.js';
import type { Parser } from './parsers.js';

export interface Channel<Out> {
  send(message: Out): void;
  /** How many messages were dropped because they were malformed, unknown or too large. */
  dropped(): number;
  close(): void;
}

/**
 * Opens one end of a port. Only messages that `parse` knows are delivered, with what it knows of them; all others are
 * dropped and counted, and `onDrop` is called.
 */
export function openChannel<In, Out>(
  port: MessagePort,
  parse: Parser<In>,
  receive: (message: In) => void,
  onDrop?: () => void,
): Channel<Out> {
  let dropped = 0;
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = parse(data);
    if (message !== invalid) return receive(message);
    dropped++;
    onDrop?.();
  };
  return {
    send: (message) => port.postMessage(message),
    dropped: () => dropped,
    close: () => {
      port.onmessage = null;
      port.close();
    },
  };
}
