import { join } from 'node:path';
import { root } from '../lib/workspace.mjs';
import { createBucket, s3Environment } from './bucket.mjs';
import { kmsEnvironment } from './local-kms.mjs';
import { accepts } from './ports.mjs';
import { runToEnd } from './processes.mjs';

const file = join(root, 'compose.services.yaml');
let engine;

/** Rejects when there is no Docker engine, or no Compose. Asked once. */
const requireEngine = () =>
  (engine ??= runToEnd('docker', ['info'], { timeout: 5000 })
    .then(() => runToEnd('docker', ['compose', 'version'], { timeout: 5000 }))
    .catch(() => {
      throw new Error('no Docker engine with Compose answers');
    }));

/** Starts one service of `compose.services.yaml`, under a name of this process, on a free port. */
const startService = (service, containerPort, { describe, environment, isReady }) =>
  async function start({ note }) {
    await requireEngine();
    const compose = (...args) =>
      runToEnd('docker', ['compose', '-f', file, '-p', `lunasec-${service}-${process.pid}`, ...args]);
    const stop = () => compose('down', '--volumes', '--timeout', '2').then(() => undefined);
    try {
      note(`Starting ${service} with Docker Compose (the first time its image is downloaded) …`);
      await compose('up', '--detach', '--wait', service);
      const address = await compose('port', service, String(containerPort));
      const port = Number(address.trim().split(':').pop());
      for (let attempt = 0; !(await isReady(port)); attempt++) {
        if (attempt === 100) throw new Error(`the container of ${service} does not answer`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return { what: describe, environment: environment(port), stop };
    } catch (error) {
      await stop().catch(() => undefined);
      throw error;
    }
  };

export const composeMongoDB = startService('mongodb', 27017, {
  describe: 'MongoDB in Docker, a replica set of one',
  // Its members know each other by names of the container's own network.
  environment: (port) => ({ MONGODB_URI: `mongodb://127.0.0.1:${port}/?directConnection=true` }),
  isReady: accepts,
});

export const composeS3 = startService('s3', 7070, {
  describe: 'versitygw in Docker',
  environment: s3Environment,
  isReady: createBucket,
});

export const composeKMS = startService('kms', 8080, {
  describe: 'local-kms in Docker',
  environment: kmsEnvironment,
  isReady: accepts,
});
