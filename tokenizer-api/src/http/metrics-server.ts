import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressOf, closeNow, listen } from './listen.js';
import { closedPolicy } from './security-headers.js';

export interface MetricsServer {
  /** Its address, without a trailing slash. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves `/metrics` on an address of its own, so that who may read them is decided by the network: behind a proxy every
 * client looks as if it were on this machine.
 */
export async function startMetricsServer(
  address: { host: string; port: number },
  render: () => Promise<{ contentType: string; text: string }>,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    response
      .setHeader('Cache-Control', 'no-store')
      .setHeader('Content-Security-Policy', closedPolicy)
      .setHeader('X-Content-Type-Options', 'nosniff');
    if (request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    render().then(
      ({ contentType, text }) => response.setHeader('Content-Type', contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await listen(server, address);
  return {
    url: addressOf(server.address() as AddressInfo),
    close: () => closeNow(server),
  };
}
