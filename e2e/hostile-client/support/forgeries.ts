import { createCipheriv, createHash, publicEncrypt, randomBytes } from 'node:crypto';
import {
  base64url,
  compact,
  draft,
  encode,
  hmacOf,
  signatureOf,
  type JSONMap,
  type JWTPlace,
  type KeyPair,
  type Kind,
  type Signer,
} from './keys.js';

/** What an attacker starts from: good JWTs of an application, its public keys, and keys of the attacker's own. */
export interface Bench {
  kind: Kind;
  place: JWTPlace;
  shop: Signer;
  other: Signer;
  attacker: Record<'EdDSA' | 'ES256' | 'RS256', KeyPair>;
  /** A server of the attacker's, which must never be asked. */
  attackerURL: string;
  at: number;
}

/** How a JWT is made that must be refused. */
export type Forgery = [name: string, make: (it: Bench) => string];

const none = () => new Uint8Array(0);
/** Order of P-256's group (FIPS 186-5). */
const orderP256 = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
/** Order of Ed25519's group, L (RFC 8032 §5.1). */
const orderEd25519 = 2n ** 252n + 27742317777372353535851937790883648493n;

const bytes32 = (number: bigint) => Buffer.from(number.toString(16).padStart(64, '0'), 'hex');
const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);

/** Signed by the application, with parts of header or claims changed. `undefined` leaves a member out. */
const changed =
  (header: JSONMap, claims: JSONMap | ((it: Bench) => JSONMap) = {}) =>
  (it: Bench): string => {
    const good = draft(it.kind, it.shop, it.place);
    const changes = typeof claims === 'function' ? claims(it) : claims;
    return compact({ ...good.header, ...header }, { ...good.claims, ...changes }, good.key);
  };
const claims = (changes: JSONMap | ((it: Bench) => JSONMap)) => changed({}, changes);

/** The application's own claims, signed in another way. */
const signed =
  (header: (it: Bench) => JSONMap, sign: (data: string, it: Bench) => Uint8Array) =>
  (it: Bench): string => {
    const good = draft(it.kind, it.shop, it.place);
    return compact({ ...good.header, ...header(it) }, good.claims, (data) => sign(data, it));
  };

/** JSON text in which members can be named twice. */
const raw =
  (change: (header: string, claims: string, it: Bench) => [header: string, claims: string]) =>
  (it: Bench): string => {
    const good = draft(it.kind, it.shop, it.place);
    const [header, body] = change(JSON.stringify(good.header), JSON.stringify(good.claims), it);
    return compact(header, body, good.key);
  };
const withLast = (object: string, member: string) => `${object.slice(0, -1)},${member}}`;

const algNone: Forgery[] = [
  'none',
  'None',
  'NONE',
  'nOnE',
  'none\0',
  ' none',
  '',
  null,
  undefined,
  0,
  ['none'],
].flatMap((alg): Forgery[] => [
  [`alg ${JSON.stringify(alg)} without a signature`, signed(() => ({ alg }), none)],
  [
    `alg ${JSON.stringify(alg)} with the signature of a good one`,
    signed(
      () => ({ alg }),
      (data, { shop }) => signatureOf(data, shop.keys.EdDSA),
    ),
  ],
]);

