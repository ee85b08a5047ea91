import { describe, expect } from '@jest/globals';
import { proofSize } from '@lunasec/proof';
import { describeAttacks } from './support/suite.js';
import { seal } from '../support/seal.js';
import { actAs, codeOf, type Actor, type Sending, type World } from './support/world.js';

/** Fewer where a stand-in for MongoDB, which reads all that is there for most questions, gets slower with each. */
const roundsOn = ({ replicas }: World) => proofSize({ quick: 6, whole: replicas.length === 1 ? 300 : 100 });
/** The replicas of a world in turn, so that what races comes from different ones where there are two. */
const at = (world: World, index: number) => ({ replica: index % world.urls.length });

/** Begins reading now, several times at each replica. */
const readers = (world: World, actor: Actor, token: string, count = 3) =>
  Array.from({ length: count }, (_, i) =>
    actor.open(token, at(world, i)).then((it) => (typeof it === 'string' ? it : 'opened')),
  );

/** Reads at every replica, one after the other, from now on. */
async function readsNow(world: World, actor: Actor, token: string): Promise<string[]> {
  const answers = [];
  for (const replica of world.urls.keys()) {
    const answer = await actor.open(token, { replica });
    answers.push(typeof answer === 'string' ? answer : 'opened');
  }
  return answers;
}
const everywhere = (world: World, code: string) => world.urls.map(() => code);

/** The code of a verification that is asked for once. Its JWT may run out on the way; UNAVAILABLE: it was done, or not. */
async function verifyOnce({ server, sid }: Actor, token: string, sending: Sending): Promise<string> {
  const answer = await server<{ verifyStoreGrants: { problem: { code: string } | null }[] }>(
    'verifyStoreGrants',
    { sessionId: sid, tokens: [{ token }] },
    sending,
  );
  const [result] = answer.data?.verifyStoreGrants ?? [];
  return result ? (result.problem?.code ?? 'ok') : codeOf(answer)!;
}

