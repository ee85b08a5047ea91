import type { Guard } from './guards.js';

export interface Channel<Out> {
  send(message: Out): void;
  /** How many messages were dropped because they were malformed, unknown or too large. */
  dropped(): number;
  close(): void;
}

/** Opens one end of a port. Only messages that `accepts` knows are delivered; all others are dropped and counted. */
export function openChannel<In, Out>(
  port: MessagePort,
  accepts: Guard<In>,
  receive: (message: In) => void,
): Channel<Out> {
  let dropped = 0;
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (accepts(data)) receive(data);
    else dropped++;
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
