import { beforeAll, describe, expect } from '@jest/globals';
import { createToken } from '@lunasec/secure-frame/protocol';
import { compact, draft } from './support/keys.js';
import { operations } from './support/operations.js';
import { describeAttacks } from './support/suite.js';
import { seal } from '../support/seal.js';
import { actAs, codeOf, type Actor, type Answer, type Sending, type World } from './support/world.js';

/** A token to aim at, with all that its session knows of it. */
interface Target {
  token: string;
  size: number;
  checksum: string;
  dataKey: string;
  /** `sid` of its session. */
  sid: string;
}

/** Only in records of the victim. */
const marker = 'only-the-victim-wrote-this';
const binding = `Victim.secret:${marker}`;

/** How each operation is aimed at a token or session of somebody else. */
const aims: Record<string, ((target: Target, world: World) => object)[]> = {
  createSession: [
    ({ sid }, { shop, other, publicURL, now }) => {
      const good = draft('assertion', shop, { audience: publicURL, now });
      return { assertion: compact(good.header, { ...good.claims, sub: sid }, other.keys.EdDSA) };
    },
  ],
  tokenize: [
    ({ token, size, checksum, dataKey }) => ({ inputs: [{ token, size, checksum, dataKey }] }),
    ({ token, size, dataKey }) => ({ inputs: [{ token, size, dataKey }] }),
  ],
  presignUploadParts: [
    ({ token, size, checksum }) => ({ token, parts: [{ number: 1, size, checksum }] }),
    ({ token }) => ({ token, parts: [] }),
  ],
  completeUploads: [({ token }) => ({ tokens: [token] })],
  detokenize: [
    ({ token }) => ({ tokens: [token] }),
    ({ token }) => ({ tokens: [token, token] }),
    ({ token }) => ({ tokens: [token], bindings: [binding] }),
  ],
  verifyStoreGrants: [
    ({ token, sid }) => ({ sessionId: sid, tokens: [{ token, binding }] }),
    ({ token }) => ({ sessionId: null, tokens: [{ token, binding }] }),
  ],
  createReadGrants: [({ token, sid }) => ({ sessionId: sid, tokens: [{ token, binding, duration: '1h' }] })],
  revokeReadGrants: [({ token, sid }) => ({ sessionId: sid, tokens: [token] })],
  endSession: [({ sid }) => ({ sessionId: sid })],
  deleteTokens: [({ token }) => ({ tokens: [token] })],
  updateTokenMetadata: [({ token }) => ({ token, metadata: { stolen: true } })],
  token: [({ token }) => ({ id: token })],
  tokens: [
    ({ sid }) => ({ filter: { sessionId: sid } }),
    () => ({ filter: { metadata: { marker } } }),
    () => ({ first: 200 }),
  ],
  grants: [({ sid }) => ({ sessionId: sid, kind: 'read' }), ({ sid }) => ({ sessionId: sid, kind: 'store' })],
  auditEvents: [
    ({ token }) => ({ filter: { token } }),
    ({ sid }) => ({ filter: { sessionId: sid } }),
    () => ({ first: 200 }),
  ],
};

/** What of an answer could tell one token from another. */
function visible({ status, headers, text }: Answer, token: string) {
  const kept = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
  return {
    status,
    headers: kept.filter(([name]) => name !== 'etag'),
    length: text.length,
    text: text.replaceAll(token, 'TOKEN'),
  };
}

/** Events in an answer that tell of a request which was not the caller's. */
function foreignEvents({ guard }: World, as: string, text: string): string[] {
  // Every request of an application, its frames' and its server's.
  const own = guard.received.filter((it) => it.as.split('/')[0] === as.split('/')[0]).map((it) => it.text);
  const ids = new Set(own.flatMap((it) => /"x-request-id","([^"]+)"/.exec(it)?.[1] ?? []));
  return [...text.matchAll(/"requestId":"([^"]+)"/g)].map(([, id]) => id!).filter((id) => !ids.has(id));
}

