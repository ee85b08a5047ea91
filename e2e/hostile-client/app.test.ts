import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { LunaSec } from '@lunasec/node-sdk';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyPair, sidOf } from './support/keys.js';
import { sendBytes, statusesIn } from './support/raw.js';
import { sendPlain, type PlainAnswer } from './support/requests.js';
import { describeAttacks } from './support/suite.js';
import { codeOf, type World } from './support/world.js';

const framePath = '/.lunasec/secure-frame';
const keysPath = '/.lunasec/jwks.json';
const fromFrame = {
  'sec-fetch-dest': 'iframe',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'navigate',
};
const evil = 'evil.example.com';

/** The app's server as the SDK makes it, with what it says of sessions in a header that stands for its cookie. */
let server: Server;
let directory: string;
let origin: string;
let tokenizerURL: string;

const listen = (
  handle: (...it: Parameters<ReturnType<LunaSec['expressPlugin']>>) => void,
): Promise<string> => {
  server = createServer((request, response) =>
    handle(request, response, (error) =>
      response.writeHead(error ? 500 : 404).end(error ? 'failed' : 'the app'),
    ),
  );
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ),
  );
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lunasec-hostile-app-'));
  const kept = ['EdDSA', 'ES256', 'RS256'] as const;
  const keys = kept.map((alg) => createKeyPair(alg, alg).privateKey.export({ format: 'jwk' }));
  await writeFile(join(directory, 'keys.json'), JSON.stringify({ keys }), { mode: 0o600 });
  let plugin: ReturnType<LunaSec['expressPlugin']> | undefined;
  let made = '';
  origin = await listen((request, response, next) => {
    // Made again for each world, which has an address of its own.
    if (!plugin || made !== tokenizerURL) {
      made = tokenizerURL;
      plugin = new LunaSec(
        {
          applicationId: 'app',
          tokenizerURL,
          origin,
          auth: {
            secrets: { source: 'file', path: join(directory, 'keys.json') },
            sessionIdProvider: ({ headers }) =>
              JSON.parse(decodeURIComponent(String(headers['x-session'] ?? 'null'))) as string | null,
          },
        },
        { log: { warn: () => undefined } },
      ).expressPlugin();
    }
    plugin(request, response, next);
  });
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve).closeAllConnections());
  await rm(directory, { recursive: true, force: true });
});

const ask = (headers: Record<string, string>, path = framePath, method = 'GET') =>
  sendPlain({ origin, path, method, headers });
const session = (id: unknown) => ({ 'x-session': encodeURIComponent(JSON.stringify(id)) });
const assertionIn = ({ headers }: PlainAnswer): string => new URL(String(headers.location)).hash.slice(1);

