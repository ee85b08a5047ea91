import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { isWholeProof, proofSize } from '@lunasec/proof';
import { forgeries, type Bench } from './support/forgeries.js';
import { startHostileServer, type HostileServer } from './support/hostile-server.js';
import {
  algorithms,
  base64url,
  compact,
  createKeyPair,
  draft,
  goodJWT,
  sidOf,
  signatureOf,
  type JWTPlace,
  type Kind,
} from './support/keys.js';
import { describeAttacks, type Suite } from './support/suite.js';
import { codeOf, type Answer, type World } from './support/world.js';

let attackers: HostileServer;
beforeAll(async () => {
  attackers = await startHostileServer((_request, response) => response.end('{}'));
});
afterAll(() => attackers?.close());

const attacker = {
  EdDSA: createKeyPair('EdDSA', 'attacker'),
  ES256: createKeyPair('ES256', 'attacker'),
  RS256: createKeyPair('RS256', 'attacker'),
};
const placeOf = ({ publicURL, now }: World): JWTPlace => ({ audience: publicURL, now });

/** Uses a JWT for what its kind is for. */
async function use(world: World, kind: Kind, jwt: string, replica?: number): Promise<Answer> {
  if (jwt.length > 20) world.guard.keep(kind, jwt);
  const sending = replica === undefined ? {} : { replica };
  if (kind === 'application JWT')
    return world.call('tokens', { first: 1 }, { bearer: jwt, as: 'shop', ...sending });
  const answer = await world.call<{ createSession: { accessToken: string } }>(
    'createSession',
    { assertion: jwt },
    { as: 'shop/forger', ...sending },
  );
  if (answer.data) world.guard.keep('access token', answer.data.createSession.accessToken, 'shop/forger');
  return answer;
}

const describeForgeries = (kind: Kind, { attack, control }: Suite) =>
  describe(`a forged ${kind}`, () => {
    const bench = (world: World): Bench => ({
      kind,
      place: placeOf(world),
      shop: world.shop,
      other: world.other,
      attacker,
      attackerURL: attackers.url,
      at: Math.floor(world.now().getTime() / 1000),
    });
    /** A header cannot carry every text: what is no Bearer token is refused before it is read. */
    const isSendable = (jwt: string) => kind === 'assertion' || /^[\x20-\x7e]*$/.test(jwt);

    for (const alg of algorithms)
      control(`a good one with ${alg} works`, async (world) => {
        const answer = await use(world, kind, goodJWT(kind, world.shop, { ...placeOf(world), alg }));
        expect(codeOf(answer)).toBeUndefined();
        expect(answer.data).toBeTruthy();
      });

    control('clocks may be 29 s apart, either way', async (world) => {
      const { shop } = world;
      const at = Math.floor(world.now().getTime() / 1000);
      for (const times of [
        { iat: at + 28, exp: at + 88 },
        { iat: at - 80, exp: at - 20 },
        { iat: at, exp: at + 59.5 },
        { nbf: at + 28 },
      ]) {
        const { header, claims, key } = draft(kind, shop, placeOf(world));
        expect(codeOf(await use(world, kind, compact(header, { ...claims, ...times }, key)))).toBeUndefined();
      }
    });

    control('a member named twice counts as it is named last, for whom and for what alike', async (world) => {
      const { header, claims, key } = draft(kind, world.shop, placeOf(world));
      const twice = `{"iss":"other","sub":"x","aud":"x","exp":1,${JSON.stringify(claims).slice(1)}`;
      const head = `{"alg":"none","kid":"x","typ":"x",${JSON.stringify(header).slice(1)}`;
      expect(codeOf(await use(world, kind, compact(head, twice, key)))).toBeUndefined();
    });

    for (const [family, rows] of forgeries(kind))
      attack(`${family}: UNAUTHENTICATED`, async (world) => {
        const jwts = rows
          .map(([name, make]) => [name, make(bench(world))] as const)
          .filter(([, jwt]) => isSendable(jwt));
        expect(jwts.length).toBeGreaterThan(0);
        const codes = [];
        for (const [name, jwt] of jwts) codes.push([name, codeOf(await use(world, kind, jwt))]);
        expect(codes).toEqual(jwts.map(([name]) => [name, 'UNAUTHENTICATED']));
        return jwts.length;
      });

    for (const alg of algorithms)
      attack(`one bit of a good one with ${alg} changed, in any part: UNAUTHENTICATED`, async (world) => {
        const good = goodJWT(kind, world.shop, { ...placeOf(world), alg });
        const parts = good.split('.').map((part) => Buffer.from(part, 'base64url'));
        let tried = 0;
        for (const [index, part] of parts.entries()) {
          const bits = part.length * 8;
          const step = isWholeProof ? 1 : Math.max(1, Math.floor(bits / 12));
          const places = [0, 7, bits - 8, bits - 1, ...range(3, bits, step)];
          for (const bit of places) {
            const bytes = Buffer.from(part);
            bytes[bit >> 3]! ^= 1 << (bit & 7);
            const jwt = parts.map((it, i) => base64url(i === index ? bytes : it)).join('.');
            const answer = await use(world, kind, jwt);
            expect([index, bit, codeOf(answer)]).toEqual([index, bit, 'UNAUTHENTICATED']);
            tried++;
          }
        }
        // None of them used the good one up.
        expect(codeOf(await use(world, kind, good))).toBeUndefined();
        return tried;
      });

    attack('parts of two good ones, put together: UNAUTHENTICATED', async (world) => {
      const one = goodJWT(kind, world.shop, placeOf(world)).split('.');
      const two = goodJWT(kind, world.other, { ...placeOf(world), session: 'victim' }).split('.');
      for (let mask = 1; mask < 7; mask++) {
        const jwt = [0, 1, 2].map((i) => ((mask >> i) & 1 ? one[i] : two[i])).join('.');
        expect([mask, codeOf(await use(world, kind, jwt))]).toEqual([mask, 'UNAUTHENTICATED']);
      }
      return 6;
    });

    attack('the refusal says the same whether the application has such a key or not', async (world) => {
      const { header, claims, key } = draft(kind, world.shop, placeOf(world));
      const message = async (changes: object) => {
        const jwt = compact({ ...header, ...changes }, claims, attacker.EdDSA);
        const { errors } = await use(world, kind, jwt);
        return errors![0]!.message;
      };
      for (const text of [await message({}), await message({ kid: 'nobody' })]) {
        expect(text).not.toContain(key.kid);
        expect(text).toMatch(/was refused/);
      }
    });

    attack('no server that a header names was asked for anything', async () => {
      expect(attackers.asked).toEqual([]);
      await fetch(`${attackers.url}/it-does-answer`);
      expect(attackers.asked.splice(0)).toEqual(['/it-does-answer']);
    });
  });

