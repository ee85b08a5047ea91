import { beforeAll, describe, expect } from '@jest/globals';
import { createToken } from '@lunasec/secure-frame/protocol';
import { getIntrospectionQuery } from 'graphql';
import { createHash } from 'node:crypto';
import { documentOf } from './support/operations.js';
import { sendPlain } from './support/requests.js';
import { describeAttacks } from './support/suite.js';
import { actAs, codeOf, type Actor, type World } from './support/world.js';

const times = (count: number, of: (index: number) => string, separator = ' ') =>
  Array.from({ length: count }, (_, index) => of(index)).join(separator);
const page = 'edges { cursor }';

/** Documents that ask for too much, by what they do it with. */
const documents: Record<string, [name: string, query: string][]> = {
  'depth, of fields or fragments': [
    ['inline fragments', `{ ${'... on Query { '.repeat(9)} __typename ${'}'.repeat(9)} }`],
    ['many inline fragments', `{ ${'... { '.repeat(600)} __typename ${'}'.repeat(600)} }`],
    [
      'a chain of fragments',
      `{ ...f0 } ${times(30, (i) => `fragment f${i} on Query { ...f${i + 1} }`)} fragment f30 on Query { tokens { ${page} } }`,
    ],
    [
      'fragments that double',
      `{ ...f0 } ${times(25, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f25 on Query { tokens { ${page} } }`,
    ],
    ['a fragment of itself', '{ ...a } fragment a on Query { ...a }'],
    [
      'fragments in a circle',
      '{ ...a } fragment a on Query { ...b } fragment b on Query { ...c } fragment c on Query { ...a }',
    ],
    [
      'a circle below a field',
      '{ tokens { ...a } } fragment a on TokenConnection { edges { ...b } } fragment b on TokenEdge { node { ...c } } fragment c on Token { ...c }',
    ],
    ['a circle that nobody uses', '{ __typename } fragment a on Query { ...b } fragment b on Query { ...a }'],
  ],
  aliases: [
    ['eleven', `{ ${times(11, (i) => `a${i}: tokens { ${page} }`)} }`],
    ['of mutations', `mutation { ${times(11, (i) => `a${i}: deleteTokens(tokens: []) { token }`)} }`],
    ['in a fragment', `{ ...a } fragment a on Query { ${times(11, (i) => `a${i}: tokens { ${page} }`)} }`],
    [
      'in many small fragments',
      `{ ${times(6, (i) => `...f${i}`)} } ${times(6, (i) => `fragment f${i} on Query { ${times(3, (j) => `a${i}x${j}: tokens { ${page} }`)} }`)}`,
    ],
    [
      'in a fragment that is used again and again',
      `{ ${times(12, () => '...f')} ...g } fragment f on Query { a: tokens { ${page} } } fragment g on Query { ${times(12, (i) => `b${i}: __typename`)} }`,
    ],
    ['below a field', `{ tokens { edges { ${times(11, (i) => `a${i}: cursor`)} } } }`],
    ['in several operations', times(4, (i) => `query Q${i} { ${times(4, (j) => `a${j}: __typename`)} }`)],
  ],
  directives: [
    ['eleven', `{ __typename ${'@include(if: true) '.repeat(11)} }`],
    ['on many fields', `{ ${times(12, (i) => `a${i}: __typename @skip(if: false)`)} }`],
    ['that nobody knows', '{ __typename @cost(value: 0) }'],
    ['@defer', `{ ... @defer { tokens { ${page} } } }`],
    ['@stream', '{ tokens { edges @stream(initialCount: 0) { cursor } } }'],
    ['on the operation', 'query @deprecated { __typename }'],
    ['@oneOf on a field', '{ __typename @oneOf }'],
  ],
  'words, names and repetition': [
    ['too many words', `{ ${'__typename '.repeat(2500)} }`],
    ['one field over and over', `{ tokens { ${`${page} `.repeat(600)} } }`],
    [
      'fragments that nobody uses',
      `{ __typename } ${times(300, (i) => `fragment f${i} on Query { __typename }`)}`,
    ],
    ['many operations', times(400, (i) => `query Q${i} { __typename }`)],
    ['a very long field', `{ ${'x'.repeat(100_000)} }`],
    ['a very long argument', `{ tokens(${'x'.repeat(100_000)}: 1) { ${page} } }`],
    ['a very long type', `{ ... on ${'X'.repeat(100_000)} { x } }`],
    ['a very long directive', `{ __typename @${'x'.repeat(100_000)} }`],
    ['many variables', `query (${times(600, (i) => `$v${i}: ID`)}) { __typename }`],
    [
      'a list in a literal',
      `mutation { deleteTokens(tokens: [${times(2500, () => '"x"', ',')}]) { token } }`,
    ],
    [
      'depth in a literal',
      `mutation { updateTokenMetadata(token: "x", metadata: {a: ${'['.repeat(900)}${']'.repeat(900)}}) { id } }`,
    ],
    [
      'depth in a literal object',
      `mutation { updateTokenMetadata(token: "x", metadata: ${'{a:'.repeat(400)}1${'}'.repeat(400)}) { id } }`,
    ],
    ['a list of lists of types', `query ($x: ${'['.repeat(900)}ID${']'.repeat(900)}) { __typename }`],
    [
      'great cost',
      `{ ${times(8, (i) => `a${i}: tokens(first: 200) { edges { node { id status size binding metadata createdAt } } }`)} }`,
    ],
  ],
  'letters that no parser should take': [
    ['a null byte', '{ __typename \0 }'],
    ['letters that look alike', '{ ＿＿typename }'],
    ['a letter of no width', '{ __type\u200bname }'],
    ['text from right to left', '{ \u202e__typename }'],
    ['a number that is none', '{ tokens(first: 0x10) { edges { cursor } } }'],
    ['a text that does not end', '{ token(id: "x) { id } }'],
    ['an escape beyond all characters', '{ token(id: "\\u{110000}") { id } }'],
    ['an escape of half a character', '{ token(id: "\\ud800") { id } }'],
    ['an escape of no end', `{ token(id: "\\u{${'0'.repeat(1000)}41") { id } }`],
    ['a comment only', '# nothing'],
    ['nothing', ''],
    ['spaces', ' '.repeat(1000)],
    ['SQL', "'; DROP TABLE tokens; --"],
    ['JSON', '{"query":"{ __typename }"}'],
    ['a schema', 'type Query { secrets: String } { __typename }'],
    ['an extension of the schema', 'extend type Query { secrets: String } { __typename }'],
  ],
  introspection: [
    ['all', getIntrospectionQuery()],
    ['__schema', '{ __schema { types { name } } }'],
    ['__type', '{ __type(name: "Token") { fields { name } } }'],
    ['by an alias', '{ x: __schema { queryType { name } } }'],
    ['in a fragment', '{ ...s } fragment s on Query { __schema { types { name } } }'],
    ['beside something allowed', `{ tokens { ${page} } __type(name: "Token") { name } }`],
    ['in an operation that does not run', 'query A { __typename } query B { __schema { types { name } } }'],
    ['with a line break in between', '{ \n__schema\n{ types { name } } }'],
    ['on a condition', '{ __schema @include(if: false) { types { name } } }'],
    ['of a service', '{ _service { sdl } }'],
    ['of entities', '{ _entities(representations: []) { __typename } }'],
  ],
  'guesses at the schema': [
    ['a field', '{ token(id: "x") { statu } }'],
    ['a field of a mutation', 'mutation { deleteToken(tokens: []) { token } }'],
    ['an argument', `{ tokens(firs: 1) { ${page} } }`],
    ['a field of an input', `{ tokens(filter: { statu: accepted }) { ${page} } }`],
    ['a value of an enum', `{ tokens(filter: { status: acceptd }) { ${page} } }`],
    ['a type', '{ ...x } fragment x on Tokn { id }'],
    ['a type of a variable', 'query ($x: TokenFiltr) { __typename }'],
    ['a directive', '{ __typename @skp(if: true) }'],
    ['a fragment', '{ ...x }'],
    ['a variable', '{ token(id: $x) { id } }'],
    ['a subscription', 'subscription { tokens }'],
    ['a subscription of nothing', 'subscription { __typename }'],
    ['fields of a scalar', '{ token(id: "x") { id { x } } }'],
    ['a page without fields', '{ tokens }'],
  ],
};

