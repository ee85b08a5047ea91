import express from 'express';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDiskObjectStore } from '../../stores/object-store/disk.js';
import type { ServedObjectStore } from './contract.js';

export interface ServedDiskStore extends ServedObjectStore {
  directory: string;
  origin: string;
  /** From then on the store's clock stands still. */
  stopClock(at: Date): void;
  /** What handlers after the store's were given. */
  errors: unknown[];
}

/** A disk store in a directory of its own, served on a port of its own. */
export async function serveDiskStore(): Promise<ServedDiskStore> {
  const parent = await mkdtemp(join(tmpdir(), 'lunasec-objects-'));
  const directory = join(parent, 'objects');
  const app = express();
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let now = () => Date.now();
  const errors: unknown[] = [];
  const { store, handler } = createDiskObjectStore({
    directory,
    publicURL: origin,
    signingKey: randomBytes(32),
    now: () => new Date(now()),
  });
  app.use(handler);
  app.get('/elsewhere', (_request, response) => void response.send('elsewhere'));
  app.use(((error, _request, response, _next) => {
    errors.push(error);
    response.status(500).end();
  }) as express.ErrorRequestHandler);
  return {
    store,
    directory,
    origin,
    errors,
    shiftClock: (milliseconds) => {
      now = () => Date.now() + milliseconds;
    },
    stopClock: (at) => {
      now = () => at.getTime();
    },
    async close() {
      await store.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(parent, { recursive: true });
    },
  };
}