describeAttacks('grants', ({ attack, control, race: raceOnce }) => {
  const race = (title: string, run: (world: World, rounds: number) => Promise<void>) =>
    raceOnce(title, async (world) => {
      const rounds = roundsOn(world);
      await run(world, rounds);
      return rounds;
    });

  control('what these races are about can be read, at every replica', async (world) => {
    const ada = actAs(world, world.shop, 'ada');
    const token = await ada.keep('value');
    await ada.grant([{ token }]);
    expect(await readsNow(world, ada, token)).toEqual(everywhere(world, 'opened'));
  });

  race(
    'revokeReadGrants against detokenize: once it has returned, nothing is read',
    async (world, rounds) => {
      const ada = actAs(world, world.shop, 'revoked');
      const token = await ada.keep('value');
      for (let round = 0; round < rounds; round++) {
        await ada.grant([{ token }], at(world, round));
        expect(await readsNow(world, ada, token)).toEqual(everywhere(world, 'opened'));
        const early = readers(world, ada, token);
        expect(await ada.revoke([token], at(world, round + 1))).toBe(1);
        expect(await readsNow(world, ada, token)).toEqual(everywhere(world, 'READ_GRANT_MISSING'));
        for (const code of await Promise.all(early)) expect(['opened', 'READ_GRANT_MISSING']).toContain(code);
      }
    },
  );

  race('revokeReadGrants many times at once: each grant is taken back once', async (world, rounds) => {
    const ada = actAs(world, world.shop, 'revoked-often');
    const token = await ada.keep('value');
    for (let round = 0; round < rounds; round++) {
      await ada.grant([{ token }]);
      const counts = await Promise.all(
        Array.from({ length: 4 }, (_, i) => ada.revoke([token], at(world, i))),
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
      expect(await readsNow(world, ada, token)).toEqual(everywhere(world, 'READ_GRANT_MISSING'));
    }
  });

  race(
    'endSession against createReadGrants and detokenize: once it has returned, the session reads nothing',
    async (world, rounds) => {
      const keeper = actAs(world, world.shop, 'keeper');
      const token = await keeper.keep('value');
      for (let round = 0; round < rounds; round++) {
        const ada = actAs(world, world.shop, `leaving-${round}`);
        await ada.grant([{ token }]);
        expect(await readsNow(world, ada, token)).toEqual(everywhere(world, 'opened'));
        const early = [
          ...readers(world, ada, token),
          ...Array.from({ length: 2 }, (_, i) =>
            ada.grant([{ token }], at(world, i)).then(([code]) => code!),
          ),
        ];
        await ada.end(at(world, round));
        expect(await readsNow(world, ada, token)).toEqual(everywhere(world, 'UNAUTHENTICATED'));
        for (const code of await Promise.all(early))
          expect(['opened', 'ok', 'READ_GRANT_MISSING', 'UNAUTHENTICATED']).toContain(code);
        // Also when a grant was made a moment after the end.
        expect(await readsNow(world, ada, token)).toEqual(everywhere(world, 'UNAUTHENTICATED'));
      }
    },
  );

  race('endSession against verifyStoreGrants: a token is accepted whole, or never', async (world, rounds) => {
    for (let round = 0; round < rounds; round++) {
      const ada = actAs(world, world.shop, `hurrying-${round}`);
      const token = await ada.store('value');
      const [[code]] = await Promise.all([
        ada.verify([{ token }], at(world, round)),
        ada.end(at(world, round + 1)),
      ]);
      expect(['ok', 'GRANT_EXPIRED']).toContain(code);
      const { status } = (await ada.look(token))!;
      expect(status).toBe(code === 'ok' ? 'accepted' : 'expired');
      if (code !== 'ok') expect(await ada.verify([{ token }])).toEqual(['GRANT_EXPIRED']);
    }
  });

  race(
    'deleteTokens against detokenize, verifyStoreGrants, createReadGrants and updateTokenMetadata: nothing comes back',
    async (world, rounds) => {
      for (let round = 0; round < rounds; round++) {
        const ada = actAs(world, world.shop, 'deleted');
        const { input, ciphertext } = await seal('value');
        const [registered] = await ada.register([input]);
        const { url, method, headers } = registered!.upload!;
        await fetch(url, { method, headers, body: ciphertext });
        const { token } = input;
        // Half of the rounds begin before a server accepted it.
        if (round % 2 === 0) {
          await ada.verify([{ token }]);
          await ada.grant([{ token }]);
        }
        const download = round % 2 === 0 ? await ada.open(token) : undefined;
        const early = [
          ...readers(world, ada, token, 2),
          ...[0, 1].map((i) =>
            ada.verify([{ token, binding: `place ${i}` }], at(world, i)).then(([code]) => code!),
          ),
          ...[0, 1].map((i) => ada.grant([{ token }], at(world, i)).then(([code]) => code!)),
          ada.server('updateTokenMetadata', { token, metadata: { round } }, at(world, 1)).then(() => 'ok'),
          ada.frame('completeUploads', { tokens: [token] }, at(world, 1)).then(() => 'ok'),
        ];
        const codes = await Promise.all([0, 1].map((i) => ada.delete([token], at(world, round + i))));
        expect(codes).toEqual([['ok'], ['ok']]);

        const gone = async () => {
          expect(await readsNow(world, ada, token)).toEqual(everywhere(world, 'READ_GRANT_MISSING'));
          expect(await ada.look(token)).toMatchObject({ status: 'deleted' });
          expect(await ada.verify([{ token }])).toEqual(['TOKEN_DELETED']);
          expect(await ada.grant([{ token }])).toEqual(['TOKEN_DELETED']);
        };
        await gone();
        await Promise.all(early);
        await gone();
        // The name is never used again, and what was downloaded before can be downloaded no more.
        const [again] = await ada.register([input]);
        expect(again!.problem?.code).toBe('BAD_USER_INPUT');
        if (typeof download === 'object')
          expect((await fetch(download.url, { method: 'GET', headers: download.headers })).status).toBe(404);
      }
    },
  );

  race('two sessions that verify one token: only the one that made it is believed', async (world, rounds) => {
    for (let round = 0; round < rounds; round++) {
      const [ada, eve] = [actAs(world, world.shop, 'owner'), actAs(world, world.shop, 'thief')];
      const token = await ada.store('value');
      const calls = [0, 1, 2, 3].flatMap((i) => [
        eve.verify([{ token }], at(world, i)),
        ada.verify([{ token }], at(world, i + 1)),
      ]);
      const codes = (await Promise.all(calls)).map(([code]) => code);
      expect(codes).toEqual([0, 1, 2, 3].flatMap(() => ['STORE_GRANT_MISSING', 'ok']));
    }
  });

  race(
    'one token verified for several places at once: one place gets it, and it is read from there only',
    async (world, rounds) => {
      for (let round = 0; round < rounds; round++) {
        const ada = actAs(world, world.shop, 'binding');
        const tokens = [await ada.store('one'), await ada.store('two')];
        const places = ['User.ssn:1', 'User.ssn:2', 'User.ssn:3', 'User.ssn:4'];
        const codes = await Promise.all(
          places.map((binding, i) =>
            ada.verify(
              tokens.map((token) => ({ token, binding })),
              at(world, i),
            ),
          ),
        );
        for (const [index, token] of tokens.entries()) {
          const won = places.filter((_, i) => codes[i]![index] === 'ok');
          expect(codes.map((it) => it[index]).sort()).toEqual([
            'BINDING_MISMATCH',
            'BINDING_MISMATCH',
            'BINDING_MISMATCH',
            'ok',
          ]);
          expect(await ada.look(token)).toMatchObject({ binding: won[0], status: 'accepted' });
          for (const binding of [...places, null])
            expect(await ada.grant([{ token, binding }])).toEqual([
              binding === won[0] ? 'ok' : 'BINDING_MISMATCH',
            ]);
        }
      }
    },
  );

  race(
    'one name registered by two sessions at once: one has it, and the other neither uploads nor reads it',
    async (world, rounds) => {
      for (let round = 0; round < rounds; round++) {
        const actors = [
          actAs(world, world.shop, 'one'),
          actAs(world, world.shop, 'two'),
          actAs(world, world.other, 'three'),
        ];
        const { input } = await seal('value');
        // With a key of each, as the one who loses must not have his stored either.
        const mine = await Promise.all(
          actors.map(async () => ({ ...(await seal('other')).input, token: input.token })),
        );
        await Promise.all(actors.map((actor) => actor.accessToken()));
        const results = await Promise.all(actors.map((actor, i) => actor.register([mine[i]!])));
        const won = results.filter(([it]) => it!.upload);
        expect(won).toHaveLength(1);
        expect(results.map(([it]) => it!.problem?.code ?? 'ok').sort()).toEqual([
          'BAD_USER_INPUT',
          'BAD_USER_INPUT',
          'ok',
        ]);
        const sessions = await Promise.all(
          actors.map(async (actor) => (await actor.look(input.token))?.sessionId ?? null),
        );
        const winner = actors[results.findIndex(([it]) => it!.upload)]!;
        expect(sessions.filter((it) => it !== null)).toContain(winner.sid);
      }
    },
  );

  race(
    'verifyStoreGrants against the sweep, as the grant ends: accepted with key and value, or gone with both',
    async (world, rounds) => {
      try {
        for (let round = 0; round < rounds; round++) {
          const ada = actAs(world, world.shop, 'swept');
          const tokens = await Promise.all(Array.from({ length: 4 }, () => ada.store('value')));
          const { storeGrantExpiresAt } = (await ada.look(tokens[1]!))!;
          // A moment before the first grants end.
          world.clock.offset = Date.parse(String(storeGrantExpiresAt)) - Date.now() - 200;
          await ada.server('tokens', { first: 1 });
          const calls = tokens.map((token, i) => verifyOnce(ada, token, at(world, i)));
          for (let pause = 0; pause < round % 8; pause++) await new Promise(setImmediate);
          // Time for the sweeper to take them, while they are being verified.
          world.clock.offset += 4 * 60_000;
          await Promise.all(world.replicas.map((replica) => replica.sweep()));
          const codes = await Promise.all(calls);
          await world.replicas[0]!.sweep();
          world.clock.offset = 0;
          for (const [index, token] of tokens.entries()) {
            const code = codes[index]!;
            expect(['ok', 'GRANT_EXPIRED', 'TOKEN_NOT_FOUND', 'UNAUTHENTICATED', 'UNAVAILABLE']).toContain(
              code,
            );
            const record = await ada.look(token);
            if (code === 'ok' || (code === 'UNAVAILABLE' && record)) {
              expect(record).toMatchObject({ status: 'accepted' });
              await ada.grant([{ token }]);
              expect(await ada.read(token)).toBe('value');
            } else expect(record).toBeNull();
          }
        }
      } finally {
        world.clock.offset = 0;
      }
    },
  );

  describe('time', () => {
    attack(
      'a read grant and a store grant end to the second, at every replica, whatever is asked',
      async (world) => {
        const ada = actAs(world, world.shop, 'late');
        const [token, pending] = [await ada.keep('value'), await ada.store('value')];
        await ada.grant([{ token, duration: '2m' }]);
        await ada.grant([{ token, duration: '1s' }]);
        world.clock.offset = 119_000;
        expect(await readsNow(world, ada, token)).toEqual(everywhere(world, 'opened'));
        world.clock.offset = 121_000;
        expect(await readsNow(world, ada, token)).toEqual(everywhere(world, 'GRANT_EXPIRED'));
        world.clock.offset = 15 * 60_000 + 5000;
        for (const replica of world.urls.keys())
          expect(await ada.verify([{ token: pending }], { replica })).toEqual(['GRANT_EXPIRED']);
        ada.renew();
        const prolonged = await ada.frame<{ completeUploads: { problem: { code: string } }[] }>(
          'completeUploads',
          { tokens: [pending] },
        );
        expect(prolonged.data!.completeUploads[0]!.problem.code).toBe('GRANT_EXPIRED');
        world.clock.offset = 0;
        return world.urls.length * 2 + 1;
      },
    );

    attack('no duration is longer than what is configured, in any spelling', async (world) => {
      const ada = actAs(world, world.shop, 'long');
      const token = await ada.keep('value');
      const durations = [
        '1h1s',
        '61m',
        '3601s',
        '8784h',
        '0h61m',
        '99999999999999999999h',
        '1e9s',
        '-1s',
        '0s',
        '1d',
        '1H',
        ' 1h',
        '1h ',
        '1s1h',
        '',
        '1.5h',
        '\u0661h',
        'Infinity',
        3600,
        null,
        { $gt: 0 },
      ];
      for (const duration of durations.filter((it) => it !== null)) {
        const answer = await ada.server<{ createReadGrants: { problem: { code: string } | null }[] }>(
          'createReadGrants',
          {
            sessionId: ada.sid,
            tokens: [{ token, duration }],
          },
        );
        const code = answer.errors?.[0]?.extensions.code ?? answer.data!.createReadGrants[0]!.problem?.code;
        expect([duration, code]).toEqual([
          duration,
          expect.stringMatching(/^(DURATION_TOO_LONG|BAD_USER_INPUT)$/),
        ]);
      }
      expect(await ada.read(token)).toBe('READ_GRANT_MISSING');
      return durations.length - 1;
    });
  });
});