describeAttacks('GraphQL', ({ world, attack, control }) => {
  let ada: Actor;
  let victim: string;
  beforeAll(async () => {
    ada = actAs(world(), world().shop, 'ada');
    victim = await ada.keep('value');
  });

  const asServer = (it: World, body: string | object, headers?: Record<string, string>) =>
    it.post(body, { bearer: ada.applicationJWT(), as: 'shop', ...(headers ? { headers } : {}) });
  /** Expects that each is refused as malformed, in a short answer that helps nobody to guess. */
  async function expectRefused(
    it: World,
    rows: readonly (readonly [name: string, body: string | object])[],
  ): Promise<number> {
    const found = [];
    for (const [name, body] of rows) {
      const answer = await asServer(it, body);
      const hint = /did you mean (?!to use a double)|stacktrace|"exception"/i.exec(answer.text)?.[0];
      const size = answer.text.length < 5000 ? 'short' : 'long';
      found.push([name, codeOf(answer) ?? answer.text.slice(0, 100), answer.data ?? null, size, hint]);
    }
    expect(found).toEqual(rows.map(([name]) => [name, 'BAD_USER_INPUT', null, 'short', undefined]));
    return rows.length;
  }
  const isAlive = async (it: World) => {
    expect(codeOf(await asServer(it, { query: `{ tokens { ${page} } }` }))).toBeUndefined();
    expect(await ada.look(victim)).toMatchObject({ status: 'accepted' });
  };

  control(
    'what applications need passes: aliases, fragments, directives, a page of everything',
    async (it) => {
      const query = `query Page($first: Int!) { ${times(5, (i) => `a${i}: tokens(first: 1) { ...p }`)} all: tokens(first: $first) { ...p edges { node { id status sessionId size binding metadata createdAt storeGrantExpiresAt acceptedAt deletedAt } } } __typename @include(if: true) } fragment p on TokenConnection { pageInfo { hasNextPage endCursor } }`;
      expect(
        codeOf(await asServer(it, { query, variables: { first: 200 }, operationName: 'Page' })),
      ).toBeUndefined();
    },
  );

  for (const [what, rows] of Object.entries(documents))
    attack(`documents that hurt with ${what}: BAD_USER_INPUT, in a short answer, and no hint`, async (it) => {
      await expectRefused(
        it,
        rows.map(([name, query]) => [name, { query }]),
      );
      await isAlive(it);
      return rows.length;
    });

  control(
    'a document of comments, spaces or commas that fill the body is read like any other',
    async (it) => {
      for (const filling of [
        '#'.padEnd(1_000_000, 'x') + '\n',
        ' '.repeat(1_000_000),
        ','.repeat(1_000_000),
        '#\n'.repeat(400_000),
      ])
        expect(
          codeOf(await asServer(it, { query: `\ufeff${filling}{ tokens { ${page} } }` })),
        ).toBeUndefined();
    },
  );

  attack('more than one request in a body: refused, and none of them runs', async (it) => {
    const deletion = { query: `mutation { deleteTokens(tokens: ["${victim}"]) { deleted } }` };
    const bodies: [string, string | object][] = [
      ['a list of two', [{ query: '{ __typename }' }, deletion]],
      ['a list of one', [deletion]],
      ['an empty list', []],
      ['a list in a list', [[deletion]]],
      ['a thousand', Array.from({ length: 1000 }, () => deletion)],
      ['one after the other', `${JSON.stringify(deletion)}\n${JSON.stringify(deletion)}`],
      ['a list in the query', { query: [deletion.query] }],
      ['an object in the query', { query: deletion }],
      ['a number', '1'],
      ['a text', '"{ __typename }"'],
      ['null', 'null'],
      ['nothing', '{}'],
      ['what is not JSON', '{query: "{ __typename }"}'],
      ['JSON that is cut', '{"query":"{ __typename'],
      ['JSON of great depth', '{"query":'.repeat(50_000)],
      ['a query in the prototype', `{"__proto__":${JSON.stringify(deletion)}}`],
      ['a query in the constructor', `{"constructor":{"prototype":${JSON.stringify(deletion)}}}`],
    ];
    await expectRefused(it, bodies);
    await isAlive(it);
    return bodies.length;
  });

  attack(
    'operations that are not there, or cannot be told apart: refused, and none of them runs',
    async (it) => {
      const two = `query A { __typename } mutation B { deleteTokens(tokens: ["${victim}"]) { deleted } }`;
      const bodies: [string, object][] = [
        ['none named', { query: two }],
        ['an unknown one', { query: two, operationName: 'C' }],
        ['an empty name', { query: two, operationName: '' }],
        ['a name of the prototype', { query: two, operationName: '__proto__' }],
        ['a list as name', { query: two, operationName: ['B'] }],
        ['an object as name', { query: two, operationName: { B: 1 } }],
        ['a long name', { query: two, operationName: 'B'.repeat(1_000_000) }],
        ['a name with a null byte', { query: two, operationName: 'B\0' }],
        ['one name twice', { query: 'query A { __typename } query A { __typename }', operationName: 'A' }],
      ];
      await expectRefused(it, bodies);
      await isAlive(it);
      return bodies.length;
    },
  );

  attack(
    'persisted queries, whatever is sent with their hash: not supported, and nothing is kept under one',
    async (it) => {
      const query = `{ tokens { ${page} } }`;
      const hash = (text: string) => createHash('sha256').update(text).digest('hex');
      const persisted = (sha256Hash: unknown, version: unknown = 1) => ({
        persistedQuery: { version, sha256Hash },
      });
      const poison = `mutation { deleteTokens(tokens: ["${victim}"]) { deleted } }`;
      const bodies: [string, object][] = [
        ['a hash alone', { extensions: persisted(hash(query)) }],
        ['a query with its hash', { query, extensions: persisted(hash(query)) }],
        ['a query with another’s hash', { query: poison, extensions: persisted(hash(query)) }],
        ['the hash alone again', { extensions: persisted(hash(query)) }],
        ['a hash that is a list', { extensions: persisted([hash(query)]) }],
        ['another version', { extensions: persisted(hash(query), 2) }],
        ['an id', { id: hash(query), documentId: hash(query) }],
      ];
      for (const [name, body] of bodies) {
        const answer = await asServer(it, body);
        expect([name, codeOf(answer) ?? 'ran']).toEqual([name, 'BAD_USER_INPUT']);
      }
      await isAlive(it);
      return bodies.length;
    },
  );

  describe('variables', () => {
    attack(
      'too many, too large, too deep, or of another type: refused, and what they held is not repeated',
      async (it) => {
        const secret = '078-05-1120';
        const [query, tokens] = [documentOf('deleteTokens'), documentOf('tokens')];
        const nested = (depth: number) => `${'['.repeat(depth)}"${secret}"${']'.repeat(depth)}`;
        const bodies: [string, string | object][] = [
          ['lists in lists', `{"query":${JSON.stringify(query)},"variables":{"tokens":${nested(10_000)}}}`],
          ['objects in lists', { query, variables: { tokens: [{ ssn: secret }] } }],
          ['a long text in an object', { query, variables: { tokens: { x: secret.repeat(50_000) } } }],
          ['null', { query, variables: { tokens: null } }],
          ['null in a list', { query, variables: { tokens: [null] } }],
          ['none', { query }],
          ['true', { query, variables: { tokens: [true] } }],
          ['a fraction', { query, variables: { tokens: [1.5] } }],
          ['a list of variables', { query, variables: [secret] }],
          ['a text of variables', { query, variables: secret }],
          ...[0, -1, 201, 2 ** 31, -(2 ** 31), 1.5, 1e308, secret, null, [[1]], { $gt: 1 }].map(
            (first): [string, object] => [
              `a page of ${JSON.stringify(first)}`,
              { query: tokens, variables: { first } },
            ],
          ),
          [
            'a filter of another shape',
            { query: tokens, variables: { filter: { metadata: [secret], status: secret } } },
          ],
          ['a time of no kind', { query: tokens, variables: { filter: { createdAfter: secret } } }],
        ];
        for (const [name, body] of bodies) {
          const answer = await asServer(it, body);
          expect([name, codeOf(answer)]).toEqual([name, 'BAD_USER_INPUT']);
          expect(answer.text).not.toContain(secret);
          expect(answer.text.length).toBeLessThan(2000);
        }
        await isAlive(it);
        return bodies.length;
      },
    );

    attack('what was written into a document by mistake is not repeated either', async (it) => {
      const secret = '078-05-1120';
      const queries = [
        `{ tokens(first: "${secret}") { ${page} } }`,
        `{ tokens(filter: "${secret}") { ${page} } }`,
        `{ tokens(filter: { createdAfter: "${secret}" }) { ${page} } }`,
        `{ tokens(filter: { status: "${secret}" }) { ${page} } }`,
        `{ tokens(filter: { metadata: "${secret}" }) { ${page} } }`,
        `mutation { createReadGrants(sessionId: "x", tokens: [], duration: "${secret}") { token } }`,
        `mutation { tokenize(inputs: [{ token: "x", dataKey: ["${secret}"], size: "${secret}", checksum: { x: "${secret}" } }]) { token } }`,
        `mutation { tokenize(inputs: "${secret}") { token } }`,
        `{ token(id: { x: "${secret}" }) { id } }`,
        `{ token("${secret}") { id } }`,
        `{ token(id: "x" "${secret}") { id } }`,
        `{ """${secret}""" }`,
        `"${secret}"`,
      ];
      for (const query of queries) {
        const answer = await asServer(it, { query });
        expect([query, codeOf(answer)]).toEqual([query, 'BAD_USER_INPUT']);
        expect(answer.text).not.toContain(secret);
        expect(answer.text).not.toContain(secret.replaceAll('-', ''));
      }
      return queries.length;
    });

    attack(
      'lists past the limit of a batch: BATCH_TOO_LARGE before any of it is done, in every operation that takes one',
      async (it) => {
        const many = Array.from({ length: 1001 }, () => createToken());
        const batch = [victim, ...many];
        const refs = batch.map((token) => ({ token }));
        const { sid } = ada;
        const part = { number: 1, size: 1, checksum: 'x' };
        const answers = [
          await ada.server('deleteTokens', { tokens: batch }),
          await ada.server('revokeReadGrants', { sessionId: sid, tokens: batch }),
          await ada.server('verifyStoreGrants', { sessionId: sid, tokens: refs }),
          await ada.server('createReadGrants', { sessionId: sid, tokens: refs }),
          await ada.frame('detokenize', { tokens: batch }),
          await ada.frame('completeUploads', { tokens: batch }),
          await ada.frame('presignUploadParts', { token: victim, parts: batch.map(() => part) }),
          await ada.frame('tokenize', {
            inputs: batch.map((token) => ({ token, dataKey: 'x', size: 1, checksum: 'x' })),
          }),
          await ada.frame('detokenize', { tokens: Array.from({ length: 40_000 }, () => victim) }),
        ];
        expect(answers.map(codeOf)).toEqual(answers.map(() => 'BATCH_TOO_LARGE'));
        await isAlive(it);
        return answers.length;
      },
    );

    attack('a hundred thousand keys that nobody declared are left out', async (it) => {
      const variables = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 1]));
      const answer = await asServer(it, { query: '{ __typename }', variables });
      expect([answer.status, answer.text.length < 2000]).toEqual([200, true]);
    });
  });

  describe('requests that a page of another origin can make a browser send', () => {
    const deletion = () => ({ query: `mutation { deleteTokens(tokens: ["${victim}"]) { deleted } }` });
    const send = (it: World, path: string, method: string, headers: Record<string, string>, body?: string) =>
      sendPlain({
        origin: it.urls[0]!,
        path,
        method,
        headers: { authorization: `Bearer ${ada.applicationJWT()}`, ...headers },
        ...(body === undefined ? {} : { body }),
      });

    attack('with content that is not JSON: 415 or 400, and nothing runs', async (it) => {
      const types = [
        'text/plain',
        'text/plain;application/json',
        'text/plain; charset=application/json',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'multipart/form-data; boundary=application/json',
        'text/json',
        'text/html',
        'application/graphql',
        'application/x-json',
        'application/jsonp',
        'application/json5',
        'application/octet-stream',
        'application/json, text/plain',
        'application/json; charset=utf-7',
        'application/json; charset=utf-99',
        'application',
        'json',
        '*/*',
        'application/*',
        '',
      ];
      const multipart = [
        '--x',
        'Content-Disposition: form-data; name="operations"',
        '',
        JSON.stringify(deletion()),
        '--x',
        'Content-Disposition: form-data; name="map"',
        '',
        '{}',
        '--x--',
        '',
      ].join('\r\n');
      const bodies = [JSON.stringify(deletion()), `query=${encodeURIComponent(deletion().query)}`, multipart];
      for (const type of types)
        for (const body of bodies) {
          const { status, text } = await send(it, '/graphql', 'POST', { 'content-type': type }, body);
          expect([type, [400, 415].includes(status)]).toEqual([type, true]);
          expect(text).not.toContain('"data"');
        }
      await isAlive(it);
      return types.length * bodies.length;
    });

    attack(
      'with a query in the address, or another method in a header: 405 or 400, and nothing runs',
      async (it) => {
        const query = `?query=${encodeURIComponent(deletion().query)}`;
        const json = { 'content-type': 'application/json', 'apollo-require-preflight': 'x' };
        const rows: [string, number, () => ReturnType<typeof send>][] = [
          ['GET', 405, () => send(it, `/graphql${query}`, 'GET', json)],
          ['HEAD', 405, () => send(it, `/graphql${query}`, 'HEAD', json)],
          ['GET with a body', 405, () => send(it, '/graphql', 'GET', json, JSON.stringify(deletion()))],
          ['PUT', 405, () => send(it, '/graphql', 'PUT', json, JSON.stringify(deletion()))],
          ['PATCH', 405, () => send(it, '/graphql', 'PATCH', json, JSON.stringify(deletion()))],
          ['DELETE', 405, () => send(it, '/graphql', 'DELETE', json, JSON.stringify(deletion()))],
          [
            'OPTIONS',
            405,
            () =>
              send(it, '/graphql', 'OPTIONS', {
                ...json,
                origin: 'https://evil.example.com',
                'access-control-request-method': 'POST',
              }),
          ],
          ['QUERY', 405, () => send(it, '/graphql', 'QUERY', json, JSON.stringify(deletion()))],
          [
            'GET as POST',
            405,
            () =>
              send(
                it,
                `/graphql${query}`,
                'GET',
                { ...json, 'x-http-method-override': 'POST' },
                JSON.stringify(deletion()),
              ),
          ],
          [
            'POST as GET',
            400,
            () => send(it, `/graphql${query}`, 'POST', { ...json, 'x-http-method-override': 'GET' }, '{}'),
          ],
          ['POST with a query in the address', 400, () => send(it, `/graphql${query}`, 'POST', json, '{}')],
          ['POST without a body', 400, () => send(it, `/graphql${query}`, 'POST', json)],
        ];
        for (const [name, expected, act] of rows) {
          const answer = await act();
          expect([name, answer.status]).toEqual([name, expected]);
          expect(answer.headers['access-control-allow-origin']).toBeUndefined();
        }
        await isAlive(it);
        return rows.length;
      },
    );

    control('the same call as JSON, by POST, does run', async (it) => {
      const mine = await ada.keep('value');
      const body = JSON.stringify({ query: `mutation { deleteTokens(tokens: ["${mine}"]) { deleted } }` });
      const answer = await send(
        it,
        '/graphql',
        'POST',
        { 'content-type': 'application/json; charset=utf-8' },
        body,
      );
      expect([answer.status, answer.text.trim()]).toEqual([
        200,
        '{"data":{"deleteTokens":[{"deleted":true}]}}',
      ]);
    });
  });

  attack(
    'nothing more than data and errors is ever answered, and errors have a code and a place only',
    async (it) => {
      const answers = it.guard.received.filter(({ what }) => what.startsWith('POST /graphql'));
      expect(answers.length).toBeGreaterThan(100);
      for (const { text } of answers) {
        const body = JSON.parse(text.slice(text.indexOf('\n') + 1)) as Record<string, unknown>;
        expect(Object.keys(body).filter((key) => !['data', 'errors'].includes(key))).toEqual([]);
        for (const error of (body.errors ?? []) as Record<string, unknown>[]) {
          expect(
            Object.keys(error).filter((key) => !['message', 'locations', 'path', 'extensions'].includes(key)),
          ).toEqual([]);
          expect(
            Object.keys(error.extensions as object).filter((key) => !['code', 'retryAfter'].includes(key)),
          ).toEqual([]);
        }
      }
      return answers.length;
    },
  );
});
