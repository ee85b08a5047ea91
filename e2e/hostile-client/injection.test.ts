import { beforeAll, describe, expect } from '@jest/globals';
import { isWholeProof } from '@lunasec/proof';
import { documentOf } from './support/operations.js';
import { describeAttacks } from './support/suite.js';
import { seal } from '../support/seal.js';
import { actAs, codeOf, type Actor, type Answer } from './support/world.js';

/** What a database could take for something else than a text. */
const texts: [name: string, text: string][] = [
  ['a quote of SQL', "' OR '1'='1"],
  ['a second statement', "x'; DROP TABLE tokens; --"],
  ['a union', "' UNION SELECT keyCiphertext FROM tokens --"],
  ['a comment', "x'/*"],
  ['a backslash', "\\' OR 1=1 --"],
  ['wildcards', '%_*?'],
  ['a JSON operator', '{"$gt":""}'],
  ['a bare operator', '$where'],
  ['a function', 'function(){while(1);}'],
  ['a path', 'metadata.secret'],
  ['a pattern that takes for ever', '(a+)+$'],
  ['its victim', `${'a'.repeat(5000)}!`],
  ['a null byte', 'a\0b'],
  ['half of a character', 'a\ud800b'],
  ['the other half', '\udc00'],
  ['the end of a character set', '\u{10ffff}\ufffe'],
  ['letters from right to left', '\u202eabc'],
  ['joined letters', 'e\u0301\u200d\u200b'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['a line break', 'a\r\nSet-Cookie: x=1'],
  ['a template', '${7*7}{{7*7}}#{7*7}<%= 7*7 %>'],
  ['a lookup', '${jndi:ldap://127.0.0.1/x}'],
  ['a script', '<script>alert(1)</script>'],
  ['a hundred thousand letters', 'x'.repeat(100_000)],
];

/** What is no text, where one belongs. */
const objects: [name: string, value: unknown][] = [
  ['$gt', { $gt: '' }],
  ['$ne', { $ne: null }],
  ['$in', { $in: [] }],
  ['$nin', { $nin: ['x'] }],
  ['$exists', { $exists: true }],
  ['$where', { $where: 'sleep(1000)' }],
  ['$regex', { $regex: '.*', $options: 'i' }],
  ['$expr', { $expr: { $eq: [1, 1] } }],
  ['$function', { $function: { body: 'x', args: [], lang: 'js' } }],
  ['a dotted key', { 'a.b': 1 }],
  ['constructor', { constructor: { prototype: { isAdmin: true } } }],
  ['_bsontype', { _bsontype: 'ObjectID', id: 'x' }],
  ['toString', { toString: 'x', valueOf: 'x' }],
  ['a list', ['x']],
  ['a list in a list', [['x']]],
  ['true', true],
  ['a fraction', 1.5],
  ['a huge number', 1e308],
];

describeAttacks('injection', ({ world, attack, control }) => {
  let ada: Actor;
  let token: string;
  let before: unknown;

  beforeAll(async () => {
    ada = actAs(world(), world().shop, 'ada');
    token = await ada.keep('value', 'User.ssn:1');
    await ada.grant([{ token, binding: 'User.ssn:1' }]);
    await ada.server('updateTokenMetadata', { token, metadata: { secret: 'of-ada', number: 1 } });
    before = await ada.look(token);
  });
  const isIntact = async () => {
    expect(await ada.look(token)).toEqual(before);
    expect(await ada.read(token)).toBe('value');
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  };
  /** Refused as malformed, or answered with nothing; never with a failure of the inside. */
  const isHarmless = (answer: Answer) => {
    expect(answer.text).not.toContain('of-ada');
    expect([undefined, 'BAD_USER_INPUT', 'TOKEN_NOT_FOUND', 'UNAUTHENTICATED', 'TOO_LARGE']).toContain(
      codeOf(answer),
    );
    for (const results of Object.values(answer.data ?? {}))
      if (Array.isArray(results))
        for (const { problem } of results as { problem: { code: string } | null }[])
          expect([
            'BAD_USER_INPUT',
            'TOKEN_NOT_FOUND',
            'READ_GRANT_MISSING',
            'STORE_GRANT_MISSING',
            'BINDING_MISMATCH',
          ]).toContain(problem?.code);
  };

  /** Every place of the API that takes a text, with the one that calls there. */
  const places: [
    name: string,
    variables: (it: unknown) => object,
    caller: 'frame' | 'server',
    where?: string,
  ][] = [
    ['createSession', (it) => ({ assertion: it }), 'frame'],
    ['detokenize', (it) => ({ tokens: [it] }), 'frame'],
    [
      'tokenize',
      (it) => ({ inputs: [{ token: it, dataKey: 'x', size: 1, checksum: 'x' }] }),
      'frame',
      'token',
    ],
    ['tokenize', (it) => ({ inputs: [{ token, dataKey: it, size: 1, checksum: 'x' }] }), 'frame', 'dataKey'],
    ['tokenize', (it) => ({ inputs: [{ token, dataKey: 'x', size: 1, checksum: it }] }), 'frame', 'checksum'],
    ['presignUploadParts', (it) => ({ token: it, parts: [] }), 'frame', 'token'],
    [
      'presignUploadParts',
      (it) => ({ token, parts: [{ number: 1, size: 1, checksum: it }] }),
      'frame',
      'checksum',
    ],
    ['completeUploads', (it) => ({ tokens: [it] }), 'frame'],
    ['verifyStoreGrants', (it) => ({ sessionId: it, tokens: [] }), 'server', 'sessionId'],
    ['verifyStoreGrants', (it) => ({ sessionId: ada.sid, tokens: [{ token: it }] }), 'server', 'token'],
    ['createReadGrants', (it) => ({ sessionId: it, tokens: [] }), 'server', 'sessionId'],
    ['createReadGrants', (it) => ({ sessionId: ada.sid, tokens: [{ token: it }] }), 'server', 'token'],
    [
      'createReadGrants',
      (it) => ({ sessionId: ada.sid, tokens: [{ token, binding: it }] }),
      'server',
      'binding',
    ],
    [
      'createReadGrants',
      (it) => ({ sessionId: ada.sid, tokens: [{ token, duration: it }] }),
      'server',
      'duration',
    ],
    ['revokeReadGrants', (it) => ({ sessionId: it, tokens: [token] }), 'server', 'sessionId'],
    ['revokeReadGrants', (it) => ({ sessionId: ada.sid, tokens: [it] }), 'server', 'token'],
    ['endSession', (it) => ({ sessionId: it }), 'server'],
    ['deleteTokens', (it) => ({ tokens: [it] }), 'server'],
    ['updateTokenMetadata', (it) => ({ token: it, metadata: {} }), 'server', 'token'],
    ['token', (it) => ({ id: it }), 'server'],
    ['tokens', (it) => ({ filter: { sessionId: it } }), 'server', 'sessionId'],
    ['tokens', (it) => ({ filter: { status: it } }), 'server', 'status'],
    ['tokens', (it) => ({ filter: { createdAfter: it } }), 'server', 'createdAfter'],
    ['tokens', (it) => ({ filter: { metadata: { secret: it } } }), 'server', 'metadata value'],
    [
      'tokens',
      (it) => ({ filter: { metadata: { [typeof it === 'string' ? it : JSON.stringify(it)]: 'of-ada' } } }),
      'server',
      'metadata key',
    ],
    ['tokens', (it) => ({ after: it }), 'server', 'after'],
    ['grants', (it) => ({ sessionId: it, kind: 'read' }), 'server', 'sessionId'],
    ['grants', (it) => ({ sessionId: ada.sid, kind: it }), 'server', 'kind'],
    ['auditEvents', (it) => ({ filter: { sessionId: it } }), 'server', 'sessionId'],
    ['auditEvents', (it) => ({ filter: { token: it } }), 'server', 'token'],
    ['auditEvents', (it) => ({ filter: { action: it } }), 'server', 'action'],
    ['auditEvents', (it) => ({ filter: { outcome: it } }), 'server', 'outcome'],
    ['auditEvents', (it) => ({ filter: { after: it } }), 'server', 'after a time'],
  ];

  control('what the attacks look for is there', async () => {
    const found = await ada.server('tokens', { filter: { metadata: { secret: 'of-ada' } } });
    expect(found.text).toContain(token);
    await isIntact();
  });

  for (const [place, [name, variables, caller, where]] of places.entries())
    attack(
      `${name}${where === undefined ? '' : `, ${where}`}: quotes, operators and broken characters find and change nothing`,
      async () => {
        // Of each three a different one at each place, where it has to be quick.
        const tried = [...texts, ...objects].filter((_, index) => isWholeProof || (index + place) % 3 === 0);
        for (const [, value] of tried) isHarmless(await ada[caller](name, variables(value)));
        await isIntact();
        return tried.length;
      },
    );

  describe('metadata', () => {
    const metadataCode = async (metadata: unknown) =>
      codeOf(await ada.server('updateTokenMetadata', { token, metadata }));

    attack(
      'keys that are operators, paths or of prototypes are refused, at any depth and as a filter',
      async () => {
        const keys = [
          '$gt',
          '$where',
          '$set',
          'a.b',
          '.',
          '',
          '__proto__',
          '_id',
          '_bsontype',
          '0',
          'é',
          'a b',
          'a\0',
          'a[0]',
          "a'",
          '"',
          '-a',
          'x'.repeat(65),
          '\ud800',
        ];
        for (const key of keys) {
          // As JSON text: in a literal, __proto__ would set the prototype.
          const object = (value: string) => JSON.parse(`{${JSON.stringify(key)}:${value}}`) as object;
          for (const metadata of [object('1'), { a: object('1') }, { a: [object('1')] }])
            expect([key, await metadataCode(metadata)]).toEqual([key, 'BAD_USER_INPUT']);
          const filtered = await ada.server('tokens', { filter: { metadata: object('"of-ada"') } });
          expect([key, codeOf(filtered)]).toEqual([key, 'BAD_USER_INPUT']);
          const literal = await ada.server('tokens', {});
          expect(codeOf(literal)).toBeUndefined();
        }
        await isIntact();
        return keys.length * 4;
      },
    );

    attack('names of every object’s own members are plain names', async (it) => {
      const eve = actAs(it, it.shop, 'eve');
      const names = [
        'constructor',
        'prototype',
        'toString',
        'valueOf',
        'hasOwnProperty',
        'toJSON',
        'toBSON',
        'length',
        'then',
        'inspect',
      ];
      const mine = await eve.keep('value');
      for (const name of names) {
        const metadata = { [name]: 'text', nested: { [name]: { [name]: [name] } } };
        const answer = await eve.server('updateTokenMetadata', { token: mine, metadata });
        expect(codeOf(answer)).toBeUndefined();
        expect(await eve.look(mine)).toMatchObject({ metadata });
        const found = await eve.server('tokens', { filter: { metadata: { [name]: 'text' } } });
        expect(found.text).toContain(mine);
        const none = await eve.server('tokens', { filter: { metadata: { [name]: 'other' } } });
        expect(none.text).not.toContain('lunasec-');
      }
      return names.length;
    });

    attack('numbers, depth and size that no store keeps as they are: refused', async () => {
      const nested = (depth: number, inner: string) => `${'{"a":'.repeat(depth)}${inner}${'}'.repeat(depth)}`;
      const raw = [
        '{"a":1e999}',
        '{"a":-1e999}',
        nested(6, '1'),
        nested(5000, '1'),
        `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`,
        `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join(',')}}`,
        `{"a":"${'x'.repeat(5000)}"}`,
        '[]',
        '"text"',
        'null',
        '1',
      ];
      for (const metadata of raw) {
        const body = `{"query":${JSON.stringify(documentOf('updateTokenMetadata'))},"variables":{"token":"${token}","metadata":${metadata}}}`;
        const answer = await world().post(body, { bearer: ada.applicationJWT(), as: 'shop' });
        expect([metadata.slice(0, 30), codeOf(answer)]).toEqual([metadata.slice(0, 30), 'BAD_USER_INPUT']);
        expect(answer.text.length).toBeLessThan(2000);
      }
      await isIntact();
      return raw.length;
    });

    attack('a value comes back as it was sent, or is refused: no character becomes another', async (it) => {
      const eve = actAs(it, it.shop, 'eve');
      const mine = await eve.keep('value');
      for (const [name, text] of texts.filter(([, it]) => it.length < 4000)) {
        const answer = await eve.server('updateTokenMetadata', { token: mine, metadata: { text } });
        if (codeOf(answer) === 'BAD_USER_INPUT') continue;
        expect([name, (await eve.look(mine))!.metadata]).toEqual([name, { text }]);
      }
      return texts.length;
    });

    attack(
      'a text that is no text never finds one that differs: half characters are not all the same',
      async (it) => {
        const eve = actAs(it, it.shop, 'halves');
        const mine = await eve.keep('value');
        await eve.server('updateTokenMetadata', { token: mine, metadata: { text: 'a\ud800' } });
        for (const text of ['a\ud801', 'a\udfff', 'a\ufffd']) {
          const found = await eve.server('tokens', { filter: { metadata: { text } } });
          expect([text, found.text.includes(mine)]).toEqual([text, false]);
        }
        return 3;
      },
    );
  });

  describe('bindings', () => {
    attack('differ in every character, or are refused: none reads what another was given', async (it) => {
      const eve = actAs(it, it.shop, 'bindings');
      const pairs: [string, string[]][] = [
        ['a\0b', ['a', 'a\0', 'a\0c', 'ab']],
        ['é', ['e\u0301', 'e', 'É']],
        ['A', ['a', 'A ', ' A', 'A\0']],
        ['a\ud800', ['a\ud801', 'a\ufffd', 'a\udfff', 'a']],
        ['1', ['1.0', '01', '1 ']],
        ['true', ['TRUE', 'True']],
        ['{"$ne":null}', ['null', '']],
        ['ß', ['ss', 'ẞ']],
        ['\u212a', ['K', 'k']],
      ];
      let tried = 0;
      for (const [binding, others] of pairs) {
        const mine = await eve.store('value');
        const [code] = await eve.verify([{ token: mine, binding }]);
        if (code === 'BAD_USER_INPUT') {
          expect(/\p{Surrogate}/u.test(binding)).toBe(true);
          continue;
        }
        expect(await eve.grant([{ token: mine, binding }])).toEqual(['ok']);
        for (const other of others) {
          expect([other, await eve.grant([{ token: mine, binding: other }])]).toEqual([
            other,
            [expect.stringMatching(/BINDING_MISMATCH|BAD_USER_INPUT/)],
          ]);
          tried++;
        }
      }
      return tried;
    });
  });

  attack(
    'values in the place of whole variables, and variables that nobody declared: refused or left out',
    async () => {
      const { input } = await seal('value');
      const sent = [
        { query: documentOf('tokenize'), variables: { inputs: { ...input, $ne: 1 } } },
        {
          query: documentOf('tokenize'),
          variables: { inputs: [{ ...input, sessionId: ada.sid, applicationId: 'other' }] },
        },
        { query: documentOf('tokenize'), variables: { inputs: [{ ...input, status: 'accepted' }] } },
        { query: documentOf('tokens'), variables: { filter: { applicationId: 'other' } } },
        { query: documentOf('tokens'), variables: { filter: { $or: [{}] } } },
        { query: documentOf('tokens'), variables: { filter: { metadata: { secret: { $ne: 1 } } } } },
        { query: documentOf('tokens'), variables: { filter: [] } },
        { query: documentOf('tokens'), variables: [] },
        { query: documentOf('tokens'), variables: 'x' },
      ];
      for (const body of sent) {
        const answer = await world().post(body, {
          bearer: body.query.includes('tokenize') ? await ada.accessToken() : ada.applicationJWT(),
          as: 'shop',
        });
        expect([JSON.stringify(body.variables).slice(0, 40), codeOf(answer)]).toEqual([
          JSON.stringify(body.variables).slice(0, 40),
          'BAD_USER_INPUT',
        ]);
      }
      await isIntact();
      return sent.length;
    },
  );
});
