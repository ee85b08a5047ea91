import { beforeAll, describe, expect } from '@jest/globals';
import { sendBytes, statusesIn } from './support/raw.js';
import { sendPlain } from './support/requests.js';
import { describeAttacks } from './support/suite.js';
import { seal } from '../support/seal.js';
import { actAs, type Actor, type World } from './support/world.js';

const crlf = (...lines: string[]) => lines.map((line) => `${line}\r\n`).join('');
/** A request behind another one, which must not be answered. */
const second = crlf('GET /healthz HTTP/1.1', 'Host: x', 'Connection: close', '');
const json = '{"query":"{ __typename }"}';

/** A POST with headers of one's own, and a body that may hold a second request. */
const post = (headers: string[], body: string, request = 'POST /graphql HTTP/1.1') =>
  crlf(request, 'Host: x', 'Content-Type: application/json', ...headers, '') + body;
const chunks = (...parts: string[]) =>
  parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
const chunked = `${chunks(json)}0\r\n\r\n`;

/** Requests whose end, or whose very form, two servers could see in different places. */
const ambiguous: Record<string, [name: string, bytes: string][]> = {
  'two lengths, or a length and chunks': [
    ['a length and chunks', post(['Content-Length: 5', 'Transfer-Encoding: chunked'], `0\r\n\r\n${second}`)],
    [
      'chunks and a length',
      post(['Transfer-Encoding: chunked', `Content-Length: ${chunked.length}`], chunked + second),
    ],
    [
      'a length of zero and chunks',
      post(['Content-Length: 0', 'Transfer-Encoding: chunked'], chunked + second),
    ],
    ['two lengths', post(['Content-Length: 26', 'Content-Length: 0'], json + second)],
    [
      'the same length twice',
      post([`Content-Length: ${json.length}`, `Content-Length: ${json.length}`], json + second),
    ],
    ['a list of lengths', post([`Content-Length: ${json.length}, ${json.length}`], json + second)],
    ['a length with a sign', post([`Content-Length: +${json.length}`], json + second)],
    ['a length below zero', post(['Content-Length: -1'], json + second)],
    ['a length in hexadecimal', post(['Content-Length: 0x1a'], json + second)],
    ['a length as a fraction', post(['Content-Length: 26.0'], json + second)],
    ['a length with a power', post(['Content-Length: 2e1'], json + second)],
    ['a length with a space in it', post(['Content-Length: 2 6'], json + second)],
    ['a length with letters behind', post(['Content-Length: 26x'], json + second)],
    ['a length past all numbers', post([`Content-Length: ${'9'.repeat(30)}`], json + second)],
    ['a length of 2^64', post(['Content-Length: 18446744073709551616'], json + second)],
    ['no length at all', post(['Content-Length:'], json + second)],
    ['a length with a space before the colon', post(['Content-Length : 26'], json + second)],
  ],
  'a transfer encoding in another spelling': [
    ['chunked, identity', post(['Transfer-Encoding: chunked, identity'], chunked + second)],
    ['chunked twice in a list', post(['Transfer-Encoding: chunked, chunked, x'], chunked + second)],
    ['xchunked', post(['Transfer-Encoding: xchunked'], chunked + second)],
    ['in quotes', post(['Transfer-Encoding: "chunked"'], chunked + second)],
    ['with a letter behind', post(['Transfer-Encoding: chunkedx'], chunked + second)],
    ['with a null byte behind', post(['Transfer-Encoding: chunked\0'], chunked + second)],
    ['with a vertical tab', post(['Transfer-Encoding: \x0bchunked'], chunked + second)],
    ['with a space before the colon', post(['Transfer-Encoding : chunked'], chunked + second)],
    ['with a tab before the colon', post(['Transfer-Encoding\t: chunked'], chunked + second)],
    ['with a space in front', post([' Transfer-Encoding: chunked'], chunked + second)],
    ['on a folded line', post(['Transfer-Encoding:', ' chunked', 'Content-Length: 3'], chunked + second)],
    [
      'behind a bare line feed',
      post(['X: y\nTransfer-Encoding: chunked', 'Content-Length: 3'], chunked + second),
    ],
    [
      'behind a bare carriage return',
      post(['X: y\rTransfer-Encoding: chunked', 'Content-Length: 3'], chunked + second),
    ],
    [
      'identity and a length',
      post(['Transfer-Encoding: identity', `Content-Length: ${json.length}`], json + second),
    ],
    ['cow', post(['Transfer-Encoding: cow'], chunked + second)],
    [
      'in HTTP/1.0 with a length',
      post(['Transfer-Encoding: chunked', 'Content-Length: 5'], chunked + second, 'POST /graphql HTTP/1.0'),
    ],
  ],
  'chunks that are not well-formed': [
    ['a size that is no number', post(['Transfer-Encoding: chunked'], `G\r\n${second}`)],
    ['a size below zero', post(['Transfer-Encoding: chunked'], `-1\r\n${second}`)],
    ['a size with a sign', post(['Transfer-Encoding: chunked'], `+1\r\nx\r\n0\r\n\r\n${second}`)],
    ['a size with a prefix', post(['Transfer-Encoding: chunked'], `0x1\r\nx\r\n0\r\n\r\n${second}`)],
    ['a size past all numbers', post(['Transfer-Encoding: chunked'], `FFFFFFFFFFFFFFFFF\r\nx\r\n${second}`)],
    ['a size that wraps around', post(['Transfer-Encoding: chunked'], `10000000000000000\r\n${second}`)],
    ['a size with a space in front', post(['Transfer-Encoding: chunked'], ` 1\r\nx\r\n0\r\n\r\n${second}`)],
    ['no size', post(['Transfer-Encoding: chunked'], `\r\nx\r\n0\r\n\r\n${second}`)],
    ['bare line feeds', post(['Transfer-Encoding: chunked'], `1\nx\n0\n\n${second}`)],
    ['data longer than its size', post(['Transfer-Encoding: chunked'], `1\r\nxyz\r\n0\r\n\r\n${second}`)],
    ['no line break behind the data', post(['Transfer-Encoding: chunked'], `1\r\nx0\r\n\r\n${second}`)],
    [
      'an extension of 20 KiB',
      post(['Transfer-Encoding: chunked'], `1;${'x'.repeat(20_000)}\r\nx\r\n0\r\n\r\n${second}`),
    ],
    [
      'an extension with a line feed',
      post(['Transfer-Encoding: chunked'], `1;a\nb\r\nx\r\n0\r\n\r\n${second}`),
    ],
    [
      'trailers of 20 KiB',
      post(['Transfer-Encoding: chunked'], `${chunks(json)}0\r\nX: ${'x'.repeat(20_000)}\r\n\r\n${second}`),
    ],
  ],
  'a request line or header that is not well-formed': [
    ['no version', `GET /healthz\r\n\r\n${second}`],
    ['HTTP/0.9', `GET /healthz HTTP/0.9\r\nHost: x\r\n\r\n${second}`],
    ['HTTP/1.2', `GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n${second}`],
    ['HTTP/2.0', `GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n${second}`],
    ['a version in small letters', `GET /healthz http/1.1\r\nHost: x\r\n\r\n${second}`],
    ['HTTP/11.1', `GET /healthz HTTP/11.1\r\nHost: x\r\n\r\n${second}`],
    ['a space behind the version', `GET /healthz HTTP/1.1 x\r\nHost: x\r\n\r\n${second}`],
    ['a tab between', `GET\t/healthz\tHTTP/1.1\r\nHost: x\r\n\r\n${second}`],
    ['a space in the path', `GET /heal thz HTTP/1.1\r\nHost: x\r\n\r\n${second}`],
    ['a null byte in the path', `GET /healthz\0 HTTP/1.1\r\nHost: x\r\n\r\n${second}`],
    ['a method of one’s own', `FOO /healthz HTTP/1.1\r\nHost: x\r\n\r\n${second}`],
    ['a method in small letters', `get /healthz HTTP/1.1\r\nHost: x\r\n\r\n${second}`],
    ['a very long method', `${'G'.repeat(20_000)} /healthz HTTP/1.1\r\nHost: x\r\n\r\n${second}`],
    ['a path of 20 KiB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n${second}`],
    ['a header of 20 KiB', crlf('GET /healthz HTTP/1.1', 'Host: x', `X: ${'x'.repeat(20_000)}`, '') + second],
    [
      'a flood of headers',
      crlf('GET /healthz HTTP/1.1', 'Host: x', ...Array.from({ length: 3000 }, (_, i) => `X-${i}: y`), '') +
        second,
    ],
    [
      'a flood of one header',
      crlf(
        'GET /healthz HTTP/1.1',
        'Host: x',
        ...Array.from({ length: 2000 }, () => 'X-Forwarded-For: 1'),
        '',
      ) + second,
    ],
    ['a header without a colon', crlf('GET /healthz HTTP/1.1', 'Host: x', 'Nothing', '') + second],
    ['a header without a name', crlf('GET /healthz HTTP/1.1', 'Host: x', ': y', '') + second],
    ['a space in the name of a header', crlf('GET /healthz HTTP/1.1', 'Host: x', 'X Y: z', '') + second],
    [
      'a letter of another alphabet in a name',
      crlf('GET /healthz HTTP/1.1', 'Host: x', 'X\xe9: z', '') + second,
    ],
    ['a null byte in a header', crlf('GET /healthz HTTP/1.1', 'Host: x', 'X: a\0b', '') + second],
    ['a folded first header', crlf('GET /healthz HTTP/1.1', ' Host: x', '') + second],
    ['no host', crlf('GET /healthz HTTP/1.1', '') + second],
    ['the beginning of HTTP/2', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${second}`],
    ['the beginning of TLS', `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${second}`],
    ['the beginning of SOCKS', `\x05\x01\x00${second}`],
    ['a header of a proxy', `PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n${second}`],
    ['a tunnel', `CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n${second}`],
  ],
};

describeAttacks('HTTP', ({ world, attack, control }) => {
  let ada: Actor;
  let origin: string;
  beforeAll(() => {
    ada = actAs(world(), world().shop, 'ada');
    origin = world().urls[0]!;
  });
  const isAlive = async () => expect((await sendPlain({ origin, path: '/healthz' })).status).toBe(200);
  const record = (it: World, what: string, text: string) => {
    it.guard.record({ as: 'nobody', what, text });
    return text;
  };

  control('requests that are well-formed are answered each, also when they come together', async () => {
    const calls =
      post([`Content-Length: ${json.length}`], json) + post(['Transfer-Encoding: chunked'], chunked) + second;
    expect(statusesIn(await sendBytes(origin, calls))).toEqual([200, 200, 200]);
    const extended = post(
      ['Transfer-Encoding: chunked'],
      `1a;name=value\r\n${json}\r\n0\r\nX-Trailer: x\r\n\r\n`,
    );
    expect(statusesIn(await sendBytes(origin, extended + second))).toEqual([200, 200]);
  });

  for (const [what, rows] of Object.entries(ambiguous))
    attack(`${what}: one refusal at most, and nothing behind it is answered`, async (it) => {
      const found = [];
      for (const [name, bytes] of rows) {
        const text = record(it, name, await sendBytes(origin, bytes));
        const statuses = statusesIn(text);
        found.push([
          name,
          statuses.length <= 1 &&
          statuses.every((status) => (status >= 400 && status < 500) || status === 505)
            ? 'refused'
            : statuses,
        ]);
      }
      expect(found).toEqual(rows.map(([name]) => [name, 'refused']));
      await isAlive();
      return rows.length;
    });

  attack(
    'a body that is shorter or longer than it says: the rest is a request of its own, or none',
    async (it) => {
      const short = await sendBytes(origin, post([`Content-Length: ${json.length - 1}`], json + second));
      expect(statusesIn(record(it, 'too short', short)).filter((status) => status < 400)).toEqual([]);
      expect(short).not.toContain('"status":"ok"');
      // Half-closed before its end: there is nobody to answer to, and nothing runs.
      const long = await sendBytes(origin, post([`Content-Length: ${json.length + 10}`], json));
      expect(statusesIn(record(it, 'too long', long)).filter((status) => status < 400)).toEqual([]);
      const cut = await sendBytes(origin, post(['Transfer-Encoding: chunked'], chunks(json)));
      expect(statusesIn(record(it, 'without an end', cut)).filter((status) => status < 400)).toEqual([]);
      return 3;
    },
  );

  attack('credentials in a trailer are none', async () => {
    const body = JSON.stringify({ query: '{ tokens { edges { cursor } } }' });
    const bytes = post(
      ['Transfer-Encoding: chunked', 'Trailer: Authorization', 'Connection: close'],
      `${chunks(body)}0\r\nAuthorization: Bearer ${ada.applicationJWT()}\r\n\r\n`,
    );
    expect(await sendBytes(origin, bytes)).toContain('UNAUTHENTICATED');
  });

  attack('two Authorization headers count as the first, whatever the second says', async () => {
    const body = JSON.stringify({ query: '{ tokens { edges { cursor } } }' });
    const good = `Authorization: Bearer ${ada.applicationJWT()}`;
    const of = (...headers: string[]) =>
      sendBytes(origin, post([...headers, `Content-Length: ${body.length}`, 'Connection: close'], body));
    expect(await of('Authorization: Bearer x', good)).toContain('UNAUTHENTICATED');
    expect(await of('authorization: Basic x', good)).toContain('UNAUTHENTICATED');
    expect(await of('Authorization:', good)).toContain('UNAUTHENTICATED');
    expect(await of('X-Authorization: x', good)).toContain('"data"');
    return 3;
  });

  attack(
    'a request to become another protocol, or a tunnel, is answered as if it had not been made',
    async (it) => {
      const upgrades = [
        ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'],
        [
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          'Sec-WebSocket-Protocol: graphql-transport-ws',
        ],
        [
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          'Sec-WebSocket-Protocol: graphql-ws',
        ],
        ['Connection: Upgrade', 'Upgrade: TLS/1.0'],
      ];
      for (const headers of upgrades)
        for (const path of ['/graphql', '/', '/subscriptions', '/healthz']) {
          const text = record(
            it,
            path,
            await sendBytes(origin, crlf(`GET ${path} HTTP/1.1`, 'Host: x', ...headers, '')),
          );
          expect([path, statusesIn(text)]).toEqual([
            path,
            [{ '/graphql': 405, '/healthz': 200 }[path] ?? 404],
          ]);
        }
      return upgrades.length * 4;
    },
  );

  attack('TRACE, and methods that nobody knows, echo nothing', async (it) => {
    const methods = ['TRACE', 'TRACK', 'DEBUG', 'PROPFIND', 'SEARCH', 'PURGE', 'BREW'];
    for (const method of methods)
      for (const path of ['/graphql', '/healthz', '/frame/controller?application=shop', '/objects/x']) {
        const text = await sendBytes(
          origin,
          crlf(`${method} ${path} HTTP/1.1`, 'Host: x', 'Cookie: of-a-victim=1', 'Connection: close', ''),
        );
        record(it, `${method} ${path}`, text);
        expect([method, path, statusesIn(text).every((status) => status >= 400)]).toEqual([
          method,
          path,
          true,
        ]);
        expect(text).not.toContain('of-a-victim');
      }
    return methods.length * 4;
  });

  attack('Expect: nothing that is too large is asked for, and no other expectation is met', async (it) => {
    const large = post(['Expect: 100-continue', 'Content-Length: 3000000'], '');
    expect(
      statusesIn(record(it, 'large', await sendBytes(origin, large))).filter((status) => status === 200),
    ).toEqual([]);
    const other = crlf('GET /healthz HTTP/1.1', 'Host: x', 'Expect: a-miracle', '');
    expect(statusesIn(record(it, 'other', await sendBytes(origin, other)))).toEqual([417]);
    const good = post(['Expect: 100-continue', `Content-Length: ${json.length}`, 'Connection: close'], json);
    expect(statusesIn(await sendBytes(origin, good))).toEqual([100, 200]);
    return 2;
  });

  describe('names of the host', () => {
    const evil = 'evil.example.com';
    const hosts = [
      [`Host: ${evil}`],
      [`Host: ${evil}`, 'Host: x'],
      ['Host: x', `Host: ${evil}`],
      [
        `Host: x`,
        `X-Forwarded-Host: ${evil}`,
        'X-Forwarded-Proto: https',
        `Forwarded: host=${evil};proto=https`,
      ],
      [`Host: x`, `X-Original-Host: ${evil}`, `X-Host: ${evil}`, `X-Forwarded-Server: ${evil}`],
      [`Host: user@${evil}:99`],
      [`Host: ${evil}/path?x#y`],
      ['Host: '],
      [`Host: [::1]:${'9'.repeat(10)}`],
    ];

    attack('are of no meaning to presigned URLs, policies and redirects', async (it) => {
      const { input } = await seal('value');
      const bearer = await ada.accessToken();
      const query = `mutation { tokenize(inputs: [{ token: "${input.token}", dataKey: "${input.dataKey}", size: ${input.size}, checksum: "${input.checksum}" }]) { upload { url } } }`;
      const body = JSON.stringify({ query });
      for (const headers of hosts) {
        const request = crlf(
          'POST /graphql HTTP/1.1',
          ...headers,
          'Content-Type: application/json',
          `Authorization: Bearer ${bearer}`,
          `Content-Length: ${body.length}`,
          'Connection: close',
          '',
        );
        const text = await sendBytes(origin, request + body);
        expect([headers, text.includes(evil)]).toEqual([headers, false]);
        const isTwice = headers.filter((header) => header.startsWith('Host:')).length > 1;
        if (isTwice) expect([headers, statusesIn(text)]).toEqual([headers, [400]]);
        else if (it.stores === undefined)
          expect([headers, /"url":"([^/]*\/\/[^/]*)/.exec(text)?.[1]]).toEqual([headers, it.publicURL]);
        else expect([headers, text.includes('"url":"http')]).toEqual([headers, true]);
        for (const path of [
          '/frame/controller?application=shop',
          '/frame',
          '/',
          '//',
          `//${evil}/%2e%2e`,
          `/\\${evil}`,
        ]) {
          const answer = await sendBytes(
            origin,
            crlf(`GET ${path} HTTP/1.1`, ...headers, 'Connection: close', ''),
          );
          expect([path, /\nlocation:/i.test(answer), answer.includes(evil)]).toEqual([path, false, false]);
        }
      }
      return hosts.length * 7;
    });

    attack('in the request line: such an address is no path of ours', async (it) => {
      const targets = [
        `http://${evil}/healthz`,
        `http://${evil}/objects/x`,
        `https://x/graphql`,
        `//${evil}/healthz`,
        '*',
        `${evil}:443`,
      ];
      for (const target of targets) {
        const text = record(
          it,
          target,
          await sendBytes(origin, crlf(`GET ${target} HTTP/1.1`, 'Host: x', 'Connection: close', '')),
        );
        for (const status of statusesIn(text))
          expect([target, [200, 400, 404, 405].includes(status)]).toEqual([target, true]);
        expect(text).not.toMatch(/\nlocation:/i);
        expect(text).not.toContain(evil);
      }
      return targets.length;
    });
  });

  describe('paths', () => {
    attack('no spelling leads to metrics, files or the inside', async (it) => {
      const paths = [
        '/metrics',
        '/Metrics',
        '/METRICS/',
        '//metrics',
        '/./metrics',
        '/x/../metrics',
        '/%6detrics',
        '/healthz/../metrics',
        '/healthz%2f..%2fmetrics',
        '/metrics;x',
        '/metrics?x',
        '/metrics%00',
        '/frame/../metrics',
        '/frame/assets/../../metrics',
        '/actuator',
        '/debug',
        '/debug/pprof',
        '/server-status',
        '/.env',
        '/.git/config',
        '/package.json',
        '/config.json',
        '/keys.json',
        '/tokenizer.sqlite',
        '/graphiql',
        '/playground',
        '/altair',
        '/voyager',
        '/sdl',
        '/schema.graphql',
        '/graphql/schema',
        '/.well-known/apollo/server-health',
        '/frame/assets/',
        '/frame/assets/..%2f..%2fpackage.json',
        '/frame/assets/%2e%2e/%2e%2e/package.json',
        '/frame/assets/..%252f..%252fpackage.json',
        '/frame/assets/....//....//package.json',
        '/frame/assets/..%5c..%5cpackage.json',
        '/frame/assets/%00',
        '/frame/assets/.%00./x',
        '/frame/assets//etc/passwd',
        '/frame/assets/%2fetc%2fpasswd',
        '/frame/controller.html',
        '/frame/element.html',
        '/frame/files.js',
        '/frame/controller/../../package.json',
        '/frame/%63ontroller/',
        '/objects',
        '/objects/',
        '/objects/.partial',
        '/objects/shop/',
        '/%',
        '/%zz',
        '/%c0%ae%c0%ae/',
        `/${'../'.repeat(50)}etc/passwd`,
        `/${'a/'.repeat(3000)}`,
      ];
      for (const path of paths) {
        const answer = await sendPlain({ origin, path });
        record(it, path, `${JSON.stringify(answer.headers)}\n${answer.text}`);
        expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true]);
        expect([path, answer.text.slice(0, 1), answer.text.length < 300]).toEqual([path, '{', true]);
        expect(answer.headers.location).toBeUndefined();
      }
      return paths.length;
    });

    attack(
      'health and readiness say that all is well, and nothing else, to whoever asks however',
      async () => {
        const asked: Record<string, string>[] = [
          {},
          { authorization: `Bearer ${ada.applicationJWT()}` },
          { accept: 'text/html' },
          { 'x-forwarded-for': '127.0.0.1' },
        ];
        for (const headers of asked)
          for (const [path, expected] of [
            ['/healthz', { status: 'ok' }],
            ['/healthz?verbose=1&format=prometheus', { status: 'ok' }],
            ['/readyz?verbose=1', { status: 'ok', tokenStore: 'ok', objectStore: 'ok', keys: 'ok' }],
          ] as const) {
            const answer = await sendPlain({ origin, path, headers });
            expect(JSON.parse(answer.text)).toEqual(expected);
            expect(answer.headers['cache-control']).toBe('no-store');
          }
        return asked.length * 3;
      },
    );

    attack(
      'a frame’s page is given whole or not at all, is kept by no cache, and is of one application',
      async (it) => {
        const path = '/frame/controller?application=shop';
        const whole = await sendPlain({ origin, path });
        expect(whole.status).toBe(200);
        const asked: Record<string, string>[] = [
          { range: 'bytes=0-10' },
          { range: 'bytes=0-0,5-6' },
          { 'if-none-match': '*' },
          { 'if-modified-since': new Date().toUTCString() },
          { 'if-match': 'x' },
          { 'accept-encoding': 'br, gzip' },
          { 'x-forwarded-host': 'evil.example.com' },
          { origin: 'https://evil.example.com' },
        ];
        for (const headers of asked) {
          const answer = await sendPlain({ origin, path, headers });
          expect([200, 304]).toContain(answer.status);
          if (answer.status === 200) expect(answer.text).toBe(whole.text);
          expect(answer.headers['cache-control']).toBe('no-store');
          expect(answer.headers['access-control-allow-origin']).toBeUndefined();
        }
        const names = [
          '',
          'nobody',
          'SHOP',
          'shop\0',
          'shop%0d%0aset-cookie:x=1',
          'shop%3Cscript%3E',
          '__proto__',
          'constructor',
          'shop&application=other',
          'shop,other',
          '[]=shop',
          '../shop',
          '%',
          'x'.repeat(5000),
        ];
        for (const name of names) {
          const answer = await sendPlain({
            origin,
            path: `/frame/element?application=${encodeURI(name).replaceAll('%25', '%')}`,
          });
          record(it, name, `${JSON.stringify(answer.headers)}\n${answer.text}`);
          expect([name, answer.status]).toEqual([name, 404]);
          expect(answer.headers['set-cookie']).toBeUndefined();
        }
        return asked.length + names.length;
      },
    );
  });

  attack(
    'every answer, good or not, is kept by no cache and sets no cookie; none names the software',
    async (it) => {
      const paths = [
        '/healthz',
        '/readyz',
        '/nothing',
        '/frame/controller?application=shop',
        '/frame/controller',
        '/objects/x',
        '/graphql',
      ];
      for (const path of paths) {
        const { headers } = await sendPlain({ origin, path });
        expect([path, headers['set-cookie'], headers.server, headers['x-powered-by']]).toEqual([
          path,
          undefined,
          undefined,
          undefined,
        ]);
        expect([
          path,
          headers['x-content-type-options'],
          headers['content-security-policy'] !== undefined,
        ]).toEqual([path, 'nosniff', true]);
        expect([path, headers['cache-control']]).toEqual([path, 'no-store']);
      }
      for (const { what, text } of it.guard.received.filter((answer) =>
        answer.what.startsWith('POST /graphql'),
      ))
        expect([what, text.includes('"cache-control","no-store"')]).toEqual([what, true]);
      return paths.length;
    },
  );
});