const hmac: Forgery[] = (['EdDSA', 'ES256', 'RS256'] as const).flatMap((alg) => {
  const secrets: [string, (key: KeyPair) => string | Uint8Array][] = [
    ['its PEM', ({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' })],
    [
      'its PEM without a line break at the end',
      ({ publicKey }) => String(publicKey.export({ type: 'spki', format: 'pem' })).trim(),
    ],
    ['its DER', ({ publicKey }) => publicKey.export({ type: 'spki', format: 'der' })],
    ['the bytes of its JWK', ({ publicJWK }) => Buffer.from(String(publicJWK.x ?? publicJWK.n), 'base64url')],
    ['the text of its JWK member', ({ publicJWK }) => String(publicJWK.x ?? publicJWK.n)],
    ['its JWK as JSON', ({ publicJWK }) => JSON.stringify(publicJWK)],
    ['its kid', ({ kid }) => kid],
    ['nothing', () => ''],
  ];
  return secrets.flatMap(([what, secretOf]): Forgery[] =>
    (['HS256', 'HS384', 'HS512'] as const).map((hs): Forgery => [
      `${hs} with ${what} as the secret, for ${alg}`,
      signed(
        ({ shop }) => ({ alg: hs, kid: shop.keys[alg].kid }),
        (data, { shop }) => hmacOf(data, secretOf(shop.keys[alg]), `sha${hs.slice(2)}`),
      ),
    ]),
  );
});

const confusions: Forgery[] = [
  ...(['EdDSA', 'ES256', 'RS256'] as const).flatMap((alg) =>
    (['EdDSA', 'ES256', 'RS256'] as const)
      .filter((other) => other !== alg)
      .flatMap((other): Forgery[] => [
        [
          `${alg} as its alg, and the key of ${other}`,
          signed(
            ({ shop }) => ({ alg, kid: shop.keys[other].kid }),
            (data, { shop }) => signatureOf(data, shop.keys[other]),
          ),
        ],
        [
          `${alg} as its alg and its signature, and the kid of the key for ${other}`,
          signed(
            ({ shop }) => ({ alg, kid: shop.keys[other].kid }),
            (data, { shop }) => signatureOf(data, shop.keys[alg]),
          ),
        ],
      ]),
  ),
  ...[
    'PS256',
    'RS384',
    'RS512',
    'ES384',
    'ES512',
    'ES256K',
    'Ed25519',
    'Ed448',
    'eddsa',
    'EDDSA',
    'RSA-OAEP',
    'dir',
    'A128KW',
    '__proto__',
    'constructor',
  ].map((alg): Forgery => [`alg ${alg}`, changed({ alg })]),
  ...(['EdDSA', 'ES256', 'RS256'] as const).map((alg): Forgery => [
    `a key of the attacker’s and the kid of the application’s, ${alg}`,
    signed(
      ({ shop }) => ({ alg, kid: shop.keys[alg].kid }),
      (data, { attacker }) => signatureOf(data, attacker[alg]),
    ),
  ]),
];

const kids: Forgery[] = [
  '../../../../../../dev/null',
  '..\\..\\nul',
  'file:///etc/passwd',
  '/etc/passwd',
  '| id',
  "shop-EdDSA' OR '1'='1",
  "x'; DROP TABLE tokens; --",
  "x' UNION SELECT 'secret' --",
  { $ne: '' },
  { $regex: '.*' },
  { toString: 'shop-EdDSA' },
  ['shop-EdDSA'],
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'shop-EdDSA\0',
  'shop-EdDSA ',
  ' shop-EdDSA',
  'SHOP-EDDSA',
  'shop-EdDS\u0410',
  'k'.repeat(5000),
  '',
  null,
  true,
  0,
  undefined,
].map((kid): Forgery => [`kid ${JSON.stringify(kid)?.slice(0, 50)}`, changed({ kid })]);

const embedded: Forgery[] = (['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256'] as const).flatMap(
  (name): Forgery[] => {
    const value = ({ attacker, attackerURL }: Bench): unknown =>
      ({
        jwk: attacker.EdDSA.publicJWK,
        jku: `${attackerURL}/jwks.json`,
        x5u: `${attackerURL}/chain.pem`,
        x5c: [attacker.EdDSA.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
        x5t: createHash('sha1').update('x').digest('base64url'),
        'x5t#S256': createHash('sha256').update('x').digest('base64url'),
      })[name];
    const sign = (data: string, { attacker }: Bench) => signatureOf(data, attacker.EdDSA);
    return [
      [`the attacker’s key as ${name}`, signed((it) => ({ [name]: value(it) }), sign)],
      [
        `the attacker’s key as ${name}, and its kid`,
        signed((it) => ({ [name]: value(it), kid: it.attacker.EdDSA.kid }), sign),
      ],
      [
        `the attacker’s key as ${name}, and no kid`,
        signed((it) => ({ [name]: value(it), kid: undefined }), sign),
      ],
    ];
  },
);

const extensions: Forgery[] = [
  ...[['exp'], ['x'], [], ['b64'], ['__proto__'], ['alg'], 'b64', null, [1]].map((crit): Forgery => [
    `crit ${JSON.stringify(crit)}`,
    changed({ crit, x: 1, exp: 1, b64: true }),
  ]),
  ['b64 false, and crit', changed({ crit: ['b64'], b64: false })],
  [
    'b64 false, signed over the bare payload',
    ({ kind, shop, place }) => {
      const good = draft(kind, shop, place);
      const header = encode({ ...good.header, b64: false, crit: ['b64'] });
      const payload = JSON.stringify(good.claims);
      const signature = signatureOf(`${header}.${payload}`, good.key);
      return `${header}.${base64url(payload)}.${base64url(signature)}`;
    },
  ],
  [
    'a bare payload, and b64 false without crit',
    ({ kind, shop, place }) => {
      const good = draft(kind, shop, place);
      const header = encode({ ...good.header, b64: false });
      const payload = JSON.stringify(good.claims);
      return `${header}.${payload}.${base64url(signatureOf(`${header}.${payload}`, good.key))}`;
    },
  ],
];

const otherForms: Forgery[] = [
  [
    'a JWE to the application’s public key',
    ({ kind, shop, place }) => {
      const good = draft(kind, shop, place);
      const [key, iv] = [randomBytes(32), randomBytes(12)];
      const header = encode({
        alg: 'RSA-OAEP',
        enc: 'A256GCM',
        kid: shop.keys.RS256.kid,
        typ: good.header.typ,
      });
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(header));
      const content = Buffer.concat([cipher.update(JSON.stringify(good.claims)), cipher.final()]);
      return [
        header,
        base64url(publicEncrypt(shop.keys.RS256.publicKey, key)),
        base64url(iv),
        base64url(content),
        base64url(cipher.getAuthTag()),
      ].join('.');
    },
  ],
  [
    'a JWE with alg dir',
    ({ kind, shop, place }) => {
      const good = draft(kind, shop, place);
      return `${encode({ ...good.header, alg: 'dir', enc: 'A256GCM' })}..${encode('x'.repeat(12))}.${encode(good.claims)}.${encode('x'.repeat(16))}`;
    },
  ],
  [
    'a JWT inside a JWT',
    ({ kind, shop, place }) => {
      const good = draft(kind, shop, place);
      const inner = compact(good.header, good.claims, good.key);
      return compact({ ...good.header, cty: 'JWT' }, inner, good.key);
    },
  ],
  [
    'flattened JSON serialization',
    ({ kind, shop, place }) => {
      const good = draft(kind, shop, place);
      const [header, payload, signature] = compact(good.header, good.claims, good.key).split('.');
      return JSON.stringify({ protected: header, payload, signature });
    },
  ],
  [
    'general JSON serialization',
    ({ kind, shop, place }) => {
      const good = draft(kind, shop, place);
      const [header, payload, signature] = compact(good.header, good.claims, good.key).split('.');
      return JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
    },
  ],
  ...['[]', 'null', '"text"', '1', '{', '', '{}', '[{}]'].flatMap((text): Forgery[] => [
    [`a payload of ${text || 'nothing'}`, raw((header) => [header, text])],
    [`a header of ${text || 'nothing'}`, raw((_, body) => [text, body])],
  ]),
  ['two parts', ({ kind, shop, place }) => goodParts(kind, shop, place).slice(0, 2).join('.')],
  ['four parts', ({ kind, shop, place }) => [...goodParts(kind, shop, place), 'x'].join('.')],
  ['no signature', ({ kind, shop, place }) => [...goodParts(kind, shop, place).slice(0, 2), ''].join('.')],
  ['a line break before it', ({ kind, shop, place }) => `\n${goodParts(kind, shop, place).join('.')}`],
  ['more than 8 KiB', claims({ x: 'x'.repeat(9000) })],
];
function goodParts(kind: Kind, shop: Signer, place: JWTPlace): string[] {
  const good = draft(kind, shop, place);
  return compact(good.header, good.claims, good.key).split('.');
}

const duplicates: Forgery[] = [
  ['alg twice, none at last', raw((header, body) => [withLast(header, '"alg":"none"'), body])],
  ['typ twice, another at last', raw((header, body) => [withLast(header, '"typ":"JWT"'), body])],
  ['kid twice, an unknown one at last', raw((header, body) => [withLast(header, '"kid":"nobody"'), body])],
  [
    'crit beside itself',
    raw((header, body) => [withLast(header, '"crit":["exp"],"crit":["x"],"x":1'), body]),
  ],
  [
    'iss twice, another application’s at last',
    raw((header, body) => [header, withLast(body, '"iss":"other"')]),
  ],
  [
    'aud twice, a foreign one at last',
    raw((header, body) => [header, withLast(body, '"aud":"https://evil.example.com"')]),
  ],
  [
    'exp twice, a late one at last',
    raw((header, body, { at }) => [header, withLast(body, `"exp":${at + 3600}`)]),
  ],
  [
    'exp twice, a past one at last',
    raw((header, body, { at }) => [header, withLast(body, `"exp":${at - 3600}`)]),
  ],
  [
    'the other application’s signature, with iss named last as the victim’s',
    ({ kind, other, place }) => {
      const good = draft(kind, other, place);
      return compact(good.header, withLast(JSON.stringify(good.claims), '"iss":"shop"'), good.key);
    },
  ],
];

const audiences: Forgery[] = [
  ['no audience', claims({ aud: undefined })],
  ...(
    [
      ['a list of this tokenizer alone', (url: string) => [url]],
      ['a list with others', (url: string) => ['https://evil.example.com', url]],
      ['this tokenizer twice', (url: string) => [url, url]],
      ['a slash at the end', (url: string) => `${url}/`],
      ['only its beginning', (url: string) => url.slice(0, -1)],
      ['more after it', (url: string) => `${url}.evil.example.com`],
      ['another case', (url: string) => url.toUpperCase()],
      ['a path', (url: string) => `${url}/graphql`],
      ['a user name', (url: string) => url.replace('://', '://x@')],
      ['https instead', (url: string) => url.replace('http:', 'https:')],
      ['a space after it', (url: string) => `${url} `],
      ['a null byte after it', (url: string) => `${url}\0`],
      ['an object', (url: string) => ({ [url]: true })],
      ['nothing in it', () => ''],
      ['null', () => null],
      ['an empty list', () => []],
    ] as const
  ).map(([name, change]): Forgery => [
    `audience: ${name}`,
    claims(({ place }) => ({ aud: change(place.audience) })),
  ]),
];

const issuers: Forgery[] = [
  ...[
    'other',
    'nobody',
    'SHOP',
    'shop ',
    'shop\0',
    '',
    '__proto__',
    'constructor',
    null,
    0,
    ['shop'],
    { $ne: '' },
    undefined,
  ].map((iss): Forgery => [
    `issuer ${JSON.stringify(iss)}`,
    claims(({ kind }) => ({
      iss,
      ...(kind === 'application JWT' && typeof iss === 'string' ? { sub: iss } : {}),
    })),
  ]),
  [
    'another application’s key and kid',
    ({ kind, shop, other, place }) => {
      const good = draft(kind, shop, place);
      return compact({ ...good.header, kid: other.keys.EdDSA.kid }, good.claims, other.keys.EdDSA);
    },
  ],
  [
    'another application’s key under the victim’s kid',
    ({ kind, shop, other, place }) => {
      const good = draft(kind, shop, place);
      return compact(good.header, good.claims, other.keys.EdDSA);
    },
  ],
];

const times: Forgery[] = [
  ['no exp', claims({ exp: undefined })],
  ['exp null', claims({ exp: null })],
  ['exp as a text', claims(({ at }) => ({ exp: String(at + 60) }))],
  ['exp as a list', claims(({ at }) => ({ exp: [at + 60] }))],
  ['exp as an object', claims({ exp: { $gt: 0 } })],
  ['exp of 1e308', claims({ exp: 1e308 })],
  ['exp that is no finite number', raw((header, body) => [header, body.replace(/"exp":\d+/, '"exp":1e999')])],
  [
    'iat and exp that are no finite numbers',
    raw((header, body) => [
      header,
      body.replace(/"exp":\d+/, '"exp":1e999').replace(/"iat":\d+/, '"iat":1e999'),
    ]),
  ],
  ['exp 2^53', claims({ exp: 2 ** 53 })],
  ['exp below zero', claims({ exp: -1 })],
  ['exp zero', claims({ exp: 0, iat: 0 })],
  ['exp true', claims({ exp: true })],
  ['exp 31 s ago', claims(({ at }) => ({ iat: at - 90, exp: at - 31 }))],
  ['a life of 61 s', claims(({ at }) => ({ exp: at + 61 }))],
  ['a life of 60.5 s', claims(({ at }) => ({ exp: at + 60.5 }))],
  ['a life of a day', claims(({ at }) => ({ exp: at + 86_400 }))],
  ['an iat long ago, and exp to come', claims(({ at }) => ({ iat: at - 3600 }))],
  ['an iat below zero', claims({ iat: -1e9 })],
  ['no iat', claims({ iat: undefined })],
  ['iat as a text', claims(({ at }) => ({ iat: String(at) }))],
  ['an iat 32 s ahead', claims(({ at }) => ({ iat: at + 32, exp: at + 62 }))],
  ['an iat an hour ahead', claims(({ at }) => ({ iat: at + 3600, exp: at + 3660 }))],
  ['exp before iat', claims(({ at }) => ({ iat: at + 20, exp: at + 10 }))],
  ['exp at iat', claims(({ at }) => ({ iat: at, exp: at }))],
  ['nbf 32 s ahead', claims(({ at }) => ({ nbf: at + 32 }))],
  ['nbf as a text', claims({ nbf: '0' })],
  ['nbf null', claims({ nbf: null })],
];

const types: Forgery[] = [
  ...[
    undefined,
    null,
    '',
    'JWT',
    'jwt',
    'at+jwt',
    'lunasec',
    'lunasec-assertion',
    ' lunasec-assertion+jwt',
    'lunasec-assertion+jwt;x',
    ['lunasec-assertion+jwt'],
    1,
  ].map((typ): Forgery => [`typ ${JSON.stringify(typ)}`, changed({ typ })]),
  [
    'the type of the other kind',
    ({ kind, shop, place }) => {
      const good = draft(kind, shop, place);
      const typ = kind === 'assertion' ? 'lunasec-application+jwt' : 'lunasec-assertion+jwt';
      return compact({ ...good.header, typ }, good.claims, good.key);
    },
  ],
  [
    'all of the other kind',
    ({ kind, shop, place }) => {
      const good = draft(kind === 'assertion' ? 'application JWT' : 'assertion', shop, place);
      return compact(good.header, good.claims, good.key);
    },
  ],
];

const signatures: Forgery[] = [
  ...(
    [
      ['r = s = 0', 0n, 0n],
      ['r = 0', 0n, 1n],
      ['s = 0', 1n, 0n],
      ['r = s = 1', 1n, 1n],
      ['r = n', orderP256, 1n],
      ['s = n', 1n, orderP256],
      ['r = s = n', orderP256, orderP256],
      ['r = s = 2^256 - 1', 2n ** 256n - 1n, 2n ** 256n - 1n],
    ] as const
  ).map(([name, r, s]): Forgery => [
    `ES256 with ${name}`,
    signed(
      ({ shop }) => ({ alg: 'ES256', kid: shop.keys.ES256.kid }),
      () => Buffer.concat([bytes32(r), bytes32(s)]),
    ),
  ]),
  [
    'ES256 with the inverse of s, and r + n cut off',
    signed(
      ({ shop }) => ({ alg: 'ES256', kid: shop.keys.ES256.kid }),
      (data, { shop }) => {
        const good = signatureOf(data, shop.keys.ES256);
        return Buffer.concat([
          bytes32((numberOf(good.subarray(0, 32)) + orderP256) % 2n ** 256n),
          good.subarray(32),
        ]);
      },
    ),
  ],
  [
    'ES256 as DER',
    signed(
      ({ shop }) => ({ alg: 'ES256', kid: shop.keys.ES256.kid }),
      (data, { shop }) => {
        const good = signatureOf(data, shop.keys.ES256);
        const integer = (bytes: Uint8Array) => Buffer.concat([Buffer.from([2, 33, 0]), bytes]);
        const content = Buffer.concat([integer(good.subarray(0, 32)), integer(good.subarray(32))]);
        return Buffer.concat([Buffer.from([0x30, content.length]), content]);
      },
    ),
  ],
  [
    'Ed25519 with S + L',
    signed(
      () => ({}),
      (data, { shop }) => {
        const good = signatureOf(data, shop.keys.EdDSA);
        const s = numberOf(Uint8Array.from(good.subarray(32)).reverse()) + orderEd25519;
        return Buffer.concat([good.subarray(0, 32), Uint8Array.from(bytes32(s)).reverse()]);
      },
    ),
  ],
  ...[
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    `ec${'ff'.repeat(30)}7f`,
    `${'00'.repeat(31)}80`,
    `26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05`,
  ].map((point): Forgery => [
    `Ed25519 with the small-order R ${point.slice(0, 6)}… and S = 0`,
    signed(
      () => ({}),
      () => Buffer.concat([Buffer.from(point, 'hex'), Buffer.alloc(32)]),
    ),
  ]),
  ...(
    [
      ['0', () => 0n],
      ['1', () => 1n],
      ['n - 1', (n: bigint) => n - 1n],
      ['n', (n: bigint) => n],
    ] as const
  ).map(([name, value]): Forgery => [
    `RS256 with a signature of ${name}`,
    signed(
      ({ shop }) => ({ alg: 'RS256', kid: shop.keys.RS256.kid }),
      (_, { shop }) => {
        const n = numberOf(Buffer.from(String(shop.keys.RS256.publicJWK.n), 'base64url'));
        return Buffer.from(value(n).toString(16).padStart(512, '0'), 'hex');
      },
    ),
  ]),
  [
    'RS256 with s + n',
    signed(
      ({ shop }) => ({ alg: 'RS256', kid: shop.keys.RS256.kid }),
      (data, { shop }) => {
        const n = numberOf(Buffer.from(String(shop.keys.RS256.publicJWK.n), 'base64url'));
        const s = numberOf(signatureOf(data, shop.keys.RS256)) + n;
        const hex = s.toString(16);
        return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
      },
    ),
  ],
  ...(['EdDSA', 'ES256', 'RS256'] as const).flatMap((alg): Forgery[] => [
    [
      `${alg}, cut by a byte`,
      signed(
        ({ shop }) => ({ alg, kid: shop.keys[alg].kid }),
        (data, { shop }) => signatureOf(data, shop.keys[alg]).subarray(0, -1),
      ),
    ],
    [
      `${alg}, a byte longer`,
      signed(
        ({ shop }) => ({ alg, kid: shop.keys[alg].kid }),
        (data, { shop }) => Buffer.concat([signatureOf(data, shop.keys[alg]), Buffer.alloc(1)]),
      ),
    ],
    [
      `${alg}, over other claims`,
      signed(
        ({ shop }) => ({ alg, kid: shop.keys[alg].kid }),
        (data, { shop }) => signatureOf(`${data}x`, shop.keys[alg]),
      ),
    ],
  ]),
];

/** What only assertions state. */
const ofAssertions: Forgery[] = [
  ...[undefined, null, '', 'x'.repeat(129), 7, true, { $ne: null }, ['x']].map((jti): Forgery => [
    `jti ${JSON.stringify(jti)?.slice(0, 40)}`,
    claims({ jti }),
  ]),
  ...(
    [
      undefined,
      null,
      '',
      'null',
      '*',
      'https://evil.example.com',
      'https://other.example.com',
      'https://shop.example.com/',
      'https://shop.example.com.evil.com',
      'https://SHOP.example.com',
      'http://shop.example.com',
      'https://shop.example.com:443',
      ['https://shop.example.com'],
      { $ne: null },
    ] as const
  ).map((origin): Forgery => [`origin ${JSON.stringify(origin)}`, claims({ origin })]),
  ...[
    undefined,
    null,
    '',
    'ada',
    'shop',
    { $ne: null },
    ['x'],
    'A'.repeat(42),
    'A'.repeat(44),
    `${'A'.repeat(42)}=`,
  ].map((sub): Forgery => [`subject ${JSON.stringify(sub)}`, claims({ sub })]),
  [
    'the subject that stands for servers',
    claims({ sub: createHash('sha256').update('shop\u0001server').digest('base64url') }),
  ],
];

/** What only application JWTs state. */
const ofApplications: Forgery[] = [
  undefined,
  null,
  '',
  'other',
  ['shop'],
  'shop ',
  'SHOP',
  'A'.repeat(43),
  { $ne: null },
].map((sub): Forgery => [`subject ${JSON.stringify(sub)}`, claims({ sub })]);

/** All of them, by what they try. */
export const forgeries = (kind: Kind): [family: string, Forgery[]][] => [
  ['alg none, in any spelling', algNone],
  ['a public key as the secret of an HMAC', hmac],
  ['an algorithm and a key that do not belong together, or an algorithm that is not accepted', confusions],
  ['a kid that is a path, a query, an operator or a prototype', kids],
  ['a key that comes with it: jwk, jku, x5u, x5c, x5t', embedded],
  ['a critical extension, or an unencoded payload', extensions],
  ['a JWE, a nested JWT, JSON serialization, or too few or many parts', otherForms],
  ['a member that is named twice', duplicates],
  ['an audience that is not this tokenizer alone', audiences],
  ['an issuer that is another application, or none', issuers],
  ['times that are missing, malformed, over, to come or too far apart', times],
  ['another type, or another kind', types],
  ['a signature of zeros, of small order, malleable, or of another length', signatures],
  ...(kind === 'assertion'
    ? ([['no good jti, origin or subject', ofAssertions]] satisfies [string, Forgery[]][])
    : ([['no good subject', ofApplications]] satisfies [string, Forgery[]][])),
];
