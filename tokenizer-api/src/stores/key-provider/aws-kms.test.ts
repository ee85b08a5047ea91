import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeKeyProvider } from '../../test-support/key-provider/contract.js';
import { readEnvelope } from './aws-kms/envelope.js';
import { createAWSKMSKeyProvider } from './aws-kms.js';
import { KeyProviderUnavailableError } from './port.js';

const endpoint = process.env.KMS_ENDPOINT;
const region = process.env.KMS_REGION ?? 'us-east-1';
const context = (token = 'lunasec-1') => ({ applicationId: 'app-1', token });

if (endpoint) {
  const client = new KMSClient({ region, endpoint });
  const makeKey = async () => (await client.send(new CreateKeyCommand({}))).KeyMetadata!;

  describeKeyProvider('AWS KMS', async () => {
    const made = await Promise.all([makeKey(), makeKey(), makeKey()]);
    return {
      ids: made.map(({ KeyId }) => KeyId!),
      open: async (...indexes) =>
        createAWSKMSKeyProvider({
          // By id and by ARN: both are the same key.
          keyIds: indexes.map((index) => (index === 1 ? made[index]!.Arn! : made[index]!.KeyId!)),
          region,
          endpoint,
          cacheTime: 60,
        }),
      close: async () => undefined,
    };
  });

  describe('the key provider over AWS KMS', () => {
    let proxy: CountingProxy;
    let keyId: string;
    beforeEach(async () => {
      proxy = await countingProxy(endpoint);
      keyId = (await makeKey()).KeyId!;
    });
    afterEach(() => proxy.close());

    const open = (options: object = {}) =>
      createAWSKMSKeyProvider({ keyIds: [keyId], region, endpoint: proxy.url, cacheTime: 60, ...options });
    const wrapMany = (provider: ReturnType<typeof open>, count: number) =>
      Promise.all(
        Array.from({ length: count }, async (_, index) => ({
          wrapped: await provider.wrap(randomBytes(32), context(`lunasec-${index}`)),
          owner: context(`lunasec-${index}`),
        })),
      );

    test('asks KMS once for a batch, and once more for all of it after a restart', async () => {
      const provider = open();
      const batch = await wrapMany(provider, 100);
      await Promise.all(batch.map(({ wrapped, owner }) => provider.unwrap(wrapped, owner)));
      expect(proxy.takeCalls()).toEqual(['GenerateDataKey']);
      const restarted = open();
      await Promise.all(batch.map(({ wrapped, owner }) => restarted.unwrap(wrapped, owner)));
      expect(proxy.takeCalls()).toEqual(['Decrypt']);
    });

    test('uses no working key for two applications, or longer than a day', async () => {
      let time = 0;
      const provider = open({ clock: () => time });
      const blobOf = async (owner: { applicationId: string; token: string }) =>
        readEnvelope((await provider.wrap(randomBytes(32), owner)).ciphertext).blob.toString('hex');
      const first = await blobOf(context());
      expect(await blobOf(context('lunasec-2'))).toBe(first);
      expect(await blobOf({ ...context(), applicationId: 'app-2' })).not.toBe(first);
      time = 24 * 3600_000 - 1;
      expect(await blobOf(context())).toBe(first);
      time++;
      expect(await blobOf(context())).not.toBe(first);
    });

    test('works on with what it knows while KMS is away, and with the rest once it is back', async () => {
      const provider = open();
      const [known] = await wrapMany(provider, 1);
      const [foreign] = await wrapMany(open(), 1);
      proxy.isDown = true;
      await provider.unwrap(known!.wrapped, known!.owner);
      await provider.wrap(randomBytes(32), context());
      for (const refused of [
        provider.unwrap(foreign!.wrapped, foreign!.owner),
        provider.wrap(randomBytes(32), { applicationId: 'app-2', token: 'lunasec-1' }),
      ])
        await expect(refused).rejects.toBeInstanceOf(KeyProviderUnavailableError);
      proxy.isDown = false;
      await provider.unwrap(foreign!.wrapped, foreign!.owner);
      await provider.wrap(randomBytes(32), { applicationId: 'app-2', token: 'lunasec-1' });
    });

    test('pings KMS when it has not heard of it for a minute', async () => {
      let time = 0;
      const provider = open({ clock: () => time });
      await provider.ping();
      await provider.ping();
      expect(proxy.takeCalls()).toEqual(['GenerateDataKey', 'Decrypt']);
      time += 60_000;
      proxy.isDown = true;
      await expect(provider.ping()).rejects.toBeInstanceOf(KeyProviderUnavailableError);
    });

    test('takes no key for another whose id was written over its own', async () => {
      const other = (await makeKey()).KeyId!;
      const { wrapped, owner } = (await wrapMany(open(), 1))[0]!;
      const provider = open({ keyIds: [keyId, other] });
      const failure = await provider.unwrap({ ...wrapped, keyId: other }, owner).catch((it: unknown) => it);
      expect(failure).toBeInstanceOf(Error);
      expect(failure).not.toBeInstanceOf(KeyProviderUnavailableError);
    });

    test('gives up on a KMS that does not answer', async () => {
      proxy.isSilent = true;
      await expect(open({ deadline: 100 }).wrap(randomBytes(32), context())).rejects.toBeInstanceOf(
        KeyProviderUnavailableError,
      );
    });
  });
} else
  describe('AWS KMS as a key provider', () => {
    test.skip('needs one: set KMS_ENDPOINT', () => undefined);
  });

interface CountingProxy {
  url: string;
  isDown: boolean;
  isSilent: boolean;
  /** The operations since the last time, in order. */
  takeCalls(): string[];
  close(): Promise<void>;
}

/** Stands before KMS and counts its operations. Only the host is not signed for by then, which local-kms takes. */
async function countingProxy(target: string): Promise<CountingProxy> {
  let calls: string[] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      const body: Buffer[] = [];
      for await (const chunk of request) body.push(chunk as Buffer);
      if (proxy.isSilent) return;
      if (proxy.isDown) return void request.socket.destroy();
      calls.push(String(request.headers['x-amz-target']).replace('TrentService.', ''));
      const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
      const answer = await fetch(target, {
        method: 'POST',
        headers: headers as Record<string, string>,
        body: Buffer.concat(body),
      });
      response
        .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
        .end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: CountingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isDown: false,
    isSilent: false,
    takeCalls: () => {
      const taken = calls;
      calls = [];
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return proxy;
}
