import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { runTokenizerCommand, startReplicas } from './support/replicas.js';
import { createSharedStores, missingServices } from './support/services.js';

if (missingServices !== undefined)
  describe('two tokenizers over one MongoDB and one S3', () => {
    test.skip(missingServices!, () => undefined);
  });
else {
  describe('two tokenizers over one MongoDB and one S3', () => {
    let world: Awaited<ReturnType<typeof startReplicas>>;
    beforeAll(async () => {
      world = await startReplicas();
    });
    afterAll(() => world?.close());

    const codeOf = (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => 'ok',
        (error: { code?: string }) => error.code ?? String(error),
      );

    test('serve the calls of one lifecycle in turn', async () => {
      const { lunaSec, replicas } = world;
      const before = replicas.map(({ answered }) => answered);
      const assertion = await world.assertion('ada');
      const session = await world.createSession(assertion);
      // Used at one of them, an assertion is used at both.
      for (const _ of replicas)
        expect(await codeOf(world.createSession(assertion))).toBe('ASSERTION_REPLAYED');

      const token = await world.tokenize(session, '078-05-1120');
      expect(await codeOf(lunaSec.grants.verify('grace', { token, binding: 'User.ssn:1' }))).toBe(
        'STORE_GRANT_MISSING',
      );
      for (const _ of replicas) await lunaSec.grants.verify('ada', { token, binding: 'User.ssn:1' });
      expect(await codeOf(lunaSec.grants.verify('ada', { token, binding: 'User.ssn:2' }))).toBe(
        'BINDING_MISMATCH',
      );
      for (const _ of replicas) expect(await world.detokenize(session, token)).toBe('READ_GRANT_MISSING');
      await lunaSec.grants.create('ada', { token, binding: 'User.ssn:1' }, '5m');
      for (const _ of replicas) expect(await world.detokenize(session, token)).toBe('078-05-1120');

      // Logged out at one of them, a session is over at both.
      await lunaSec.grants.endSession('ada');
      for (const _ of replicas)
        expect(await codeOf(world.detokenize(session, token))).toBe('UNAUTHENTICATED');
      const next = await world.createSession(await world.assertion('ada'));
      for (const _ of replicas) expect(await world.detokenize(next, token)).toBe('READ_GRANT_MISSING');

      await lunaSec.deleteTokens([token]);
      for (const _ of replicas)
        expect(await codeOf(lunaSec.grants.create('ada', { token, binding: 'User.ssn:1' }))).toBe(
          'TOKEN_DELETED',
        );
      expect(await world.stores.objects()).toEqual([]);

      const [one, two] = replicas.map(({ answered }, index) => answered - before[index]!);
      expect(Math.abs(one! - two!)).toBeLessThanOrEqual(1);
      expect(one! + two!).toBeGreaterThan(15);
    });

    test('one is killed under load: nothing accepted is lost, and no call that is repeated fails', async () => {
      const { lunaSec, replicas, balancer } = world;
      const [killed, survivor] = replicas as [(typeof replicas)[0], (typeof replicas)[0]];
      const workers = 6;
      const perWorker = 15;
      const killAfter = 20;
      const accepted = new Map<string, string>();
      let killing: Promise<void> | undefined;

      await Promise.all(
        Array.from({ length: workers }, async (_, worker) => {
          const session = await world.createSession(await world.assertion(`session-${worker}`));
          for (let count = 0; count < perWorker; count++) {
            const text = `value ${count} of session ${worker}`;
            const token = await world.tokenize(session, text);
            await lunaSec.grants.verify(`session-${worker}`, token);
            accepted.set(token, text);
            if (accepted.size === killAfter) killing = killed.kill();
            await lunaSec.grants.create(`session-${worker}`, token);
            expect(await world.detokenize(session, token)).toBe(text);
          }
        }),
      );
      await killing;
      expect(accepted.size).toBe(workers * perWorker);
      // It was in the middle of it: calls met it dead, and were repeated.
      expect(balancer.failed()).toBeGreaterThan(0);
      await expect(fetch(`${killed.url}/healthz`)).rejects.toThrow();

      // Everything that was accepted, before and after, can be read by a session that had no part in it.
      const session = await world.createSession(await world.assertion('auditor'));
      await lunaSec.grants.create('auditor', [...accepted.keys()]);
      for (const [token, text] of accepted) expect(await world.detokenize(session, token)).toBe(text);
      const found: string[] = [];
      for await (const { token } of lunaSec.findTokens({ status: 'accepted' })) found.push(token);
      expect(found.sort()).toEqual([...accepted.keys()].sort());
      expect((await world.stores.objects()).length).toBe(accepted.size);
      expect(survivor.answered).toBeGreaterThan(killed.answered);
    });
  });

  test('tokenizer migrate makes the indexes of an empty database', async () => {
    const stores = await createSharedStores('http://tokenizer.localhost');
    const { LUNASEC_MONGODB_URI: uri, LUNASEC_MONGODB_DATABASE: dbName } = stores.environment;
    const connection = await mongoose.createConnection(uri!, { dbName: dbName! }).asPromise();
    const indexes = async () => {
      const found: Record<string, number> = {};
      for (const { name } of await connection.db!.listCollections().toArray())
        found[name] = (await connection.db!.collection(name).indexes()).length;
      return found;
    };
    try {
      expect(await indexes()).toEqual({});
      const environment = {
        ...stores.environment,
        LUNASEC_APPLICATIONS: JSON.stringify([
          { id: 'app', jwksURL: 'http://localhost/jwks.json', origins: ['http://localhost'] },
        ]),
      };
      expect(await runTokenizerCommand('migrate', environment)).toContain(
        'The mongodb database is up to date.',
      );
      const made = await indexes();
      expect(made).toMatchObject({ tokens: expect.any(Number), readGrants: expect.any(Number) });
      expect(Math.min(...Object.values(made))).toBeGreaterThan(1);
      await runTokenizerCommand('migrate', environment);
      expect(await indexes()).toEqual(made);
    } finally {
      await connection.close();
      await stores.drop();
    }
  });
}
