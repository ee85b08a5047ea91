import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server at a port of its own. */
export interface Listening {
  /** Without a trailing slash. */
  url: string;
  /** Cuts off who is connected. */
  close(): Promise<void>;
}

/** Has a server listen; `host` is also the name that its URL has. */
export async function listening(server: Server, host = '127.0.0.1'): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
