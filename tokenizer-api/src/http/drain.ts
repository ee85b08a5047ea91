import type { IncomingMessage, ServerResponse } from 'node:http';

/** Knows the requests that are being answered, and whether the server is about to stop. */
export interface Drain {
  /** Must see every request first. */
  watch(request: IncomingMessage, response: ServerResponse): void;
  /** From now on the server is not ready, and has clients open their next connection elsewhere. */
  begin(): void;
  isDraining(): boolean;
  /** Requests that are being answered. */
  inFlight(): number;
}

export function createDrain(): Drain {
  let draining = false;
  let inFlight = 0;
  return {
    watch(_request, response) {
      inFlight++;
      response.once('close', () => inFlight--);
      if (draining) response.setHeader('Connection', 'close');
    },
    begin() {
      draining = true;
    },
    isDraining: () => draining,
    inFlight: () => inFlight,
  };
}
