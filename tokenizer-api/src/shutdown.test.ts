import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import type { ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createToken } from '@lunasec/secure-frame/protocol';
import { spawnCLI } from './test-support/cli.js';
import { freePort } from './test-support/free-port.js';
import { createSigner, sidOf } from './test-support/signer.js';
import type { Signer } from './test-support/signer.js';
import { createSession, shopOrigin, tokenize } from './test-support/tokenizer.js';
import type { TokenizeResult, Upload } from './test-support/tokenizer.js';

/** Asks until the answer is as hoped. */
async function until<T>(ask: () => Promise<T>, isGood: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    await setTimeout(20);
  }
}

describe('a tokenizer that is told to stop', () => {
  let directory: string;
  let url: string;
  let shop: Signer;
  let processes: ReturnType<typeof spawnCLI>[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tokenizer-stop-'));
    url = `http://127.0.0.1:${await freePort()}`;
    shop = await createSigner({ applicationId: 'shop', audience: () => url, origin: shopOrigin });
    processes = [];
  });
  afterEach(async () => {
    for (const { child, ended } of processes) {
      child.kill('SIGKILL');
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  });

  async function start(environment: Record<string, string> = {}) {
    const key = { ...(await exportJWK((await generateKeyPair('EdDSA')).publicKey)), kid: 'unused' };
    const running = spawnCLI(['start'], {
      directory,
      environment: {
        LUNASEC_PORT: new URL(url).port,
        LUNASEC_DATA_DIRECTORY: directory,
        LUNASEC_APPLICATIONS: JSON.stringify([
          { id: 'shop', jwks: { keys: [shop.publicJWK, key] }, origins: [shopOrigin] },
        ]),
        ...environment,
      },
    });
    processes.push(running);
    await until(ready, (status) => status === 200);
    return running;
  }
  /** Status of /readyz over a connection of its own; 0 when none is taken. */
  const ready = () =>
    fetch(`${url}/readyz`, { headers: { connection: 'close' } }).then(
      ({ status }) => status,
      () => 0,
    );
  const call = async <T>(query: string, variables: object, bearer?: string): Promise<T> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return ((await response.json()) as { data: T }).data;
  };

  /** An upload whose first half has arrived; `finish` sends the rest and gives the status, or what went wrong. */
  async function beginUpload(): Promise<{ finish: () => Promise<number | string> }> {
    const assertion = await shop.assertion({ claims: { sub: sidOf('shop', 'ada') } });
    const session = await call<{ createSession: { accessToken: string } }>(createSession, { assertion });
    const body = randomBytes(64);
    const input = {
      token: createToken(),
      dataKey: randomBytes(32).toString('base64'),
      size: body.length,
      checksum: createHash('sha256').update(body).digest('base64'),
    };
    const answer = await call<{ tokenize: TokenizeResult[] }>(
      tokenize,
      { inputs: [input] },
      session.createSession.accessToken,
    );
    const upload = answer.tokenize[0]!.upload as Upload;
    const outgoing: ClientRequest = request(upload.url, {
      method: upload.method,
      headers: { ...upload.headers, 'content-length': body.length },
    });
    const outcome = new Promise<number | string>((resolve) => {
      outgoing.on('response', (response) => {
        response.resume();
        resolve(response.statusCode!);
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
    await new Promise((resolve) => outgoing.write(body.subarray(0, 32), resolve));
    // That a later request is answered shows that this one has arrived.
    await ready();
    return {
      finish: () => {
        outgoing.end(body.subarray(32));
        return outcome;
      },
    };
  }

  test('is not ready first, then takes no connection, finishes what is in flight, and ends with 0', async () => {
    const running = await start({ LUNASEC_SHUTDOWN_DELAY: '5s' });
    const upload = await beginUpload();
    running.child.kill('SIGTERM');

    expect(await until(ready, (status) => status !== 200)).toBe(503);
    const health = await fetch(`${url}/healthz`);
    expect([health.status, health.headers.get('connection')]).toEqual([200, 'close']);
    const readiness = await fetch(`${url}/readyz`);
    expect(await readiness.json()).toEqual({ status: 'stopping' });

    await until(ready, (status) => status === 0);
    expect(running.child.exitCode).toBeNull();
    expect(await upload.finish()).toBe(200);
    expect((await running.ended).code).toBe(0);
  });

  test('does not wait for ever: what takes too long is cut off, and told', async () => {
    const running = await start({ LUNASEC_SHUTDOWN_TIMEOUT: '1s' });
    const upload = await beginUpload();
    running.child.kill('SIGTERM');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Requests that took longer than shutdownTimeout and were cut off: 1');
    expect(['ECONNRESET', 'EPIPE']).toContain(await upload.finish());
  });

  test('ends at once when told twice', async () => {
    const running = await start({ LUNASEC_SHUTDOWN_TIMEOUT: '10m' });
    await beginUpload();
    running.child.kill('SIGTERM');
    await until(ready, (status) => status === 0);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBeNull();
    expect(running.child.signalCode).toBe('SIGTERM');
  });
});
