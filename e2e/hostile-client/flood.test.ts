import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { proofSize } from '@lunasec/proof';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { openConnection, sendUntilClosed, statusesIn } from './support/raw.js';
import { sendPlain } from './support/requests.js';
import { describeAttacks } from './support/suite.js';
import { actAs, codeOf, openEmbedded, type World } from './support/world.js';

const mebibyte = 1024 * 1024;
const json = { 'content-type': 'application/json' };
const head = (path: string, ...headers: string[]) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers.map((it) => `${it}\r\n`).join('')}\r\n`;

describeAttacks('floods', ({ isEmbedded, world, attack, control }) => {
  describe('bodies that unpack to more than was sent', () => {
    const spaces = Buffer.alloc(16 * mebibyte, ' ');
    /** Members of gzip, one after the other, are one file: of a gibibyte, in a megabyte. */
    const gibibyte = Buffer.concat(Array.from({ length: 64 }, () => gzipSync(spaces)));

    control('a small body that is packed is read', async (it) => {
      for (const [encoding, pack] of [
        ['gzip', gzipSync],
        ['deflate', deflateSync],
        ['br', brotliCompressSync],
      ] as const) {
        const answer = await sendPlain({
          origin: it.urls[0]!,
          path: '/graphql',
          method: 'POST',
          headers: { ...json, 'content-encoding': encoding },
          body: pack('{"query":"{ __typename }"}'),
        });
        expect([encoding, answer.status]).toEqual([encoding, 200]);
      }
    });

    attack('are refused: 413 or 415, in any packing or several', async (it) => {
      const twice = gzipSync(gzipSync(spaces));
      const rows: [encoding: string, body: Buffer][] = [
        ['gzip', gzipSync(spaces)],
        ['gzip', gibibyte],
        ['GZIP', gibibyte],
        ['x-gzip', gibibyte],
        ['deflate', deflateSync(spaces)],
        ['deflate', deflateRawSync(spaces)],
        ['br', brotliCompressSync(spaces)],
        ['zstd', Buffer.from('28b52ffd', 'hex')],
        ['compress', gibibyte],
        ['gzip, gzip', twice],
        ['gzip,deflate', twice],
        ['identity, gzip', gibibyte],
        ['gzip, identity', gibibyte],
        ['identity', Buffer.alloc(3 * mebibyte, ' ')],
        ['gzip', Buffer.from('not packed at all')],
        ['br', Buffer.from('not packed at all')],
        ['gzip', gzipSync('{"query":"{ __typename }"}').subarray(0, 30)],
        ['', Buffer.alloc(3 * mebibyte, ' ')],
        ['x'.repeat(1000), gibibyte],
      ];
      const found = [];
      for (const [encoding, body] of rows) {
        const headers = { ...json, 'content-encoding': encoding };
        const answer = await sendPlain({
          origin: it.urls[0]!,
          path: '/graphql',
          method: 'POST',
          headers,
          body,
        });
        it.guard.record({
          as: 'nobody',
          what: encoding,
          text: `${JSON.stringify(answer.headers)}${answer.text}`,
        });
        found.push([encoding, [400, 413, 415].includes(answer.status) || answer.status]);
        expect(answer.text).not.toContain('"data"');
      }
      expect(found).toEqual(rows.map(([encoding]) => [encoding, true]));
      return rows.length;
    });

    if (isEmbedded)
      attack('are not unpacked beyond the limit: twenty gibibytes at once take little memory', async (it) => {
        const before = process.memoryUsage().rss;
        let most = before;
        const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
        const answers = await Promise.all(
          Array.from({ length: 20 }, () =>
            sendPlain({
              origin: it.urls[0]!,
              path: '/graphql',
              method: 'POST',
              headers: { ...json, 'content-encoding': 'gzip' },
              body: gibibyte,
            }),
          ),
        );
        clearInterval(watch);
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 413));
        // Twenty bodies of a megabyte, on both sides, and what garbage collection leaves for later.
        expect((most - before) / mebibyte).toBeLessThan(400);
        return 20;
      });
  });

  attack(
    'bodies that are never wanted are not read to their end: the connection closes with the answer',
    async (it) => {
      const rows: [name: string, head: string, status: number][] = [
        ['where there is nothing', head('/nothing', 'Transfer-Encoding: chunked'), 404],
        ['to a health check', head('/healthz', 'Content-Length: 1000000000').replace('POST', 'GET'), 200],
        [
          'of another type',
          head('/graphql', 'Content-Length: 1000000000').replace('application/json', 'text/plain'),
          415,
        ],
        ['with another method', head('/graphql', 'Content-Length: 1000000000').replace('POST', 'PUT'), 405],
        [
          'to a frame',
          head('/frame/controller?application=shop', 'Content-Length: 1000000000').replace('POST', 'GET'),
          200,
        ],
        [
          'without a signature',
          head('/objects/x', 'Content-Length: 1000000000').replace('POST', 'PUT'),
          it.stores ? 404 : 403,
        ],
      ];
      const found = await Promise.all(
        rows.map(async ([name, bytes]) => [name, statusesIn(await sendUntilClosed(it.urls[0]!, bytes))]),
      );
      expect(found).toEqual(rows.map(([name, , status]) => [name, [status]]));
      return rows.length;
    },
  );

  attack('connections that say nothing, and are gone, leave the others alone', async (it) => {
    const count = proofSize({ quick: 200, whole: 2000 });
    const idle = Array.from({ length: count }, () => openConnection(it.urls[0]!));
    for (const [index, { socket }] of idle.entries())
      if (index % 2 === 0) socket.write('POST /graphql HTTP/1.1\r\nHost:');
    const ada = actAs(it, it.shop, 'ada');
    expect(codeOf(await ada.frame('detokenize', { tokens: [] }))).toBeUndefined();
    for (const { socket } of idle) socket.destroy();
    await Promise.all(idle.map(({ closed }) => closed));
    expect(codeOf(await ada.frame('detokenize', { tokens: [] }))).toBeUndefined();
    return count;
  });

  if (isEmbedded)
    describe('clients that are slow', () => {
      let patient: World;
      beforeAll(async () => {
        patient = await openEmbedded({
          patience: { headers: 1500, request: 3500, body: 2500, unread: 500, check: 100 },
        });
      }, 60_000);
      afterAll(() => patient?.close());

      /** Writes a byte now and then, until the other side closes. */
      async function drip(bytes: string, rest: string): Promise<string> {
        const { socket, received, closed } = openConnection(patient.urls[0]!);
        socket.write(bytes);
        const timer = setInterval(() => !socket.destroyed && socket.write(rest), 50);
        await closed;
        clearInterval(timer);
        return received();
      }

      attack('are cut off: with headers or bodies that do not end, or with nothing at all', async () => {
        const token = 'A'.repeat(43);
        const rows: [name: string, Promise<string>][] = [
          ['nothing', drip('', '')],
          ['headers', drip('POST /graphql HTTP/1.1\r\nHost: x\r\n', 'X')],
          ['a request line', drip('GET /', 'x')],
          [
            'a body',
            drip(head('/graphql', 'Content-Length: 1000000', `Authorization: Bearer ${token}`), ' '),
          ],
          ['a body in chunks', drip(head('/graphql', 'Transfer-Encoding: chunked'), '1\r\n \r\n')],
          [
            'a body that is too large',
            drip(head('/graphql', 'Content-Length: 1000000000'), ' '.repeat(100_000)),
          ],
          [
            'a body that is packed',
            drip(head('/graphql', 'Content-Length: 1000000', 'Content-Encoding: gzip'), '\x1f'),
          ],
          [
            'a body that is expected',
            drip(head('/graphql', 'Content-Length: 1000000', 'Expect: 100-continue'), ''),
          ],
          ['trailers', drip(`${head('/graphql', 'Transfer-Encoding: chunked')}0\r\nX: `, 'x')],
          [
            'a second request',
            drip('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nX: ', 'x'),
          ],
        ];
        for (const [name, answer] of rows) {
          const statuses = statusesIn(await answer);
          const good = name === 'a second request' ? [200] : [];
          expect([name, statuses.filter((status) => status === 200)]).toEqual([name, good]);
        }
        return rows.length;
      });

      control('while whoever sends in time is answered, again and again over one connection', async () => {
        const { socket, received, closed } = openConnection(patient.urls[0]!);
        for (let round = 1; round <= 8; round++) {
          socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
          while (statusesIn(received()).length < round && !socket.destroyed)
            await new Promise((resolve) => setTimeout(resolve, 10));
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        expect(statusesIn(received())).toEqual(Array(8).fill(200));
        socket.destroy();
        await closed;
      });
    });

  if (isEmbedded)
    describe('rates', () => {
      const rates = {
        session: 5,
        sessionTokens: 20_000,
        application: 100_000,
        applicationTokens: 1e9,
        createSession: 8,
      };
      const opened: World[] = [];
      const open = async (trustProxy: number) => {
        const it = await openEmbedded({ config: { rates, trustProxy } });
        opened.push(it);
        return it;
      };
      afterAll(() => Promise.all(opened.map((it) => it.close())));
      const logIn = (it: World, headers: Record<string, string>) =>
        it.call('createSession', { assertion: 'x' }, { headers });
      const names = [
        'x-forwarded-for',
        'forwarded',
        'x-real-ip',
        'x-client-ip',
        'true-client-ip',
        'cf-connecting-ip',
        'x-cluster-client-ip',
        'fastly-client-ip',
        'x-originating-ip',
        'client-ip',
        'via',
      ];
      const codesOf = async (it: World, headersOf: (call: number) => Record<string, string>, calls = 30) => {
        const codes = [];
        for (let call = 0; call < calls; call++) codes.push(codeOf(await logIn(it, headersOf(call))));
        return codes;
      };
      const passed = (codes: unknown[]) => codes.filter((code) => code === 'UNAUTHENTICATED').length;

      attack('addresses that a client claims, in any header, get no more sessions', async () => {
        const it = await open(0);
        const codes = await codesOf(it, (call) =>
          Object.fromEntries(names.map((name) => [name, `203.0.113.${call}`])),
        );
        expect([passed(codes), codes.at(-1)]).toEqual([8, 'RATE_LIMITED']);
        return codes.length;
      });

      attack(
        'behind one proxy counts the address that the proxy saw, whatever is claimed before it',
        async () => {
          const it = await open(1);
          const spoofed = await codesOf(it, (call) => ({
            'x-forwarded-for': `203.0.113.${call}, 10.0.0.${call}, 198.51.100.7`,
          }));
          expect([passed(spoofed), spoofed.at(-1)]).toEqual([8, 'RATE_LIMITED']);
          const broken = await codesOf(it, (call) => ({
            'x-forwarded-for': `${'1.2.3.4,'.repeat(call)} not-an-address`,
          }));
          expect(passed(broken)).toBeLessThanOrEqual(8);
          const network = await codesOf(it, (call) => ({ 'x-forwarded-for': `2001:db8::${call + 1}` }));
          expect(passed(network)).toBe(8);
          // Another client of the proxy is another client.
          expect(codeOf(await logIn(it, { 'x-forwarded-for': '198.51.100.8' }))).toBe('UNAUTHENTICATED');
          return 90;
        },
      );

      attack('of a session hold for all of its frames, access tokens and aliases together', async () => {
        const it = await open(0);
        const ada = actAs(it, it.shop, 'ada');
        const codes = [];
        for (let call = 0; call < 4; call++) {
          ada.renew();
          codes.push(codeOf(await ada.frame('detokenize', { tokens: [] })));
        }
        const aliases = await it.post(
          {
            query: `mutation { ${Array.from({ length: 5 }, (_, i) => `a${i}: detokenize(tokens: []) { token }`).join(' ')} }`,
          },
          { bearer: await ada.accessToken(), as: ada.name },
        );
        codes.push(codeOf(aliases), codeOf(await ada.frame('detokenize', { tokens: [] })));
        expect(codes).toEqual([undefined, undefined, undefined, undefined, 'RATE_LIMITED', 'RATE_LIMITED']);
        const eve = actAs(it, it.shop, 'eve');
        expect(codeOf(await eve.frame('detokenize', { tokens: [] }))).toBeUndefined();
        return codes.length;
      });
    });

  control('after all of it the tokenizer answers', async () => {
    for (const origin of world().urls)
      expect((await sendPlain({ origin, path: '/readyz' })).status).toBe(200);
  });
});
