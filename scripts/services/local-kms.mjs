import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { credentialsEnvironment, region } from './bucket.mjs';
import { buildWithGo } from './go.mjs';
import { accepts, freePort } from './ports.mjs';
import { startProcess } from './processes.mjs';

const version = 'v0.0.0-20260228092603-2a5e92d09ab6';

export const kmsEnvironment = (port) => ({
  KMS_ENDPOINT: `http://127.0.0.1:${port}`,
  KMS_REGION: region,
  // Any will do for it; the SDK wants some.
  ...(process.env.AWS_ACCESS_KEY_ID || process.env.AWS_PROFILE ? {} : credentialsEnvironment),
});

/** local-kms: AWS KMS's API over a directory. */
export async function startLocalKMS({ directory, note }) {
  const program = await buildWithGo(
    {
      name: 'local-kms',
      module: 'github.com/nsmithuk/local-kms',
      version,
      // It has no setting for its address and would listen on all.
      edits: [{ file: 'src/server.go', from: 'addr := ":"+port', to: 'addr := "127.0.0.1:"+port' }],
    },
    note,
  );
  const data = join(directory, 'kms');
  mkdirSync(data);
  const port = await freePort();
  const { stop } = await startProcess(program, [], {
    env: {
      PORT: String(port),
      KMS_REGION: region,
      KMS_DATA_PATH: data,
      KMS_SEED_PATH: join(directory, 'none'),
    },
    isReady: () => accepts(port),
  });
  return { what: `local-kms ${version.slice(-12)}`, environment: kmsEnvironment(port), stop };
}