describeAttacks(
  'the app’s side',
  ({ world, attack, control }) => {
    beforeAll(() => {
      tokenizerURL = world().publicURL;
    });
    const open = (it: World, assertion: string) => it.call('createSession', { assertion }, { as: 'app/ada' });
    /** Nothing in an answer is or leads to an assertion. */
    const isEmpty = ({ headers, text }: PlainAnswer) =>
      headers.location === undefined && !/eyJ[\w-]+\./.test(JSON.stringify(headers) + text);

    control('a frame of the app’s own page gets an assertion, which the tokenizer takes once', async (it) => {
      const answer = await ask({ ...fromFrame, ...session('ada') });
      expect(answer.status).toBe(303);
      const assertion = it.guard.keep('assertion', assertionIn(answer));
      expect(JSON.parse(Buffer.from(assertion.split('.')[1]!, 'base64url').toString())).toMatchObject({
        sub: sidOf('app', 'ada'),
        aud: it.publicURL,
        origin,
      });
      expect(codeOf(await open(it, assertion))).toBeUndefined();
      expect(codeOf(await open(it, assertion))).toBe('ASSERTION_REPLAYED');
    });

    attack(
      'the address of the frame, asked for by anything but a frame of the app’s own page: 403, and no assertion',
      async () => {
        const dests = [
          '',
          'document',
          'empty',
          'embed',
          'object',
          'frame',
          'fencedframe',
          'script',
          'style',
          'image',
          'font',
          'worker',
          'sharedworker',
          'serviceworker',
          'manifest',
          'report',
          'xslt',
          'IFRAME',
          ' iframe x',
          'iframe;',
          'iframe,iframe',
          '"iframe"',
          '?iframe',
          'iframe\t;',
        ];
        const sites = [
          '',
          'none',
          'same-site',
          'cross-site',
          'SAME-ORIGIN',
          'same-origin, cross-site',
          'same-origin;',
          '"same-origin"',
        ];
        const rows: Record<string, string>[] = [
          {},
          { 'sec-fetch-dest': 'iframe' },
          { 'sec-fetch-site': 'same-origin' },
          ...dests.map((dest) => ({ ...fromFrame, 'sec-fetch-dest': dest })),
          ...sites.map((site) => ({ ...fromFrame, 'sec-fetch-site': site })),
          { referer: `${origin}/`, origin },
          { 'x-sec-fetch-dest': 'iframe', 'x-sec-fetch-site': 'same-origin' },
          { 'x-requested-with': 'XMLHttpRequest', accept: 'text/html' },
        ];
        const found = [];
        for (const headers of rows) {
          const answer = await ask({ ...headers, ...session('ada') });
          found.push([JSON.stringify(headers), answer.status, isEmpty(answer)]);
        }
        expect(found).toEqual(rows.map((headers) => [JSON.stringify(headers), 403, true]));
        return rows.length;
      },
    );

    attack('a header that comes twice, with a good value first or last: 403, and no assertion', async () => {
      const rows = [
        ['Sec-Fetch-Dest: iframe', 'Sec-Fetch-Dest: empty', 'Sec-Fetch-Site: same-origin'],
        ['Sec-Fetch-Dest: empty', 'Sec-Fetch-Dest: iframe', 'Sec-Fetch-Site: same-origin'],
        ['Sec-Fetch-Dest: iframe', 'Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site'],
        ['Sec-Fetch-Dest: iframe', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Site: same-origin'],
        ['Sec-Fetch-Dest: iframe', 'Sec-Fetch-Dest: iframe', 'Sec-Fetch-Site: same-origin'],
      ];
      for (const headers of rows) {
        const request = [
          `GET ${framePath} HTTP/1.1`,
          'Host: x',
          `X-Session: ${session('ada')['x-session']}`,
          ...headers,
          'Connection: close',
          '',
          '',
        ];
        const text = await sendBytes(origin, request.join('\r\n'));
        expect([headers, statusesIn(text), /\nlocation:/i.test(text)]).toEqual([headers, [403], false]);
      }
      return rows.length;
    });

    attack('another method, or one in a header: 405, and no assertion', async () => {
      const methods = ['POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'];
      for (const method of methods) {
        const answer = await ask(
          { ...fromFrame, ...session('ada'), 'x-http-method-override': 'GET' },
          framePath,
          method,
        );
        expect([method, answer.status, isEmpty(answer)]).toEqual([method, 405, true]);
      }
      return methods.length;
    });

    attack(
      'whatever host, path or query is given, it leads to the tokenizer and to its controller',
      async (it) => {
        const target = `${it.publicURL}/frame/controller?application=app#`;
        const queries = [
          '',
          `?redirect=https://${evil}`,
          `?tokenizerURL=https://${evil}`,
          `?url=//${evil}&next=//${evil}`,
          '?application=other',
          '?%0d%0aLocation:%20https://evil.example.com',
          '?#x',
          `?${'x'.repeat(5000)}`,
        ];
        const headers: Record<string, string>[] = [
          { host: evil },
          { 'x-forwarded-host': evil, 'x-forwarded-proto': 'https', forwarded: `host=${evil}` },
          { 'x-original-url': `https://${evil}/`, 'x-rewrite-url': `//${evil}` },
          { referer: `https://${evil}/`, origin: `https://${evil}` },
        ];
        for (const query of queries)
          for (const more of headers) {
            const answer = await ask({ ...fromFrame, ...session('ada'), ...more }, framePath + query);
            const location = String(answer.headers.location);
            it.guard.keep('assertion', location.split('#')[1]!);
            expect([query, location.startsWith(target), location.includes(evil)]).toEqual([
              query,
              true,
              false,
            ]);
            const claims = JSON.parse(
              Buffer.from(location.split('#')[1]!.split('.')[1]!, 'base64url').toString(),
            ) as object;
            expect(claims).toMatchObject({ aud: it.publicURL, origin, iss: 'app' });
          }
        return queries.length * headers.length;
      },
    );

    attack('other spellings of the address are the app’s own, and lead nowhere', async () => {
      const paths = [
        `/${framePath}`,
        `//${evil}${framePath}`,
        `${framePath}/`,
        `${framePath}/..`,
        '/.lunasec/../.lunasec/secure-frame',
        '/.lunasec/%73ecure-frame',
        '/.LunaSec/secure-frame',
        '/.lunasec//secure-frame',
        '/.lunasec/secure-frame%00',
        '/.lunasec/secure-frame;x',
        '/.lunasec/secure-frame#x',
        `http://${evil}${framePath}`,
        '/x/.lunasec/secure-frame',
        '/.lunasec/jwks.json/../secure-frame',
      ];
      for (const path of paths) {
        const answer = await ask({ ...fromFrame, ...session('ada') }, path);
        expect([path, answer.text, isEmpty(answer)]).toEqual([path, 'the app', true]);
      }
      return paths.length;
    });

    describe('sessions', () => {
      attack(
        'what is no session gets an empty fragment or a failure, never an assertion of somebody',
        async () => {
          const nobody = [null, undefined];
          for (const id of nobody) {
            const answer = await ask(id === undefined ? fromFrame : { ...fromFrame, ...session(id) });
            expect([id, answer.status, String(answer.headers.location).endsWith('#')]).toEqual([
              id,
              303,
              true,
            ]);
          }
          const broken: unknown[] = [
            '',
            0,
            1,
            true,
            false,
            {},
            [],
            ['ada'],
            { toString: 'ada' },
            { id: 'ada' },
          ];
          for (const id of broken) {
            const answer = await ask({ ...fromFrame, ...session(id) });
            expect([id, answer.status, isEmpty(answer)]).toEqual([id, 500, true]);
          }
          return nobody.length + broken.length;
        },
      );

      attack(
        'ids that look alike are different sessions, and none is the one that stands for servers',
        async (it) => {
          const ids = [
            'ada',
            'Ada',
            'ada ',
            ' ada',
            'ada\0',
            '\0ada',
            'ad\u0430',
            'ada\n',
            '__proto__',
            'constructor',
            sidOf('app', 'ada'),
            'app\0ada',
            '\u0001server',
            'server',
            'null',
            'undefined',
            '[object Object]',
            'x'.repeat(4000),
          ];
          const sids = new Set<string>();
          for (const id of ids) {
            const answer = await ask({ ...fromFrame, ...session(id) });
            const assertion = it.guard.keep('assertion', assertionIn(answer));
            const { sub } = JSON.parse(Buffer.from(assertion.split('.')[1]!, 'base64url').toString()) as {
              sub: string;
            };
            expect(sub).toBe(sidOf('app', id));
            expect(codeOf(await open(it, assertion))).toBeUndefined();
            sids.add(sub);
          }
          expect(sids.size).toBe(ids.length);
          return ids.length;
        },
      );

      attack('the app’s own session id is nowhere in what leaves its server', async () => {
        const id = 'cookie-of-a-person-0123456789';
        const answer = await ask({ ...fromFrame, ...session(id) });
        const [header, claims] = assertionIn(answer)
          .split('.')
          .map((part) => Buffer.from(part, 'base64url').toString());
        for (const text of [JSON.stringify(answer.headers), header, claims]) expect(text).not.toContain(id);
      });
    });

    describe('the public keys', () => {
      /** Members of public keys, and of no private one (RFC 7518 §6, RFC 8037 §2). */
      const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use'];

      attack('have public members only, however they are asked for', async () => {
        const rows: [path: string, headers: Record<string, string>][] = [
          [keysPath, {}],
          [keysPath, fromFrame],
          [keysPath, session('ada')],
          [`${keysPath}?private=true&d=1&include=all`, {}],
          [keysPath, { accept: 'application/jwk-set+json; private=true' }],
          [keysPath, { range: 'bytes=0-', 'if-none-match': '*' }],
          [keysPath, { origin: `https://${evil}` }],
        ];
        const secrets = JSON.parse(await readFile(join(directory, 'keys.json'), 'utf8')) as {
          keys: Record<string, string>[];
        };
        for (const [path, headers] of rows) {
          const answer = await ask(headers, path);
          const { keys, ...rest } = JSON.parse(answer.text) as { keys: Record<string, unknown>[] };
          expect([keys.map(({ kty }) => kty).sort(), rest]).toEqual([['EC', 'OKP', 'RSA'], {}]);
          for (const key of keys)
            expect(Object.keys(key).filter((name) => !publicMembers.includes(name))).toEqual([]);
          for (const secret of secrets.keys)
            for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
              if (secret[name] !== undefined) expect(answer.text).not.toContain(secret[name]);
        }
        return rows.length;
      });
    });
  },
  () => ({
    applications: [{ id: 'app', jwksURL: `${origin}${keysPath}`, origins: [origin] }],
  }),
);
