import express from 'express';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createDiskObjectStore } from '../stores/object-store/disk.js';
import type { ObjectStore } from '../stores/object-store/port.js';

/** Opens the object store on disk and serves its URLs for a moment, as a running tokenizer does. */
export async function withDiskObjectStore<T>(
  dataDirectory: string,
  now: () => Date,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const app = express();
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    const { port } = server.address() as AddressInfo;
    const { store, handler } = await createDiskObjectStore({
      directory: join(dataDirectory, 'objects'),
      publicURL: `http://127.0.0.1:${port}`,
      signingKey: randomBytes(32),
      now,
    });
    app.use(handler);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