const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);

const describeReplays = ({ attack, control, race }: Suite) =>
  describe('a used assertion', () => {
    const create = (world: World, jwt: string, replica?: number) => use(world, 'assertion', jwt, replica);

    attack('again, at each replica: ASSERTION_REPLAYED', async (world) => {
      const jwt = goodJWT('assertion', world.shop, placeOf(world));
      expect(codeOf(await create(world, jwt))).toBeUndefined();
      for (const replica of world.urls.keys())
        for (let round = 0; round < 3; round++)
          expect(codeOf(await create(world, jwt, replica))).toBe('ASSERTION_REPLAYED');
      return world.urls.length * 3;
    });

    attack(
      'again, signed anew with other claims, by another key, or spelled in another way: no second session',
      async (world) => {
        const { header, claims, key } = draft('assertion', world.shop, placeOf(world));
        const jwt = compact(header, claims, key);
        expect(codeOf(await create(world, jwt))).toBeUndefined();
        const ec = world.shop.keys.ES256;
        const [head, body, signature] = jwt.split('.') as [string, string, string];
        const others = [
          compact({ ...header, x: 1 }, claims, key),
          compact(header, { ...claims, sub: sidOf('shop', 'victim') }, key),
          compact({ ...header, alg: 'ES256', kid: ec.kid }, claims, ec),
          // ECDSA signs anew each time; whoever has one signature has (r, n - s) as well.
          compact({ ...header, alg: 'ES256', kid: ec.kid }, claims, (data) => inverse(signatureOf(data, ec))),
          [head, body, signature.replaceAll('-', '+').replaceAll('_', '/')].join('.'),
          [head, body, `${signature}==`].join('.'),
          [head, body, `${signature.slice(0, -1)}${nextCharacter(signature.at(-1)!)}`].join('.'),
          [head, body, `${signature.slice(0, 10)}\n${signature.slice(10)}`].join('.'),
          `${jwt} `,
        ];
        for (const other of others)
          expect(['ASSERTION_REPLAYED', 'UNAUTHENTICATED']).toContain(codeOf(await create(world, other)));
        return others.length;
      },
    );

    control('the same id of two applications is two assertions', async (world) => {
      const of = (signer: World['shop']) => {
        const { header, claims, key } = draft('assertion', signer, placeOf(world));
        return compact(header, { ...claims, jti: 'shared-by-two-applications' }, key);
      };
      expect(codeOf(await create(world, of(world.shop)))).toBeUndefined();
      expect(codeOf(await create(world, of(world.other)))).toBeUndefined();
      expect(codeOf(await create(world, of(world.shop)))).toBe('ASSERTION_REPLAYED');
    });

    attack(
      'ids that a database might take for one another are one assertion at most each, and never an error',
      async (world) => {
        const ids = [
          '__proto__',
          '$where',
          '{"$ne":null}',
          "'; DROP TABLE sessions; --",
          'a\0b',
          'a\0c',
          'é',
          'e\u0301',
          'A',
          'a',
          ' a',
          'a ',
          '\ud800',
          '\ufffd',
        ];
        for (const jti of ids) {
          const { header, claims, key } = draft('assertion', world.shop, placeOf(world));
          const jwt = compact(header, { ...claims, jti: `${jti}/ids` }, key);
          const first = codeOf(await create(world, jwt));
          // What is no well-formed text may be one with another such.
          if (!/\p{Surrogate}/u.test(jti) && jti !== '\ufffd') expect([jti, first]).toEqual([jti, undefined]);
          expect([jti, codeOf(await create(world, jwt))]).toEqual([
            jti,
            expect.stringMatching(/REPLAYED|UNAUTHENTICATED/),
          ]);
        }
        return ids.length;
      },
    );

    race('many times at once, at every replica: one session', async (world) => {
      const rounds = proofSize({ quick: 15, whole: 300 });
      for (let round = 0; round < rounds; round++) {
        const jwt = goodJWT('assertion', world.shop, placeOf(world));
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, i) => create(world, jwt, i % world.urls.length)),
        );
        const codes = answers.map((it) => codeOf(it) ?? 'session').sort();
        expect(codes).toEqual([...Array<string>(7).fill('ASSERTION_REPLAYED'), 'session']);
      }
      return rounds;
    });
  });

const inverse = (signature: Buffer): Buffer => {
  const n = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
  const s = n - BigInt(`0x${signature.subarray(32).toString('hex')}`);
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
};
/** The next letter of base64url, which in last place differs in bits that mean nothing. */
const nextCharacter = (letter: string) => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(letter) + 1] ?? 'A';
};

describeAttacks('JWTs', (suite) => {
  describeForgeries('assertion', suite);
  describeForgeries('application JWT', suite);
  describeReplays(suite);
});
