import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createToken } from '@lunasec/secure-frame/protocol';
import {
  actAs,
  detokenize,
  encrypt,
  shopOrigin,
  startTestTokenizer,
  tokenize,
} from './test-support/tokenizer.js';
import type { Actor, Answer, TestTokenizer } from './test-support/tokenizer.js';

const codeOf = (answer: Answer<object>) => answer.errors?.[0]?.extensions.code;
const answerOf = async (response: Response) => (await response.json()) as Answer;

describe('the HTTP side', () => {
  let tokenizer: TestTokenizer;
  let ada: Actor;

  beforeAll(async () => {
    tokenizer = await startTestTokenizer({ environment: { NODE_ENV: 'production' } });
    ada = actAs(tokenizer, tokenizer.shop, 'ada');
  });
  afterAll(() => tokenizer.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${tokenizer.url}${path}`, { headers });

  describe('requests that are no GraphQL', () => {
    test.each([
      ['cut short', '{"query": "mutation { tokenize('],
      ['no JSON', 'query=x'],
      ['a text', '"{ __typename }"'],
      ['a batch of requests', '[{"query":"{ __typename }"},{"query":"{ __typename }"}]'],
      ['no query', '{}'],
      ['malformed GraphQL', '{"query":"mutation { tokenize("}'],
      ['an unknown field', '{"query":"{ secrets }"}'],
      ['a missing variable', JSON.stringify({ query: detokenize })],
      ['a variable of another type', JSON.stringify({ query: detokenize, variables: { tokens: [{}] } })],
      ['an unknown operation', '{"query":"query A { __typename }","operationName":"B"}'],
    ])('%s: status 400, BAD_USER_INPUT, nothing of the inside', async (_, body) => {
      const response = await tokenizer.post(body);
      const text = await response.text();
      expect(response.status).toBe(400);
      expect(codeOf(JSON.parse(text) as Answer)).toBe('BAD_USER_INPUT');
      expect(text).not.toMatch(/stack|node_modules|\.ts|Did you mean/i);
    });

    test('a body of more than 2 MiB: TOO_LARGE', async () => {
      const response = await tokenizer.post({
        query: '{ __typename }',
        variables: { x: 'x'.repeat(2 * 1024 * 1024) },
      });
      expect(response.status).toBe(413);
      expect(codeOf(await answerOf(response))).toBe('TOO_LARGE');
    });

    test('a small body that unpacks to a large one: TOO_LARGE', async () => {
      const bomb = gzipSync(`{"query":"{ __typename }","x":"${' '.repeat(20 * 1024 * 1024)}"}`);
      expect(bomb.length).toBeLessThan(50_000);
      const response = await fetch(`${tokenizer.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: new Uint8Array(bomb),
      });
      expect(response.status).toBe(413);
      expect(codeOf(await answerOf(response))).toBe('TOO_LARGE');
    });

    test.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      // JSON is UTF-8 (RFC 8259 §8.1). In another encoding, what stands in front would read something else.
      'application/json; charset=utf-7',
      'application/json; charset=utf-16',
    ])(
      'content that a foreign form could send, or that others could read differently (%s), is refused',
      async (type) => {
        const response = await tokenizer.post('{"query":"{ __typename }"}', { 'content-type': type });
        expect(response.status).toBe(415);
        expect(codeOf(await answerOf(response))).toBe('BAD_USER_INPUT');
      },
    );

    test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
      'JSON (%s) is taken',
      async (type) => {
        const response = await tokenizer.post('{"query":"{ __typename }"}', { 'content-type': type });
        expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
      },
    );

    test('a mutation by GET does nothing, whatever a link says', async () => {
      const token = await ada.keep('value');
      const mutation = `mutation { deleteTokens(tokens: ["${token}"]) { deleted } }`;
      const response = await get(`/graphql?query=${encodeURIComponent(mutation)}`, {
        authorization: `Bearer ${await tokenizer.shop.applicationJWT()}`,
        'apollo-require-preflight': 'x',
        'content-type': 'application/json',
      });
      expect(response.status).toBe(405);
      const answer = await ada.server(`{ token(id: "${token}") { status } }`);
      expect(answer.data).toEqual({ token: { status: 'accepted' } });
    });

    test('GET carries no GraphQL', async () => {
      const response = await get('/graphql?query={__typename}', { 'apollo-require-preflight': 'x' });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    });

    test('elsewhere there is nothing, said in JSON', async () => {
      for (const path of ['/', '/graphql/x', '/frame', '/frame/secret', '/frame/assets/x.js', '/.env']) {
        const response = await get(path);
        expect([path, response.status, response.headers.get('content-type')]).toEqual([
          path,
          404,
          'application/json; charset=utf-8',
        ]);
      }
    });
  });

  describe('requests that only look like HTTP/1.1', () => {
    const send = (request: string) =>
      new Promise<string>((resolve, reject) => {
        const { hostname, port } = new URL(tokenizer.url);
        let answer = '';
        connect(Number(port), hostname, function (this: Socket) {
          this.write(request);
        })
          .on('data', (chunk) => (answer += String(chunk)))
          .on('close', () => resolve(answer))
          .on('error', reject);
      });

    test.each([
      ['another version', 'GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n', 505],
      ['no version', 'GET /healthz\r\n\r\n', 505],
      ['two hosts', 'GET /healthz HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n', 400],
      ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ])('%s: refused, and the connection closed', async (_, request, status) => {
      expect(await send(request)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    });

    test('HTTP/1.0 is HTTP', async () => {
      expect(await send('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    });

    test('a body that nobody wants is not read to its end', async () => {
      const endless = 'POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n';
      expect(await send(endless)).toMatch(/^HTTP\/1\.1 404 /);
    });
  });

  describe('documents that are made to hurt', () => {
    const refused = async (query: string, variables: object = {}) => {
      const response = await tokenizer.post(
        { query, variables },
        { authorization: `Bearer ${await tokenizer.shop.applicationJWT()}` },
      );
      expect(response.status).toBe(400);
      expect(codeOf(await answerOf(response))).toBe('BAD_USER_INPUT');
    };

    test('introspection, in production', async () => {
      await refused(getIntrospectionQuery());
      await refused('{ __type(name: "Token") { name } }');
    });

    test('introspection, in production, without naming the software', async () => {
      const { errors } = await tokenizer.call('{ __schema { types { name } } }');
      expect(errors?.[0]?.message).toBe('Introspection is turned off.');
    });

    test('a subscription, which is no failure of the tokenizer', async () => {
      await refused('subscription { tokens }');
      await refused('subscription { __typename }');
    });

    test('many aliases', () =>
      refused(
        `{ ${Array.from({ length: 11 }, (_, i) => `a${i}: __typename x${i}: tokens { edges { cursor } }`).join(' ')} }`,
      ));

    test('many aliases in a fragment', () =>
      refused(
        `{ ...all } fragment all on Query { ${Array.from({ length: 11 }, (_, i) => `x${i}: tokens { edges { cursor } }`).join(' ')} }`,
      ));

    test('great depth', () => {
      const depth = 9;
      return refused(`{ ${'... on Query { '.repeat(depth)} __typename ${'}'.repeat(depth)} }`);
    });

    test('fragments in a circle', () =>
      refused('{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'));

    test('many directives', () => refused(`{ __typename ${'@include(if: true) '.repeat(11)} }`));

    test('many words', () => refused(`{ ${'__typename '.repeat(2500)} }`));

    test.each([
      ['a field', '{ token(id: "x") { statu } }'],
      ['a root field', '{ tokenz { edges { cursor } } }'],
      ['an argument', '{ tokens(firs: 1) { edges { cursor } } }'],
      ['an input field', '{ tokens(filter: { statu: accepted }) { edges { cursor } } }'],
      ['a value', '{ tokens(filter: { status: acceptd }) { edges { cursor } } }'],
      ['a type', '{ ...x } fragment x on Tokn { id }'],
    ])('a guess at %s is not helped with a suggestion', async (_, query) => {
      const response = await tokenizer.post({ query });
      expect(response.status).toBe(400);
      expect(await response.text()).not.toMatch(/did you mean|\\"(status|tokens|first|accepted)\\"/i);
    });

    test('introspection by a fragment, an alias, or beside something allowed, in production', async () => {
      await refused('{ ...s } fragment s on Query { __schema { types { name } } }');
      await refused('{ x: __schema { queryType { name } } }');
      await refused('{ tokens { edges { cursor } } __type(name: "Token") { name } }');
    });

    test('a fragment that includes itself', () =>
      refused('{ ...a } fragment a on Query { __typename ...a }'));

    test('fragments that double at every level', () => {
      const levels = Array.from(
        { length: 20 },
        (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`,
      );
      return refused(`{ ...f0 } ${levels.join(' ')} fragment f20 on Query { tokens { edges { cursor } } }`);
    });

    test('the same field over and over, which is merged', () =>
      refused(`{ tokens { ${'edges { cursor node { id } } '.repeat(400)} } }`));

    test('a list that fills the body', async () => {
      const tokens = Array.from({ length: 40_000 }, createToken);
      expect(codeOf(await ada.frame(detokenize, { tokens }))).toBe('BATCH_TOO_LARGE');
    });

    test('metadata as deep as the body allows', async () => {
      const { input } = await encrypt('value');
      const depth = 100_000;
      const variables = JSON.stringify({ inputs: [{ ...input, metadata: 'HERE' }] });
      const body = `{"query":${JSON.stringify(tokenize)},"variables":${variables.replace('"HERE"', `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)}}`;
      const response = await tokenizer.post(body, { authorization: `Bearer ${await ada.accessToken()}` });
      const text = await response.text();
      expect(text).toContain('BAD_USER_INPUT');
      expect(text.length).toBeLessThan(10_000);
      expect((await get('/healthz')).status).toBe(200);
    });

    test('what was sent as a variable by mistake is not repeated, and its place is named', async () => {
      const answers = [
        { query: detokenize, variables: { tokens: [{ ssn: '078-05-1120' }] } },
        { query: detokenize, variables: { tokens: { x: '078-05-1120 '.repeat(100_000) } } },
        {
          query: tokenize,
          variables: { inputs: [{ token: '078-05-1120', checksum: 1, size: '078-05-1120' }] },
        },
      ].map(async (body) => (await tokenizer.post(body)).text());
      for (const answer of answers) {
        expect(await answer).toContain('BAD_USER_INPUT');
        expect(await answer).not.toContain('078-05-1120');
      }
      expect(await answers[0]).toContain('Variable \\"$tokens\\" has a wrong value at \\"tokens[0]\\"');
      expect(await answers[2]).toContain(
        'Field \\"dataKey\\" of required type \\"String!\\" was not provided.',
      );
    });

    test.each([
      '{ tokens(first: "078-05-1120") { edges { cursor } } }',
      '{ tokens(filter: "078-05-1120") { edges { cursor } } }',
      '{ tokens(filter: { createdAfter: "078-05-1120" }) { edges { cursor } } }',
      '{ tokens(filter: { status: "078-05-1120" }) { edges { cursor } } }',
      '{ tokens(filter: { metadata: "078-05-1120" }) { edges { cursor } } }',
      'mutation { tokenize(inputs: [{ token: "x", dataKey: ["078-05-1120"] }]) { token } }',
      'mutation { createReadGrants(sessionId: "x", tokens: [], duration: "078-05-1120") { token } }',
      '{ token(id: { x: "078-05-1120" }) { id } }',
      '{ token("078-05-1120") { id } }',
      '{ token(id: "x" "078-05-1120") { id } }',
      '{ """078-05-1120""" }',
    ])('what was sent as a literal by mistake is not repeated: %s', async (query) => {
      const response = await tokenizer.post({ query });
      const text = await response.text();
      expect(codeOf(JSON.parse(text) as Answer)).toBe('BAD_USER_INPUT');
      expect(text).not.toContain('078');
    });

    test('what is left of a message is what helps', async () => {
      const messageOf = async (query: string) => (await tokenizer.call(query)).errors?.[0]?.message;
      expect(await messageOf('{ tokens(first: "x") { edges { cursor } } }')).toBe(
        'Int cannot represent non-integer value: …',
      );
      expect(await messageOf('{ token(id: ')).toBe('Syntax Error: Unexpected <EOF>.');
      expect(await messageOf('{ token(x) }')).toBe('Syntax Error: Expected ":", found ")".');
      expect(await messageOf('{ nothing }')).toBe('Cannot query field "nothing" on type "Query".');
      expect((await messageOf(`{ ${'y'.repeat(1_000_000)} }`))!.length).toBeLessThan(400);
    });

    test('great cost', () =>
      refused(
        `{ ${Array.from({ length: 8 }, (_, i) => `x${i}: tokens(first: 200) { edges { node { id status size binding metadata createdAt } } }`).join(' ')} }`,
      ));

    test('what applications do need passes: a page of everything', async () => {
      const answer = await ada.server(
        'query Page { tokens(first: 200) { edges { cursor node { id status sessionId size binding metadata createdAt storeGrantExpiresAt acceptedAt deletedAt } } pageInfo { hasNextPage endCursor } } }',
      );
      expect(answer.errors).toBeUndefined();
    });
  });

  describe('other origins', () => {
    test('read nothing: no CORS, whatever is asked', async () => {
      const responses = [
        await fetch(`${tokenizer.url}/graphql`, {
          method: 'OPTIONS',
          headers: {
            origin: shopOrigin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type',
          },
        }),
        await tokenizer.post({ query: '{ __typename }' }, { origin: shopOrigin }),
        await get('/frame/controller?application=shop', { origin: shopOrigin }),
        await get('/healthz', { origin: shopOrigin }),
      ];
      for (const { headers } of responses)
        expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(responses[0]!.status).toBe(405);
    });
  });

  describe('the frame pages', () => {
    test.each([
      ['controller', ''],
      ['element', ''],
      // Images and documents that it opened itself, and none from anywhere.
      ['file', 'img-src blob:; frame-src blob:; '],
    ])('%s: for the application’s pages only, and closed otherwise', async (page, own) => {
      const response = await get(`/frame/${page}?application=shop`);
      expect(response.status).toBe(200);
      const headers = Object.fromEntries(response.headers);
      const html = await response.text();
      const inline = [...html.matchAll(/<script(?![^>]* src=)[^>]*>(.*?)<\/script>/g)];
      // What scripts import is pinned by an inline map, which is no script; the page of files imports nothing.
      expect(inline.map(([tag]) => tag.replace(/>.*/, '>'))).toEqual(
        page === 'file' ? [] : ['<script type="importmap">'],
      );
      const admitted = inline.map(
        ([, text]) => ` 'sha256-${createHash('sha256').update(text!).digest('base64')}'`,
      );
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; script-src 'self'${admitted.join('')}; style-src 'self'; connect-src 'self'; ${own}frame-ancestors ${shopOrigin}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
      );
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'cross-origin',
        'cross-origin-embedder-policy': 'require-corp',
      });
      expect(headers['permissions-policy']).toContain('camera=()');
      expect(headers['permissions-policy']).toContain('clipboard-read=()');
      // A button in the frame copies a value.
      expect(headers['permissions-policy']).toContain('clipboard-write=(self)');
      // It would say that nobody may embed the page, or name one origin only.
      expect(headers['x-frame-options']).toBeUndefined();
      expect(headers['integrity-policy']).toBe('blocked-destinations=(script)');
      expect(html).toContain(`<meta name="lunasec-origins" content="${shopOrigin}"`);
      expect(html).not.toContain('__LUNASEC_ORIGINS__');
    });

    test('load scripts and styles that may be kept for ever', async () => {
      const html = await (await get('/frame/element?application=shop')).text();
      const paths = [...html.matchAll(/(?:src|href)="(\/frame\/assets\/[^"]+)"/g)].map(([, path]) => path!);
      expect(paths.length).toBeGreaterThanOrEqual(2);
      for (const path of paths) {
        const response = await get(path);
        expect([response.status, response.headers.get('cache-control')]).toEqual([
          200,
          'public, max-age=31536000, immutable',
        ]);
        expect(response.headers.get('content-type')).toMatch(/^text\/(javascript|css)/);
        await response.arrayBuffer();
      }
    });

    test('pin every script and style that they load, and what these import', async () => {
      let imported = 0;
      for (const page of ['controller', 'element', 'file']) {
        const html = await (await get(`/frame/${page}?application=shop`)).text();
        const loaded = [
          ...html.matchAll(/(?:src|href)="(\/frame\/assets\/[^"]+)" integrity="(sha384-[^"]+)"/g),
        ].map(([, path, pin]) => [path, pin] as const);
        const [, map = '{"integrity":{}}'] = /<script type="importmap">(.*?)<\/script>/.exec(html) ?? [];
        const { integrity } = JSON.parse(map) as { integrity: Record<string, string> };
        expect(loaded.length).toBe(html.match(/(?:src|href)=/g)!.length);
        for (const [path, pin] of [...loaded, ...Object.entries(integrity)]) {
          const content = await (await get(path!)).text();
          expect([path, `sha384-${createHash('sha384').update(content).digest('base64')}`]).toEqual([
            path,
            pin,
          ]);
          const imports = [...content.matchAll(/(?:from|import\()\s*["'`]\.\/([^"'`]+)["'`]/g)];
          imported += imports.length;
          expect(Object.keys(integrity)).toEqual(
            expect.arrayContaining(imports.map(([, name]) => `/frame/assets/${name}`)),
          );
        }
      }
      expect(imported).toBeGreaterThanOrEqual(3);
    });

    test.each([
      '',
      '?application=',
      '?application=nobody',
      '?application=shop&application=other',
      '?application[id]=shop',
    ])('are not there for %j', async (query) => {
      const response = await get(`/frame/controller${query}`);
      expect([response.status, response.headers.get('cache-control')]).toEqual([404, 'no-store']);
    });

    test('nothing outside their assets is served', async () => {
      // fetch would tidy up the path.
      const status = await new Promise<number | undefined>((resolve, reject) => {
        request(`${tokenizer.url}`, { path: '/frame/assets/..%2f..%2ffiles.js' }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect([403, 404]).toContain(status);
    });
  });

  test('every answer has its security headers, none a cookie', async () => {
    const responses = [
      await tokenizer.post({ query: '{ __typename }' }),
      await get('/healthz'),
      await get('/nowhere'),
      await get('/frame/element?application=shop'),
    ];
    for (const { headers } of responses) {
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('set-cookie')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('x-request-id')).toMatch(/^[\w-]+$/);
    }
    for (const { headers } of [responses[0]!, responses[2]!, await get('/graphql')])
      expect(headers.get('cache-control')).toBe('no-store');
  });

  test('the log has of a path no more than its names, even if a query was made a part of it', async () => {
    const lines: string[] = [];
    const talkative = await startTestTokenizer({ logTo: { write: (line) => void lines.push(line) } });
    for (const mark of ['?', '%3F', '&', ';', '='])
      await fetch(`${talkative.url}/objects/shop/a-token${mark}expires=1&signature=secret-1`);
    await fetch(`${talkative.url}/${'long-'.repeat(1000)}`);
    await talkative.close();
    const paths = lines.flatMap((line) => /"path":"([^"]*)"/.exec(line)?.[1] ?? []);
    expect(paths.slice(0, 5)).toEqual(Array(5).fill('/objects/shop/a-token'));
    expect(paths[5]!.length).toBeLessThanOrEqual(200);
    expect(lines.join('')).not.toContain('secret-1');
  });

  test('health and readiness', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await get('/readyz')).json()).toEqual({
      status: 'ok',
      tokenStore: 'ok',
      objectStore: 'ok',
      keys: 'ok',
    });
  });

  test('metrics count root fields, once each, whatever the batch and the alias', async () => {
    const count = async (operation: string, outcome: string) => {
      const text = await tokenizer.metrics();
      const line = text
        .split('\n')
        .find((it) =>
          it.startsWith(`lunasec_operations_total{operation="${operation}",outcome="${outcome}"}`),
        );
      return Number(line?.split(' ').at(-1) ?? 0);
    };
    const before = [await count('detokenize', 'ok'), await count('detokenize', 'error')] as const;
    await ada.frame(detokenize, { tokens: ['a', 'b', 'c'] });
    await ada.frame(
      'mutation { x: detokenize(tokens: []) { token } y: detokenize(tokens: []) { token } }',
      {},
    );
    await tokenizer.call(detokenize, { tokens: [] });
    expect(await count('detokenize', 'ok')).toBe(before[0] + 3);
    expect(await count('detokenize', 'error')).toBe(before[1] + 1);
    expect(await tokenizer.metrics()).toMatch(/^process_cpu_seconds_total /m);
  });
});

describe('metrics', () => {
  let tokenizer: TestTokenizer;
  beforeAll(async () => {
    tokenizer = await startTestTokenizer();
  });
  afterAll(() => tokenizer.close());

  test('are not where the world is served', async () => {
    expect((await fetch(`${tokenizer.url}/metrics`)).status).toBe(404);
    const elsewhere = tokenizer.running.metricsURL!.replace('/metrics', '/readyz');
    expect((await fetch(elsewhere)).status).toBe(404);
  });

  test('are not served at all unless asked for', async () => {
    const other = await startTestTokenizer({ config: { metrics: undefined } });
    expect(other.running.metricsURL).toBeUndefined();
    await other.close();
  });

  test('tell how long stores took, and what is in flight', async () => {
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    const token = await ada.keep('x');
    await ada.grant([token]);
    await ada.read(token);
    const text = await tokenizer.metrics();
    for (const [store, method] of [
      ['database', 'insertTokens'],
      ['database', 'findReadable'],
      ['objects', 'head'],
      ['keys', 'wrap'],
      ['keys', 'unwrap'],
    ])
      expect(text).toMatch(
        `lunasec_store_call_duration_seconds_count{store="${store}",method="${method}",outcome="ok"} `,
      );
    // Metrics have a server of their own, so asking for them is not counted.
    expect(text).toMatch(/^lunasec_requests_in_flight 0$/m);
  });

  test('have labels from lists that no caller makes longer', async () => {
    const before = new Set((await tokenizer.metrics()).match(/^lunasec_\w+\{[^}]*\}/gm));
    for (let call = 0; call < 20; call++) {
      await fetch(`${tokenizer.url}/made-up-${call}`);
      await tokenizer.call(`query Name${call} { alias${call}: token(id: "x${call}") { id } }`);
    }
    const names = [...new Set((await tokenizer.metrics()).match(/^lunasec_\w+\{[^}]*\}/gm))];
    const added = names.filter((name) => !before.has(name));
    expect(added.filter((name) => /made-up|Name|alias|x\d/.test(name))).toEqual([]);
    expect(new Set(added.map((name) => /operation="(\w+)"/.exec(name)?.[1]))).toEqual(new Set(['token']));
  });
});

test('metrics tell how sweeping goes', async () => {
  const tokenizer = await startTestTokenizer();
  try {
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    await ada.store('never accepted');
    tokenizer.clock.offset = 20 * 60_000;
    await tokenizer.running.sweep();
    const text = await tokenizer.metrics();
    for (const line of [
      'lunasec_sweeps_total{outcome="done"} 1',
      'lunasec_swept_objects_total 1',
      'lunasec_swept_tokens_total 1',
      'lunasec_orphaned_objects 0',
      'lunasec_sweeper_lease_held 1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^lunasec_sweep_last_success_timestamp_seconds \d{10}/m);
  } finally {
    await tokenizer.close();
  }
});

test('outside production introspection is on', async () => {
  const tokenizer = await startTestTokenizer();
  try {
    expect((await tokenizer.call(getIntrospectionQuery())).errors).toBeUndefined();
  } finally {
    await tokenizer.close();
  }
});
