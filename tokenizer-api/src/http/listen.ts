import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Connections that may wait to be accepted; the system may allow fewer (`net.core.somaxconn`). What finds no place is dropped
 * without a word, and its client waits for seconds before it tries again: longer than a busy server needs to refuse it.
 */
const backlog = 4096;

/** Resolves once the server listens; rejects when it cannot. */
export function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Closes a server with all its connections. */
export const closeNow = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** The origin of what listens on a host and a port; an IPv6 address may have its brackets or not. */
export const originAt = (host: string, port: number): string =>
  `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;

/** An address as a URL, without a trailing slash. */
export const addressOf = ({ address, port }: AddressInfo): string => originAt(address, port);
