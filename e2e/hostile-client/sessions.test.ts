import { describe, expect } from '@jest/globals';
import { proofSize } from '@lunasec/proof';
import { createToken } from '@lunasec/secure-frame/protocol';
import { createHash } from 'node:crypto';
import { compact, draft, sidOf } from './support/keys.js';
import { describeAttacks } from './support/suite.js';
import { actAs, codeOf, type World } from './support/world.js';

const refused = async (world: World, bearer: string, headers?: Record<string, string>) => {
  const codes = [];
  for (const replica of world.urls.keys())
    codes.push(
      codeOf(
        await world.call('detokenize', { tokens: [] }, { bearer, replica, ...(headers ? { headers } : {}) }),
      ),
    );
  expect(codes).toEqual(world.urls.map(() => 'UNAUTHENTICATED'));
};

describeAttacks('sessions', ({ attack, control, race }) => {
  describe('an access token', () => {
    control('works at every replica', async (world) => {
      const ada = actAs(world, world.shop, 'works');
      for (const replica of world.urls.keys())
        expect(codeOf(await ada.frame('detokenize', { tokens: [] }, { replica }))).toBeUndefined();
    });

    attack(
      'of a session that ended: UNAUTHENTICATED at every replica, as soon as the call returned',
      async (world) => {
        for (const replica of world.urls.keys()) {
          const ada = actAs(world, world.shop, `ends-${replica}`);
          const [first, second] = [await ada.accessToken(), await ada.renew()];
          await ada.end({ replica });
          await refused(world, first);
          await refused(world, second);
        }
        return world.urls.length * 4;
      },
    );

    attack('after its 15 minutes: UNAUTHENTICATED, though it worked a moment before', async (world) => {
      const ada = actAs(world, world.shop, 'expires');
      const token = await ada.accessToken();
      world.clock.offset = 14 * 60_000;
      expect(codeOf(await ada.frame('detokenize', { tokens: [] }))).toBeUndefined();
      world.clock.offset = 15 * 60_000 + 1000;
      await refused(world, token);
      world.clock.offset = 0;
      return world.urls.length;
    });

    attack('that ended, expired or never was: all are answered the same, word for word', async (world) => {
      const ended = actAs(world, world.shop, 'ended');
      const bearers = [await ended.accessToken(), 'A'.repeat(43)];
      await ended.end();
      world.clock.offset = -16 * 60_000;
      bearers.push(
        await actAs(world, world.shop, 'expired')
          .accessToken()
          .finally(() => (world.clock.offset = 0)),
      );
      const answers: { status: number; text: string; headers: [string, string][] }[] = [];
      for (const bearer of bearers) {
        const { status, text, headers } = await world.call('detokenize', { tokens: [] }, { bearer });
        const kept = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
        answers.push({ status, text, headers: kept });
      }
      expect(answers).toEqual(answers.map(() => answers[0]));
      expect(answers[0]!.text).toContain('UNAUTHENTICATED');
      return answers.length;
    });

    attack(
      'with a letter changed, in another case, cut, longer, or as its digest: UNAUTHENTICATED',
      async (world) => {
        const token = await actAs(world, world.shop, 'changed').accessToken();
        const letter = (at: number) => (token[at] === 'A' ? 'B' : 'A');
        const others = [
          ...[...token].map((_, at) => token.slice(0, at) + letter(at) + token.slice(at + 1)),
          token.toLowerCase(),
          token.toUpperCase(),
          token.slice(0, -1),
          `${token}A`,
          `${token}=`,
          `A${token}`,
          createHash('sha256').update(token).digest('base64url'),
          createHash('sha256').update(token).digest('hex'),
          Buffer.from(token).toString('base64url'),
          sidOf('shop', 'changed'),
          'A'.repeat(43),
          '_'.repeat(43),
        ].filter((it) => it !== token);
        for (const other of others) await refused(world, other);
        return others.length * world.urls.length;
      },
    );

    attack('in a header that is not one Bearer token: UNAUTHENTICATED', async (world) => {
      const token = await actAs(world, world.shop, 'header').accessToken();
      const headers = [
        token,
        `Basic ${Buffer.from(`x:${token}`).toString('base64')}`,
        `Basic ${token}`,
        `DPoP ${token}`,
        `Digest ${token}`,
        `Token ${token}`,
        `Bearer  ${token}`,
        `Bearer\t${token}`,
        `Bearer Bearer ${token}`,
        `Bearer ${token}, Bearer ${token}`,
        `Bearer ${token} x`,
        `Bearer ${token};`,
        `Bearer "${token}"`,
        `Bearer ${encodeURIComponent(`${token} `)}`,
        'Bearer',
        'Bearer null',
        'Bearer undefined',
        'Bearer __proto__',
        `Bearer ${'x'.repeat(8193)}`,
        '',
      ];
      for (const authorization of headers) {
        const answer = await world.call('detokenize', { tokens: [] }, { headers: { authorization } });
        expect([authorization.slice(0, 20), codeOf(answer)]).toEqual([
          authorization.slice(0, 20),
          'UNAUTHENTICATED',
        ]);
      }
      return headers.length;
    });

    attack(
      'in a cookie, the query, the body or the variables instead of the header: UNAUTHENTICATED',
      async (world) => {
        const token = await actAs(world, world.shop, 'elsewhere').accessToken();
        const body = { query: 'mutation { detokenize(tokens: []) { token } }' };
        const sent = [
          () =>
            world.post(body, { headers: { cookie: `accessToken=${token}; authorization=Bearer ${token}` } }),
          () => world.post(body, { headers: { 'x-authorization': `Bearer ${token}` } }),
          () => world.post(body, { headers: { 'proxy-authorization': `Bearer ${token}` } }),
          () => world.post({ ...body, accessToken: token, authorization: `Bearer ${token}` }),
          () =>
            world.post({
              ...body,
              extensions: { authorization: `Bearer ${token}`, headers: { authorization: token } },
            }),
          () => world.post({ ...body, variables: { authorization: token } }),
        ];
        for (const send of sent) expect(codeOf(await send())).toBe('UNAUTHENTICATED');
        return sent.length;
      },
    );

    attack(
      'on a page of another origin: UNAUTHENTICATED, and the assertion is not used up',
      async (world) => {
        const ada = actAs(world, world.shop, 'origin');
        const bearer = await ada.accessToken();
        const origins = [
          world.shop.origin,
          'https://evil.example.com',
          'null',
          `${world.publicURL}.evil.example.com`,
          world.publicURL.replace('http:', 'https:'),
          `${world.publicURL}/`,
          world.publicURL.replace(/:\d+$/, ''),
          `${world.publicURL}, ${world.publicURL}`,
          'file://',
        ];
        for (const origin of origins) {
          await refused(world, bearer, { origin });
          const assertion = ada.assertion();
          const create = (from: string) =>
            world.call('createSession', { assertion }, { headers: { origin: from }, as: ada.name });
          expect(codeOf(await create(origin))).toBe('UNAUTHENTICATED');
          const own = await create(world.publicURL);
          expect(codeOf(own)).toBeUndefined();
        }
        return origins.length * 2;
      },
    );
  });

  describe('one thing in the place of another', () => {
    attack(
      'an access token, an assertion and an application JWT are each good for one thing',
      async (world) => {
        const ada = actAs(world, world.shop, 'confused');
        const [access, assertion, jwt] = [await ada.accessToken(), ada.assertion(), ada.applicationJWT()];
        const asAssertion = (it: string) => world.call('createSession', { assertion: it });
        const asApplication = (bearer: string) => world.call('tokens', {}, { bearer });
        const asFrame = (bearer: string) => world.call('detokenize', { tokens: [] }, { bearer });
        const answers = [
          await asAssertion(access),
          await asAssertion(jwt),
          await asAssertion(`Bearer ${assertion}`),
          await asApplication(access),
          await asApplication(assertion),
          await asFrame(assertion),
          await asFrame(jwt),
        ];
        expect(answers.map(codeOf)).toEqual(answers.map(() => 'UNAUTHENTICATED'));
        expect(codeOf(await world.call('createSession', { assertion }, { as: ada.name }))).toBeUndefined();
        return answers.length;
      },
    );

    attack(
      'an assertion of another application for a victim’s session opens a session of that application only',
      async (world) => {
        const ada = actAs(world, world.shop, 'victim');
        const token = await ada.keep('not for others');
        await ada.grant([{ token }]);
        const { header, claims, key } = draft('assertion', world.other, {
          audience: world.publicURL,
          now: world.now,
        });
        const assertion = compact(header, { ...claims, sub: ada.sid }, key);
        const answer = await world.call<{ createSession: { accessToken: string } }>(
          'createSession',
          { assertion },
          { as: 'other/thief' },
        );
        const bearer = world.guard.keep(
          'access token',
          answer.data!.createSession.accessToken,
          'other/thief',
        );
        const read = await world.call<{ detokenize: { problem: { code: string } }[] }>(
          'detokenize',
          { tokens: [token] },
          { bearer, as: 'other/thief' },
        );
        expect(read.data!.detokenize[0]!.problem.code).toBe('READ_GRANT_MISSING');
        expect(await ada.read(token)).toBe('not for others');
      },
    );

    attack('another application that ends a session of the same name ends its own', async (world) => {
      const ada = actAs(world, world.shop, 'same-name');
      await ada.accessToken();
      const thief = actAs(world, world.other, 'thief');
      const answer = await thief.server<{ endSession: number }>('endSession', { sessionId: ada.sid });
      expect(answer.data).toEqual({ endSession: 0 });
      expect(codeOf(await ada.frame('detokenize', { tokens: [] }))).toBeUndefined();
    });

    attack(
      'a session that a page chose beforehand is no more than its own: its sid gives nothing',
      async (world) => {
        const ada = actAs(world, world.shop, 'fixed');
        const token = await ada.keep('typed after the login');
        await ada.grant([{ token }]);
        // Whoever knows the sid knows the name of the session, which opens nothing.
        await refused(world, ada.sid);
        for (const session of [ada.sid, ada.name, 'fixed\0', ' fixed', 'FIXED'])
          expect(await actAs(world, world.shop, session).read(token)).toBe('READ_GRANT_MISSING');
        return 5 + world.urls.length;
      },
    );
  });

  race(
    'calls and the end of their session at the same time: whatever is asked after the end is refused',
    async (world) => {
      const rounds = proofSize({ quick: 8, whole: 200 });
      for (let round = 0; round < rounds; round++) {
        const ada = actAs(world, world.shop, `racing-${round}`);
        const bearer = await ada.accessToken();
        const early = Array.from({ length: 4 }, () => ada.frame('detokenize', { tokens: [createToken()] }));
        await ada.end();
        await refused(world, bearer);
        for (const answer of await Promise.all(early))
          expect([undefined, 'UNAUTHENTICATED']).toContain(codeOf(answer));
      }
      return rounds;
    },
  );
});