describeAttacks('what belongs to others', ({ world, attack, control }) => {
  let victim: Actor;
  let targets: { accepted: Target; pending: Target; deleted: Target };

  beforeAll(async () => {
    victim = actAs(world(), world().shop, 'victim');
    const make = async () => {
      const { input, ciphertext } = await seal(`value ${marker}`);
      const [result] = await victim.register([{ ...input, ...{ metadata: { marker } } }]);
      const { url, method, headers } = result!.upload!;
      await fetch(url, { method, headers, body: ciphertext });
      return { ...input, sid: victim.sid };
    };
    const [accepted, pending, deleted] = [await make(), await make(), await make()];
    await victim.verify([
      { token: accepted.token, binding },
      { token: deleted.token, binding },
    ]);
    await victim.grant([{ token: accepted.token, binding }]);
    await victim.delete([deleted.token]);
    targets = { accepted, pending, deleted };
  });

  /** Everything of the victim that an attack could change. */
  const snapshot = async () => ({
    accepted: await victim.look(targets.accepted.token),
    pending: await victim.look(targets.pending.token),
    deleted: await victim.look(targets.deleted.token),
    value: await victim.read(targets.accepted.token),
    grants: (await victim.server('grants', { sessionId: victim.sid, kind: 'read' })).data,
    stores: (await victim.server('grants', { sessionId: victim.sid, kind: 'store' })).data,
  });

  const callers: [name: string, (world: World) => Promise<Sending>][] = [
    [
      'another session of the application',
      async (it) => ({ bearer: await actAs(it, it.shop, 'thief').accessToken(), as: 'shop/thief' }),
    ],
    [
      'a session of another application',
      async (it) => ({ bearer: await actAs(it, it.other, 'thief').accessToken(), as: 'other/thief' }),
    ],
    [
      'the server of another application',
      async (it) => ({ bearer: actAs(it, it.other, 'x').applicationJWT(), as: 'other' }),
    ],
    [
      'the server of another application, which may store and read values itself',
      async (it) => ({ bearer: actAs(it, it.jobs, 'x').applicationJWT(), as: 'jobs' }),
    ],
    ['nobody', async () => ({})],
  ];

  control(
    'every operation of schema.graphql has an attack, and no attack is without its operation',
    async () => {
      expect(Object.keys(aims).sort()).toEqual(operations.map(({ name }) => name).sort());
      for (const { name, arguments: named } of operations) {
        const aimed = aims[name]!.flatMap((aim) => Object.keys(aim(targets.accepted, world())));
        // Pages of lists are attacked below.
        const others = named.filter((it) => !['duration', 'after', 'first'].includes(it));
        expect([...new Set(aimed)].filter((it) => it !== 'first').sort()).toEqual(others.sort());
      }
    },
  );

  control('the victim itself can do what the others try', async () => {
    expect(await victim.read(targets.accepted.token)).toBe(`value ${marker}`);
    expect(await victim.look(targets.accepted.token)).toMatchObject({ binding, metadata: { marker } });
    expect(
      JSON.stringify((await victim.server('tokens', { filter: { metadata: { marker } } })).data),
    ).toContain(marker);
    expect(JSON.stringify((await victim.server('auditEvents', { first: 200 })).data)).toContain(
      targets.accepted.token,
    );
    const completed = await victim.frame('completeUploads', { tokens: [targets.pending.token] });
    expect(completed.text).not.toContain('problem":{');
  });

  for (const [caller, sendingOf] of callers)
    describe(`by ${caller}`, () => {
      let before: Awaited<ReturnType<typeof snapshot>>;
      beforeAll(async () => {
        before = await snapshot();
      });
      for (const { name } of operations)
        attack(
          `${name}: gets nothing, and hears the same of what exists, is deleted or never was`,
          async (it) => {
            const sending = await sendingOf(it);
            const missing = { ...targets.accepted, token: createToken() };
            // A name that nobody has can be taken, and then exists: that is what the operation is for.
            const asked = [...Object.values(targets), ...(name === 'tokenize' ? [] : [missing])];
            const replica = 0;
            for (const aim of aims[name]!) {
              const answers = [];
              for (const target of asked)
                answers.push(
                  visible(await it.call(name, aim(target, it), { ...sending, replica }), target.token),
                );
              for (const answer of answers) {
                // One's own audit has one's own attempts, and so differs from call to call.
                if (name === 'auditEvents') {
                  expect(foreignEvents(it, sending.as ?? 'nobody', answer.text)).toEqual([]);
                  continue;
                }
                expect(answer).toEqual(answers[0]);
                for (const trace of [marker, victim.sid, '"status":"', 'deletedAt":"'])
                  expect(answer.text).not.toContain(trace);
                expect(answer.text).not.toMatch(/"dataKey"|"url"|"accessToken":"|"partSize"/);
              }
            }
            return aims[name]!.length * asked.length;
          },
        );

      control('after all of these the victim has everything as it was', async () => {
        expect(await snapshot()).toEqual(before);
      });
    });

  describe('by the application’s own server, on behalf of another session', () => {
    attack('verifyStoreGrants: STORE_GRANT_MISSING, or as missing; the token stays as it was', async (it) => {
      const before = await snapshot();
      const thief = actAs(it, it.shop, 'thief-of-grants');
      expect(await thief.verify([{ token: targets.pending.token }])).toEqual(['STORE_GRANT_MISSING']);
      expect(await thief.verify([{ token: targets.accepted.token, binding }])).toEqual([
        'STORE_GRANT_MISSING',
      ]);
      expect(await thief.verify([{ token: targets.pending.token }], {}, null)).toEqual([
        'STORE_GRANT_MISSING',
      ]);
      expect(await snapshot()).toEqual(before);
      return 3;
    });

    attack('revokeReadGrants and endSession: of their own session only', async (it) => {
      const before = await snapshot();
      const thief = actAs(it, it.shop, 'thief-of-grants');
      expect(await thief.revoke([targets.accepted.token])).toBe(0);
      expect(await thief.end()).toBe(0);
      expect(await snapshot()).toEqual(before);
      return 2;
    });

    attack('createReadGrants: from another place than its binding, BINDING_MISMATCH', async (it) => {
      const thief = actAs(it, it.shop, 'thief-of-grants');
      for (const place of [
        undefined,
        null,
        '',
        'User.ssn:1',
        binding.toUpperCase(),
        `${binding} `,
        `${binding}\0`,
        `\0${binding}`,
      ])
        expect(
          await thief.grant([
            { token: targets.accepted.token, ...(place === undefined ? {} : { binding: place }) },
          ]),
        ).toEqual(['BINDING_MISMATCH']);
      expect(await thief.read(targets.accepted.token)).toBe('READ_GRANT_MISSING');
      return 8;
    });
  });

  describe('lists', () => {
    type List = Record<
      string,
      { edges: { cursor: string; node: object }[]; pageInfo: { endCursor: string | null } }
    >;
    const calls = (sid: string): [name: string, variables: object][] => [
      ['tokens', {}],
      ['grants', { sessionId: sid, kind: 'read' }],
      ['grants', { sessionId: sid, kind: 'store' }],
      ['auditEvents', {}],
    ];
    function expectNothingOfVictim(it: World, name: string, { text }: Answer): void {
      expect(text).not.toContain(marker);
      if (name === 'auditEvents') expect(foreignEvents(it, 'other', text)).toEqual([]);
      else
        for (const trace of [victim.sid, ...Object.values(targets).map(({ token }) => token)])
          expect(text).not.toContain(trace);
    }
    async function cursorsOf(actor: Actor): Promise<string[]> {
      const lists = await Promise.all(
        calls(actor.sid).map(([name, variables]) => actor.server<List>(name, variables)),
      );
      return lists.flatMap(({ data }) => Object.values(data!)[0]!.edges.map(({ cursor }) => cursor));
    }

    attack(
      'cursors of another application, or of another list, show nothing that is not one’s own',
      async (it) => {
        const thief = actAs(it, it.other, 'thief-of-lists');
        const token = await thief.keep('mine');
        await thief.grant([{ token }]);
        const cursors = await cursorsOf(victim);
        expect(cursors.length).toBeGreaterThan(10);
        const own = await cursorsOf(thief);
        const tried = [...cursors.filter((_, i) => i % 5 === 0).slice(0, 8), ...own.slice(0, 4)];
        for (const after of tried)
          for (const [name, variables] of [...calls(thief.sid), ...calls(victim.sid)]) {
            const answer = await thief.server<List>(name, { ...variables, after });
            expect(codeOf(answer)).toBeUndefined();
            expectNothingOfVictim(it, name, answer);
          }
        return tried.length * 8;
      },
    );

    attack('a cursor that was changed or made up is refused, or shows nothing of others', async (it) => {
      const thief = actAs(it, it.other, 'thief-of-lists');
      const made = (text: string) => Buffer.from(text).toString('base64url');
      const cursors = [
        '',
        'x',
        '%00',
        made('999999999999999:lunasec-ffffffff-ffff-4fff-bfff-ffffffffffff'),
        made('9999999999999999999:x'),
        made('-1:x'),
        made('NaN:x'),
        made("1:' OR 1=1 --"),
        made('{"$gt":""}'),
        made('1:{"$gt":""}'),
        made('ffffffff-ffff-7fff-bfff-ffffffffffff'),
        made("' OR '1'='1"),
        made('\0'),
        made('\u{10ffff}'),
        made('__proto__'),
        made('x'.repeat(700)),
        'A'.repeat(100_000),
      ];
      for (const after of cursors)
        for (const [name, variables] of calls(victim.sid)) {
          const answer = await thief.server<List>(name, { ...variables, after });
          expect([undefined, 'BAD_USER_INPUT']).toContain(codeOf(answer));
          expectNothingOfVictim(it, name, answer);
        }
      return cursors.length * 4;
    });

    control('the victim’s server sees its own in all of these lists', async () => {
      for (const [name, variables] of calls(victim.sid)) {
        const { data } = await victim.server<List>(name, variables);
        expect(Object.values(data!)[0]!.edges.length).toBeGreaterThan(0);
      }
    });
  });
});
