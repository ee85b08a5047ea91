import { beforeAll, describe, expect } from '@jest/globals';
import { proofSize } from '@lunasec/proof';
import { sendPlain, type PlainAnswer } from './support/requests.js';
import { describeAttacks } from './support/suite.js';
import { seal } from '../support/seal.js';
import { actAs, signatureIn, type Actor, type Download, type Signed, type World } from './support/world.js';

interface Sent {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: Uint8Array;
}

/** Sends a signed request, with its path and query as they are. */
const send = ({ url, method, headers, body }: Sent): Promise<PlainAnswer> => {
  const { origin } = new URL(url);
  return sendPlain({ origin, path: url.slice(origin.length), method, headers, ...(body ? { body } : {}) });
};

interface Prepared {
  token: string;
  ciphertext: Uint8Array<ArrayBuffer>;
  upload: Signed;
}

const toBase64url = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

describeAttacks('presigned URLs', ({ world, attack, control, race }) => {
  let ada: Actor;
  beforeAll(() => {
    ada = actAs(world(), world().shop, 'ada');
  });
  const isDisk = (it: World) => it.stores === undefined;

  async function prepare(actor = ada): Promise<Prepared> {
    const { input, ciphertext } = await seal('a value that is stored');
    const [result] = await actor.register([input]);
    return { token: input.token, ciphertext, upload: result!.upload! };
  }
  const put = ({ upload, ciphertext }: Prepared): Sent => ({ ...upload, body: ciphertext });
  const isRefused = ({ status }: PlainAnswer) => status >= 400 && status < 600;

  /** Sends each, and expects that none stored anything; then that the upload as it was signed works. */
  async function expectUseless(prepared: Prepared, tried: [name: string, Sent][]): Promise<number> {
    for (const [name, sent] of tried) {
      const answer = await send(sent).catch(() => ({ status: 400, headers: {}, text: '' }));
      expect([name, answer.status, isRefused(answer)]).toEqual([name, answer.status, true]);
    }
    expect(await ada.verify([{ token: prepared.token }])).toEqual(['UPLOAD_MISSING']);
    expect((await send(put(prepared))).status).toBe(200);
    expect(await ada.verify([{ token: prepared.token }])).toEqual(['ok']);
    return tried.length;
  }
  const parametersOf = (url: string) => new URL(url).search.slice(1).split('&');
  const withParameters = (url: string, parameters: string[]) =>
    `${url.split('?')[0]}?${parameters.join('&')}`;

  /** Other spellings and lives of a signed URL. `name` is that of its signature. */
  function variantsOf(it: World, url: string): [name: string, url: string][] {
    const parameters = parametersOf(url);
    const signature = signatureIn(url);
    const resigned = (other: string) => url.replace(signature, other);
    const last = signature.at(-1) === '0' ? '1' : '0';
    const evenOnS3: [string, string][] = [
      ...parameters.flatMap((parameter, index): [string, string][] => {
        const [name, value = ''] = parameter.split('=') as [string, string?];
        const others = parameters.toSpliced(index, 1);
        return [
          [`without ${name}`, withParameters(url, others)],
          [`with an empty ${name}`, withParameters(url, parameters.with(index, `${name}=`))],
          [`with another ${name}`, withParameters(url, parameters.with(index, `${name}=${value}1`))],
          [
            `with ${name} in capitals`,
            withParameters(
              url,
              parameters.with(
                index,
                `${name.toUpperCase() === name ? name.toLowerCase() : name.toUpperCase()}=${value}`,
              ),
            ),
          ],
        ];
      }),
      ['with a parameter more', `${url}&x=1`],
      ['with an access control list', `${url}&acl`],
      ['with another object', `${url}&versionId=1`],
      [
        'with a longer life in front',
        url.replace(
          /(expires=)(\d+)/i,
          (_all, name: string, value: string) => `${name}${Number(value) + 3600}&${name}${value}`,
        ),
      ],
      [
        'with a longer life behind',
        `${url}&${/expires/i.exec(url)![0]}=${Number(/expires=(\d+)/i.exec(url)![1]) + 3600}`,
      ],
      ['with a short signature', resigned(signature.slice(0, -1))],
      ['with half of a signature', resigned(signature.slice(0, signature.length / 2))],
      ['with a longer signature', resigned(`${signature}0`)],
      ['with a signature whose last letter is another', resigned(signature.slice(0, -1) + last)],
      [
        'with a signature in the other case',
        resigned(signature === signature.toUpperCase() ? signature.toLowerCase() : signature.toUpperCase()),
      ],
      ['with a signature of zeros', resigned('0'.repeat(signature.length))],
      ['with no query', url.split('?')[0]!],
    ];
    if (!isDisk(it)) return evenOnS3;
    const { origin, pathname, search } = new URL(url);
    const name = pathname.slice('/objects/'.length);
    const onPath = (path: string) => `${origin}${path}${search}`;
    return [
      ...evenOnS3,
      ['in another order', withParameters(url, parameters.toReversed())],
      ['with each parameter twice', withParameters(url, [...parameters, ...parameters])],
      ['with a parameter as a list', url.replace('expires=', 'expires[]=')],
      ['with an encoded letter', url.replace('signature=', 'signatur%65=')],
      ['with a zero before the time', url.replace('expires=', 'expires=0')],
      ['with a sign before the time', url.replace('expires=', 'expires=%2B')],
      ['with a fragment', `${url}#x`],
      ['with a null byte behind', `${url}%00`],
      ['with a line break behind', `${url}%0d%0a`],
      ['with semicolons', url.replaceAll('&', ';')],
      ['with an encoded question mark', url.replace('?', '%3f')],
      ['with a second question mark', url.replace('?', '??')],
      ...(
        [
          ['a step back', `/objects/x/../${name}`],
          ['a step back, encoded', `/objects/x/%2e%2e/${name}`],
          ['a step back, encoded twice', `/objects/x/%252e%252e/${name}`],
          ['a step back with a backslash', `/objects/x/..\\${name}`],
          ['a step on the spot', `/objects/./${name}`],
          ['a second slash', `/objects//${name}`],
          ['a slash in front', `//objects/${name}`],
          ['a slash behind', `/objects/${name}/`],
          ['an encoded slash', `/objects/${name.replace('/', '%2F')}`],
          ['a slash encoded twice', `/objects/${name.replace('/', '%252F')}`],
          ['a backslash', `/objects/${name.replace('/', '\\')}`],
          ['an encoded letter', `/objects/${name.replace('s', '%73')}`],
          ['a null byte behind', `/objects/${name}%00`],
          ['a null byte and an ending', `/objects/${name}%00.txt`],
          ['a space behind', `/objects/${name}%20`],
          ['a dot behind', `/objects/${name}.`],
          ['a parameter in the path', `/objects/${name};x=1`],
          ['an overlong encoding', `/objects/${name.replace('/', '%c0%af')}`],
          ['the application in capitals', `/objects/${name.replace('shop', 'SHOP')}`],
          ['the name in capitals', `/objects/${name.toUpperCase()}`],
          ['another application', `/objects/${name.replace('shop', 'other')}`],
          ['no application', `/objects/${name.replace('shop/', '')}`],
          ['the directory of transfers', '/objects/.partial/x'],
          ['the file of keys', '/objects/../keys.json'],
          ['the file of keys, encoded', '/objects/..%2fkeys.json'],
          ['the database', '/objects/shop/..%2f..%2ftokenizer.sqlite'],
          ['a file of the system', '/objects/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd'],
          ['a device', '/objects/shop/%2fdev%2fzero'],
        ] as const
      ).map(([what, path]): [string, string] => [`with ${what} in the path`, onPath(path)]),
    ];
  }

  describe('of an upload', () => {
    attack(
      'in any other spelling, with another life or signature, or for another path: nothing is stored',
      async (it) => {
        const prepared = await prepare();
        return expectUseless(
          prepared,
          variantsOf(it, prepared.upload.url).map(([name, url]) => [name, { ...put(prepared), url }]),
        );
      },
    );

    attack('with another method, or another method in a header: nothing is stored or shown', async () => {
      const prepared = await prepare();
      const methods = [
        'GET',
        'HEAD',
        'POST',
        'DELETE',
        'PATCH',
        'OPTIONS',
        'COPY',
        'MOVE',
        'PROPFIND',
        'TRACE',
      ];
      const overrides = ['x-http-method-override', 'x-method-override', 'x-http-method'];
      return expectUseless(prepared, [
        ...methods.map((method): [string, Sent] => [method, { ...prepared.upload, method }]),
        ...overrides.map((name): [string, Sent] => [
          name,
          { ...put(prepared), method: 'POST', headers: { ...prepared.upload.headers, [name]: 'PUT' } },
        ]),
      ]);
    });

    attack('with another body, length, checksum or header than was signed: nothing is stored', async (it) => {
      const prepared = await prepare();
      const { ciphertext, upload } = prepared;
      const other = Uint8Array.from(ciphertext);
      other[5]! ^= 1;
      const of = (headers: Record<string, string>, body: Uint8Array = ciphertext): Sent => ({
        ...upload,
        headers: { ...upload.headers, ...headers },
        body,
      });
      const signed = Object.entries(upload.headers).flatMap(([name, value]): [string, Sent][] => {
        const { [name]: _, ...others } = upload.headers;
        return [
          [`without ${name}`, { ...put(prepared), headers: others }],
          [`with another ${name}`, of({ [name]: `${value}x` })],
        ];
      });
      return expectUseless(prepared, [
        ...signed,
        ['one bit of the body', of({}, other)],
        ['a body that is longer', of({}, Uint8Array.from([...ciphertext, 0]))],
        ['a body that is shorter', of({}, ciphertext.subarray(0, -1))],
        ['an empty body', of({}, new Uint8Array(0))],
        ['a body of the attacker’s', of({}, new Uint8Array(ciphertext.length))],
        ...(isDisk(it)
          ? ([
              ['no length, in chunks', { ...of({ 'transfer-encoding': 'chunked' }), body: ciphertext }],
              ['a length with a sign', of({ 'content-length': `+${ciphertext.length}` })],
              ['a length in hexadecimal', of({ 'content-length': `0x${ciphertext.length.toString(16)}` })],
            ] satisfies [string, Sent][])
          : []),
      ]);
    });

    attack('of another token, application or session: each takes its own value only', async (it) => {
      const [mine, theirs] = [await prepare(), await prepare()];
      const foreign = await prepare(actAs(it, it.other, 'eve'));
      const crossed: [string, Sent][] = [theirs, foreign].flatMap((from): [string, Sent][] => [
        [
          'the signature of another',
          {
            ...put(mine),
            url: mine.upload.url.replace(signatureIn(mine.upload.url), signatureIn(from.upload.url)),
          },
        ],
        [
          'the query of another',
          { ...put(from), url: `${mine.upload.url.split('?')[0]}?${from.upload.url.split('?')[1]}` },
        ],
        ['the body of another', { ...put(mine), body: from.ciphertext }],
      ]);
      return expectUseless(mine, crossed);
    });

    attack(
      'again after it was used, by the same or with another body: refused, and the value stays',
      async (it) => {
        const prepared = await prepare();
        expect((await send(put(prepared))).status).toBe(200);
        const again = [
          put(prepared),
          { ...put(prepared), body: new Uint8Array(prepared.ciphertext.length) },
          { ...put(prepared), headers: { ...prepared.upload.headers, 'if-none-match': 'x' } },
          { ...put(prepared), headers: { ...prepared.upload.headers, 'if-match': '*' } },
        ];
        for (const sent of isDisk(it) ? again : [...again, { ...put(prepared), headers: {} }])
          expect(isRefused(await send(sent))).toBe(true);
        await ada.verify([{ token: prepared.token }]);
        await ada.grant([{ token: prepared.token }]);
        expect(await ada.read(prepared.token)).toBe('a value that is stored');
        return again.length;
      },
    );

    race('many times at once: stored once', async () => {
      const rounds = proofSize({ quick: 4, whole: 100 });
      for (let round = 0; round < rounds; round++) {
        const prepared = await prepare();
        const statuses = await Promise.all(
          Array.from({ length: 6 }, async () => (await send(put(prepared))).status),
        );
        expect(statuses.filter((status) => status === 200)).toHaveLength(1);
        expect(statuses.filter((status) => status >= 400)).toHaveLength(5);
      }
      return rounds;
    });

    attack('after its minute, or for a token that was deleted and swept: nothing is stored', async (it) => {
      it.clock.offset = -61_000;
      const old = await prepare().finally(() => (it.clock.offset = 0));
      expect(isRefused(await send(put(old)))).toBe(true);
      const fresh = await ada.verify([{ token: old.token }]);
      expect(fresh).toEqual(['UPLOAD_MISSING']);

      // What arrives after the deletion is of a name that nobody can read again.
      const deleted = await prepare();
      await ada.delete([deleted.token]);
      await send(put(deleted));
      expect(await ada.verify([{ token: deleted.token }])).toEqual(['TOKEN_DELETED']);
      expect(await ada.open(deleted.token)).toBe('READ_GRANT_MISSING');
      return 2;
    });
  });

  describe('of a download', () => {
    let token: string;
    let ciphertext: string;
    const open = async (): Promise<Download> => {
      const download = await ada.open(token);
      if (typeof download === 'string') throw new Error(download);
      return download;
    };
    beforeAll(async () => {
      const prepared = await prepare();
      await send(put(prepared));
      ({ token } = prepared);
      ciphertext = Buffer.from(prepared.ciphertext).toString('latin1');
      await ada.verify([{ token }]);
      await ada.grant([{ token }]);
    });

    control('works, gives ciphertext only, and may be kept by no cache', async (it) => {
      const answer = await send(await open());
      expect([answer.status, answer.text]).toEqual([200, ciphertext]);
      if (isDisk(it)) expect(answer.headers['cache-control']).toBe('no-store');
      else expect((await open()).url).toMatch(/response-cache-control=no-store/i);
    });

    attack(
      'in any other spelling, with another life or signature, or for another path: nothing is shown',
      async (it) => {
        const download = await open();
        const tried = variantsOf(it, download.url);
        for (const [name, url] of tried) {
          const answer = await send({ ...download, url }).catch(() => ({
            status: 400,
            headers: {},
            text: '',
          }));
          expect([name, answer.status, isRefused(answer)]).toEqual([name, answer.status, true]);
          expect(answer.text).not.toContain(ciphertext);
        }
        return tried.length;
      },
    );

    attack(
      'with another method, or in the place of an upload’s: nothing is written, removed or shown',
      async () => {
        const download = await open();
        const methods = ['HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'COPY'];
        for (const method of methods) {
          const body = ['PUT', 'POST', 'PATCH'].includes(method) ? { body: new Uint8Array(10) } : {};
          const answer = await send({ ...download, method, ...body });
          expect([method, answer.status, isRefused(answer)]).toEqual([method, answer.status, true]);
          expect(answer.text).not.toContain(ciphertext);
        }
        expect(await ada.read(token)).toBe('a value that is stored');
        return methods.length;
      },
    );

    attack('of another value, with this signature: refused', async (it) => {
      const other = await ada.keep('of somebody else');
      const foreign = await actAs(it, it.other, 'eve').keep('of another application');
      const download = await open();
      const names = [`shop/${other}`, `other/${foreign}`];
      for (const name of names) {
        const url = download.url.replace(`shop/${token}`, name);
        expect(url).not.toBe(download.url);
        expect(isRefused(await send({ ...download, url }))).toBe(true);
      }
      return names.length;
    });

    attack('a part of it, or on a condition: the whole, or that part of the ciphertext', async (it) => {
      const download = await open();
      const asked: Record<string, string>[] = [
        { range: 'bytes=0-9' },
        { range: 'bytes=-1' },
        { range: 'bytes=0-0,5-6,7-8' },
        { range: `bytes=${Array.from({ length: 500 }, (_, i) => `${i}-`).join(',')}` },
        { range: 'bytes=99999999999999999999-' },
        { range: 'x' },
        { 'if-none-match': '*' },
        { 'if-modified-since': new Date().toUTCString() },
        { 'if-range': 'x', range: 'bytes=0-1' },
        { 'accept-encoding': 'gzip' },
      ];
      for (const headers of asked) {
        const answer = await send({ ...download, headers: { ...download.headers, ...headers } });
        if (isDisk(it)) expect([answer.status, answer.text]).toEqual([200, ciphertext]);
        else if (answer.status < 300) expect(answer.text.length).toBeLessThan(ciphertext.length * 600);
      }
      return asked.length;
    });

    attack('by a page of another origin: nothing says that it may read the answer', async (it) => {
      const download = await open();
      const origins = [
        'https://evil.example.com',
        'null',
        it.shop.origin,
        `${it.publicURL}.evil.example.com`,
      ];
      for (const origin of origins) {
        const answers = [
          await send({ ...download, headers: { ...download.headers, origin } }),
          await send({
            ...download,
            method: 'OPTIONS',
            headers: {
              origin,
              'access-control-request-method': 'GET',
              'access-control-request-headers': 'x',
            },
          }),
        ];
        for (const { headers } of answers) {
          expect(headers['access-control-allow-origin']).toBeUndefined();
          expect(headers['access-control-allow-credentials']).toBeUndefined();
        }
      }
      return origins.length * 2;
    });

    attack('after its minute: refused, though the grant goes on', async (it) => {
      it.clock.offset = -61_000;
      const late = actAs(it, it.shop, 'late');
      const kept = await (async () => {
        try {
          await late.grant([{ token }]);
          return await late.open(token);
        } finally {
          it.clock.offset = 0;
        }
      })();
      if (typeof kept === 'string') throw new Error(kept);
      const answer = await send(kept);
      expect(isRefused(answer)).toBe(true);
      expect(answer.text).not.toContain(ciphertext);
      expect(await late.read(token)).toBe('a value that is stored');
    });

    attack('after the value was deleted: there is nothing', async () => {
      const gone = await ada.keep('to be deleted');
      await ada.grant([{ token: gone }]);
      const download = await ada.open(gone);
      if (typeof download === 'string') throw new Error(download);
      expect((await send(download)).status).toBe(200);
      await ada.delete([gone]);
      expect((await send(download)).status).toBe(404);
    });
  });

  attack('what is asked for is never a name, size or checksum that could become something else', async () => {
    const { input } = await seal('value');
    const tokens = [
      '../x',
      'shop/../other/x',
      `${input.token}/..`,
      `${input.token}\0`,
      ` ${input.token}`,
      input.token.toUpperCase(),
      `${input.token}?x`,
      `lunasec-${'0'.repeat(36)}`,
      '',
      '__proto__',
    ];
    const wrong: object[] = [
      ...tokens.map((token) => ({ ...input, token })),
      ...[0, -1, 2 ** 31 - 1].map((size) => ({ ...input, size })),
      ...[
        '',
        'x',
        toBase64url(input.checksum),
        input.checksum.slice(0, -1),
        `${input.checksum}\n`,
        'A'.repeat(44),
      ].map((checksum) => ({
        ...input,
        checksum,
      })),
      ...['', 'A'.repeat(43), `${input.dataKey}=`, toBase64url(`${input.dataKey}+/`)].map((dataKey) => ({
        ...input,
        dataKey,
      })),
    ];
    const answer = await ada.frame<{
      tokenize: { upload: object | null; problem: { code: string } | null }[];
    }>('tokenize', {
      inputs: wrong,
    });
    expect(answer.data!.tokenize.map(({ problem }) => problem?.code)).toEqual(
      wrong.map(() => expect.stringMatching(/BAD_USER_INPUT|TOO_LARGE/)),
    );
    return wrong.length;
  });
});
