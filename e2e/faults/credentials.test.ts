import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpAnswer, startProxy } from '../support/proxy.js';
import type { Fault, Proxy } from '../support/proxy.js';
import { codeOf } from './support/ledger.js';
import { cannotBreak, sharedStores } from './support/stores.js';
import { openWorld } from './support/world.js';
import type { World } from './support/world.js';

const { KMS_ENDPOINT, KMS_REGION = 'us-east-1', AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
const cannotRun =
  cannotBreak ??
  (KMS_ENDPOINT && AWS_ACCESS_KEY_ID ? undefined : 'needs KMS, and credentials in the environment');

/** What KMS says to credentials that have run out. */
const expired: Fault = {
  kind: 'answer',
  answer: (head) => httpAnswer(head, 400, '{"__type":"ExpiredTokenException"}', 'application/x-amz-json-1.1'),
};

/** From when on the SDK asks for new credentials before the old ones run out, in milliseconds. */
const renewedBefore = 5 * 60_000;

if (cannotRun !== undefined)
  describe('credentials that run out', () => {
    test.skip(cannotRun!, () => undefined);
  });
else
  describe('credentials that run out', () => {
    jest.setTimeout(120_000);
    let directory: string;
    let world: World;
    let kms: Proxy;
    let given: string;

    /** What processes are given that ask for credentials, from now on. */
    const give = (secret: string) =>
      writeFile(
        given,
        JSON.stringify({
          Version: 1,
          AccessKeyId: AWS_ACCESS_KEY_ID,
          SecretAccessKey: secret,
          Expiration: new Date(Date.now() + renewedBefore + 3000).toISOString(),
        }),
      );

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'lunasec-credentials-'));
      given = join(directory, 'credentials.json');
      const config = join(directory, 'config');
      await writeFile(config, `[default]\ncredential_process = cat ${given}\n`);
      const { hostname, port } = new URL(KMS_ENDPOINT!);
      kms = await startProxy({ host: hostname, port: Number(port) });
      const client = new KMSClient({ region: KMS_REGION, endpoint: KMS_ENDPOINT! });
      const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
      client.destroy();
      await give(AWS_SECRET_ACCESS_KEY!);
      world = await openWorld({
        stores: async (parts) => {
          const stores = await sharedStores(parts);
          return {
            ...stores,
            keys: {
              keyProvider: {
                kind: 'aws-kms',
                keyIds: [KeyMetadata!.KeyId!],
                region: KMS_REGION,
                endpoint: `http://${kms.host}`,
              },
            },
          };
        },
        client: { retries: 0 },
        env: {
          AWS_CONFIG_FILE: config,
          AWS_SHARED_CREDENTIALS_FILE: join(directory, 'none'),
          AWS_ACCESS_KEY_ID: undefined,
          AWS_SECRET_ACCESS_KEY: undefined,
        },
      });
    });
    afterAll(async () => {
      await world?.close();
      await kms?.close();
      await rm(directory, { recursive: true, force: true });
    });

    test('S3 refuses them: UNAVAILABLE; new ones are taken without a restart', async () => {
      const { grants } = world.app.lunaSec;
      const { pid } = world.replicas[0]!.process();
      const frame = world.frame('ada');
      const [kept, uploaded] = [await frame.store('kept'), await frame.store('uploaded')];
      await grants.verify('ada', kept);
      await grants.create('ada', kept);
      expect(await frame.read(kept)).toBe('kept');

      await give('one that S3 does not take any more');
      while ((await world.ready()).status === 200) await sleep(200);
      expect((await world.ready()).body).toMatchObject({ objectStore: 'unavailable', tokenStore: 'ok' });
      const codes = [
        grants.verify('ada', uploaded).then(() => 'ok', codeOf),
        frame.read(kept).then(() => 'ok', codeOf),
        frame.store('another').then(() => 'ok', codeOf),
      ];
      expect(await Promise.all(codes)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);

      await give(AWS_SECRET_ACCESS_KEY!);
      while ((await world.ready()).status !== 200) await sleep(200);
      await grants.verify('ada', uploaded);
      expect(await frame.read(kept)).toBe('kept');
      await grants.verify('ada', await frame.store('late'));
      expect(world.replicas[0]!.process().pid).toBe(pid);
      await frame.close();
    });

    test('KMS refuses them: what needs it is UNAVAILABLE, and works when it takes them again', async () => {
      const [replica] = world.replicas;
      const { grants } = world.app.lunaSec;
      const frame = world.frame('ada');
      const kept = await frame.store('kept');
      await grants.verify('ada', kept);
      await grants.create('ada', kept);
      // A new process has another working key, and none of those before.
      await replica!.kill();
      await replica!.start();
      await kms.set(expired);
      const before = kms.met();
      const codes = [
        frame.read(kept).then(() => 'ok', codeOf),
        frame.store('another').then(() => 'ok', codeOf),
      ];
      expect(await Promise.all(codes)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
      expect(kms.met()).toBeGreaterThan(before);
      await kms.set(null);
      expect(await frame.read(kept)).toBe('kept');
      await grants.verify('ada', await frame.store('another'));
      await frame.close();
    });

    test('KMS does not answer at all: a tokenizer does not start, in time; and starts when it does', async () => {
      const [replica] = world.replicas;
      for (const fault of [{ kind: 'refuse' }, { kind: 'hang' }] as const) {
        await replica!.kill();
        await kms.set(fault);
        await expect(replica!.start()).rejects.toThrow('AWS KMS did not answer');
        await kms.set(null);
      }
      await replica!.kill();
      await replica!.start();
      expect(await world.ready()).toMatchObject({ status: 200 });
    });
  });
