import { expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from './config/settings.js';
import { runTokenizer } from './server.js';
import { freePort } from './test-support/free-port.js';
import { shopOrigin } from './test-support/tokenizer.js';

test('a tokenizer that listens, and has not opened its stores yet, says to try again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tokenizer-start-'));
  const port = await freePort();
  const settings = parseConfig(
    {
      port,
      dataDirectory: directory,
      logLevel: 'silent',
      applications: [{ id: 'shop', jwksURL: 'http://127.0.0.1/', origins: [shopOrigin] }],
    },
    { environment: {} },
  );
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  let answer: Promise<Response[]> | undefined;
  const tokenizer = await runTokenizer(settings, {
    wrapStores: (stores) => ({
      ...stores,
      async openSecret(secret) {
        answer = Promise.all(['/graphql', '/readyz'].map(ask));
        await answer;
        return stores.openSecret(secret);
      },
    }),
  });
  try {
    const [graphql, readiness] = await answer!;
    expect([graphql!.status, graphql!.headers.get('retry-after'), await graphql!.json()]).toEqual([
      503,
      '1',
      {
        errors: [
          {
            message: 'The tokenizer is starting. Try again.',
            extensions: { code: 'UNAVAILABLE', retryAfter: 1 },
          },
        ],
      },
    ]);
    expect(readiness!.status).toBe(503);
    expect((await ask('/readyz')).status).toBe(200);
  } finally {
    await tokenizer.close();
    await rm(directory, { recursive: true });
  }
});
