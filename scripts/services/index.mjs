import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeKMS, composeMongoDB, composeS3 } from './compose.mjs';
import { fromEnvironment } from './environment.mjs';
import { startFerretDB } from './ferretdb.mjs';
import { startLocalKMS } from './local-kms.mjs';
import { startMongod } from './mongod.mjs';
import { startVersityGateway } from './versitygw.mjs';

/** What the tests need, and the ways to get it, the best first. */
const services = {
  MongoDB: [fromEnvironment('MONGODB_URI'), composeMongoDB, startMongod, startFerretDB],
  S3: [fromEnvironment('S3_ENDPOINT'), composeS3, startVersityGateway],
  KMS: [fromEnvironment('KMS_ENDPOINT'), composeKMS, startLocalKMS],
};

/**
 * Starts the best of each service that this machine can have, on loopback and free ports. Gives which one it is, the
 * environment variables that tell tests of them, why the others could not be had, and how to stop them.
 */
export async function startServices({ note = () => undefined } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'lunasec-services-'));
  const tried = await Promise.all(
    Object.entries(services).map(([name, ways]) => startFirst(name, ways, { directory, note })),
  );
  const started = tried.filter(({ service }) => service !== undefined);
  return {
    started: started.map(({ name, service }) => ({ name, what: service.what })),
    missing: tried
      .filter(({ service }) => service === undefined)
      .map(({ name, reasons }) => ({ name, why: reasons.join('; ') })),
    environment: Object.assign({}, ...started.map(({ service }) => service.environment)),
    async stop() {
      await Promise.allSettled(started.map(({ service }) => service.stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startFirst(name, ways, parts) {
  const reasons = [];
  for (const start of ways)
    try {
      return { name, service: await start(parts), reasons };
    } catch (error) {
      reasons.push(error.message);
    }
  return { name, reasons };
}
