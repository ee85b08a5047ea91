import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createBucket, credentials, region, s3Environment } from './bucket.mjs';
import { buildWithGo } from './go.mjs';
import { freePort } from './ports.mjs';
import { startProcess } from './processes.mjs';

const version = 'v1.8.0';

/** versitygw: an S3 server over a directory. */
export async function startVersityGateway({ directory, note }) {
  const program = await buildWithGo(
    { name: 'versitygw', module: 'github.com/versity/versitygw', version, main: './cmd/versitygw' },
    note,
  );
  const [objects, metadata] = [join(directory, 's3', 'objects'), join(directory, 's3', 'metadata')];
  for (const path of [objects, metadata]) mkdirSync(path, { recursive: true });
  const port = await freePort();
  const { stop } = await startProcess(
    program,
    [
      `--port=127.0.0.1:${port}`,
      `--region=${region}`,
      '--quiet',
      // Both URL styles: path style everywhere, and <bucket>.localhost.
      '--virtual-domain=localhost',
      'posix',
      // Not in extended attributes, which some file systems do not have.
      `--sidecar=${metadata}`,
      objects,
    ],
    {
      env: {
        ROOT_ACCESS_KEY_ID: credentials.accessKeyId,
        ROOT_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
      isReady: () => createBucket(port),
    },
  );
  return { what: `versitygw ${version}`, environment: s3Environment(port), stop };
}
