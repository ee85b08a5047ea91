import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createToken } from '@lunasec/secure-frame/protocol';
import { rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startTokenizer } from './index.js';
import { breakCalls, holdCall } from './test-support/spies.js';
import {
  actAs,
  codesOf,
  createReadGrants,
  createSession,
  deleteTokens,
  detokenize,
  encrypt,
  put,
  startTestTokenizer,
  tokenize,
  verifyStoreGrants,
} from './test-support/tokenizer.js';
import type { Actor, Answer, TestTokenizer } from './test-support/tokenizer.js';

const minute = 60_000;
const codeOf = (answer: Answer<object>) => answer.errors?.[0]?.extensions.code;

describe('when something does not answer', () => {
  let broken: Set<string>;
  let tokenizer: TestTokenizer;
  let ada: Actor;
  let log: string[];

  beforeEach(async () => {
    log = [];
    const spies = breakCalls();
    broken = spies.broken;
    tokenizer = await startTestTokenizer({
      wrapStores: spies.wrapStores,
      logTo: { write: (line) => void log.push(line) },
    });
    ada = actAs(tokenizer, tokenizer.shop, 'ada');
  });
  afterEach(() => tokenizer.close());

  const statuses = async () => {
    const answer = await ada.server<{ tokens: { edges: { node: { id: string; status: string } }[] } }>(
      '{ tokens { edges { node { id status } } } }',
    );
    return Object.fromEntries(answer.data!.tokens.edges.map(({ node }) => [node.id, node.status]));
  };

  test('the whole call is UNAVAILABLE; the log knows why, the caller does not', async () => {
    const token = await ada.keep('value');
    const { input } = await encrypt('another');
    const calls: [string, () => Promise<Answer<object>>][] = [
      ['findSession', () => ada.frame(detokenize, { tokens: [token] })],
      ['findReadable', () => ada.frame(detokenize, { tokens: [token] })],
      ['insertTokens', () => ada.frame(tokenize, { inputs: [input] })],
      ['wrap', () => ada.frame(tokenize, { inputs: [{ ...input, token: createToken() }] })],
      ['presignUpload', () => ada.frame(tokenize, { inputs: [{ ...input, token: createToken() }] })],
      ['findTokens', () => ada.server(verifyStoreGrants, { sessionId: ada.sessionId, tokens: [{ token }] })],
      [
        'putReadGrants',
        () => ada.server(createReadGrants, { sessionId: ada.sessionId, tokens: [{ token }] }),
      ],
      ['deleteTokens', () => ada.server(deleteTokens, { tokens: [token] })],
      [
        'insertSession',
        async () => tokenizer.call(createSession, { assertion: await tokenizer.shop.assertion() }),
      ],
    ];
    for (const [method, call] of calls) {
      broken.add(method);
      log.length = 0;
      const answer = await call();
      expect([method, codeOf(answer), answer.data ?? null]).toEqual([method, 'UNAVAILABLE', null]);
      expect(JSON.stringify(answer)).not.toMatch(/ECONNREFUSED|secret-host|stack/);
      const line = log
        .map((it) => JSON.parse(it) as Record<string, unknown>)
        .find(({ level }) => level === 50);
      expect(line).toMatchObject({
        failure: { code: 'ECONNREFUSED' },
        requestId: expect.stringMatching(/^[\w-]+$/),
      });
      broken.clear();
    }
  });

  test('a call that cannot be written to the audit is not answered', async () => {
    const token = await ada.keep('value');
    await ada.grant([token]);
    broken.add('appendAudit');
    const answers = [
      await ada.frame(detokenize, { tokens: [token] }),
      await ada.server(createReadGrants, { sessionId: ada.sessionId, tokens: [{ token }] }),
      await ada.server(deleteTokens, { tokens: [token] }),
      await tokenizer.call(createSession, { assertion: await tokenizer.shop.assertion() }),
    ];
    expect(answers.map(codeOf)).toEqual(Array(4).fill('UNAVAILABLE'));
    expect(JSON.stringify(answers)).not.toContain('dataKey');
  });

  test('a key that does not open fails its own token alone', async () => {
    const token = await ada.keep('value');
    await ada.grant([token]);
    broken.add('unwrap');
    expect(codesOf(await ada.detokenize([token, createToken()]))).toEqual([
      'UNAVAILABLE',
      'READ_GRANT_MISSING',
    ]);
  });

  test('an upload that cannot be looked for is not accepted', async () => {
    const token = await ada.store('value');
    broken.add('head');
    expect(
      codeOf(await ada.server(verifyStoreGrants, { sessionId: ada.sessionId, tokens: [{ token }] })),
    ).toBe('UNAVAILABLE');
    broken.clear();
    expect(await statuses()).toEqual({ [token]: 'pending' });
    expect(codesOf(await ada.verify([token]))).toEqual(['ok']);
  });

  test('readiness says what is missing, health goes on', async () => {
    broken.add('ping');
    const ready = await fetch(`${tokenizer.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      status: 'unavailable',
      tokenStore: 'unavailable',
      objectStore: 'unavailable',
      keys: 'unavailable',
    });
    expect((await fetch(`${tokenizer.url}/healthz`)).status).toBe(200);
  });

  describe('an object store that is away', () => {
    const takeAway = async () => {
      const objects = join(tokenizer.directory, 'objects');
      await rename(objects, `${objects}-away`);
      await writeFile(objects, '');
      return async () => {
        await rm(objects);
        await rename(`${objects}-away`, objects);
      };
    };

    test('takes no upload, and no server accepts one; after the sweep nothing is left', async () => {
      const { input, ciphertext } = await encrypt('value');
      const uploaded = await ada.store('uploaded before');
      const [result] = await ada.tokenize([input]);
      const bringBack = await takeAway();
      expect((await put(result!.upload!, ciphertext)).status).toBe(500);
      const refs = { sessionId: ada.sessionId, tokens: [{ token: input.token }] };
      expect(codeOf(await ada.server(verifyStoreGrants, refs))).toBe('UNAVAILABLE');
      expect((await fetch(`${tokenizer.url}/readyz`)).status).toBe(503);

      // While it is away, nothing is forgotten.
      tokenizer.clock.offset = 20 * minute;
      await expect(tokenizer.running.sweep()).rejects.toThrow();
      expect(await statuses()).toEqual({ [input.token]: 'expired', [uploaded]: 'expired' });

      await bringBack();
      expect(await tokenizer.objects()).toEqual([uploaded]);
      expect(await tokenizer.running.sweep()).toMatchObject({ objects: 2 });
      expect(await statuses()).toEqual({});
      expect(await tokenizer.objects()).toEqual([]);
    });

    test('does not keep a deletion from destroying the key; the object goes with the sweep', async () => {
      const token = await ada.keep('value');
      const bringBack = await takeAway();
      expect((await ada.delete([token]))[0]).toEqual({ token, deleted: true, problem: null });
      await bringBack();
      expect(await tokenizer.objects()).toEqual([token]);
      await tokenizer.running.sweep();
      expect(await tokenizer.objects()).toEqual([]);
      expect(await statuses()).toEqual({ [token]: 'deleted' });
    });
  });

  describe('the sweep', () => {
    test('removes tokens that no server accepted, with key and object; accepted ones stay', async () => {
      const pending = await ada.store('pending');
      const kept = await ada.keep('kept');
      await tokenizer.running.sweep();
      expect(await statuses()).toEqual({ [pending]: 'pending', [kept]: 'accepted' });

      tokenizer.clock.offset = 18 * minute;
      await tokenizer.running.sweep();
      expect(await statuses()).toEqual({ [kept]: 'accepted' });
      expect(await tokenizer.objects()).toEqual([kept]);
      expect(codesOf(await ada.verify([pending]))).toEqual(['TOKEN_NOT_FOUND']);
      await ada.grant([kept]);
      await ada.renew();
      expect(await ada.read(kept)).toBe('kept');
    });

    test('comes back for an upload that arrives after its token was deleted', async () => {
      const { input, ciphertext } = await encrypt('value');
      const [result] = await ada.tokenize([input]);
      await ada.delete([input.token]);
      await tokenizer.running.sweep();
      expect((await put(result!.upload!, ciphertext)).status).toBe(200);
      expect(await tokenizer.objects()).toEqual([input.token]);
      tokenizer.clock.offset = 3 * minute;
      await tokenizer.running.sweep();
      expect(await tokenizer.objects()).toEqual([]);
    });

    test('waits for uploads whose URL is still good', async () => {
      const { input, ciphertext } = await encrypt('value');
      await ada.tokenize([input]);
      tokenizer.clock.offset = 15 * minute - 10_000;
      const [late] = await ada.tokenize([input]);
      tokenizer.clock.offset = 15 * minute + 10_000;
      await tokenizer.running.sweep();
      expect((await put(late!.upload!, ciphertext)).status).toBe(200);
      tokenizer.clock.offset = 18 * minute;
      await tokenizer.running.sweep();
      expect(await tokenizer.objects()).toEqual([]);
    });

    test('remembers an expired grant for an hour, so that a frame hears GRANT_EXPIRED', async () => {
      const token = await ada.keep('value');
      await ada.grant([token], '1m');
      tokenizer.clock.offset = 30 * minute;
      await tokenizer.running.sweep();
      await ada.renew();
      expect(await ada.read(token)).toBe('GRANT_EXPIRED');
      tokenizer.clock.offset = 62 * minute;
      expect((await tokenizer.running.sweep()).readGrants).toBeGreaterThan(0);
      await ada.renew();
      expect(await ada.read(token)).toBe('READ_GRANT_MISSING');
    });
  });

  test('the log of a whole life, at its most talkative, has no secret', async () => {
    const { input, ciphertext } = await encrypt('a text that must not be found');
    const assertion = await tokenizer.shop.assertion();
    await tokenizer.call(createSession, { assertion });
    const accessToken = await ada.accessToken();
    const [stored] = await ada.tokenize([input]);
    await put(stored!.upload!, ciphertext);
    await ada.verify([input.token]);
    await ada.grant([input.token]);
    const [read] = await ada.detokenize([input.token]);
    await fetch(read!.download!.url);
    // Failures as well.
    broken.add('findReadable').add('head');
    await ada.frame(detokenize, { tokens: [input.token] });
    await ada.server(verifyStoreGrants, { sessionId: ada.sessionId, tokens: [{ token: input.token }] });
    await fetch(read!.download!.url.replace('signature=', 'signature=x'));

    const text = log.join('\n');
    expect(text).toContain('/graphql');
    expect(text).toContain(`/objects/shop/${input.token}`);
    const signatures = [stored!.upload!.url, read!.download!.url].map((url) => url.split('signature=')[1]!);
    for (const secret of [
      'must not be found',
      input.dataKey,
      assertion,
      assertion.split('.')[2]!,
      accessToken,
      ...signatures,
      'eyJ',
      'Bearer',
    ])
      expect(text).not.toContain(secret);
  });
});

describe('what happens between a check and its use', () => {
  test('a token that is deleted while it is verified is not accepted', async () => {
    const held = holdCall('acceptTokens');
    const tokenizer = await startTestTokenizer({ wrapStores: held.wrapStores });
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    const token = await ada.store('value');
    const answer = ada.verify([token]);
    await held.reached;
    await ada.delete([token]);
    held.letGo();
    expect(codesOf(await answer)).toEqual(['TOKEN_DELETED']);
    await tokenizer.close();
  });

  test('of two servers that bind a token to two places at once, one gets it', async () => {
    const held = holdCall('acceptTokens');
    const tokenizer = await startTestTokenizer({ wrapStores: held.wrapStores });
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    const token = await ada.store('value');
    const answers = ['User.ssn:1', 'User.ssn:2'].map((binding) => ada.verify([{ token, binding }]));
    await held.reached;
    held.letGo();
    const codes = (await Promise.all(answers)).flatMap(codesOf);
    expect(codes.sort()).toEqual(['BINDING_MISMATCH', 'ok']);
    await tokenizer.close();
  });

  test('of one name in two calls at once, one is registered, and both may upload its value', async () => {
    const tokenizer = await startTestTokenizer();
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    const { input } = await encrypt('value');
    const { input: other } = await encrypt('another value, much longer than the first one');
    const same = await Promise.all([ada.tokenize([input]), ada.tokenize([input])]);
    expect(same.flatMap(codesOf)).toEqual(['ok', 'ok']);
    const clash = { ...other, token: createToken() };
    const different = await Promise.all([
      ada.tokenize([clash]),
      ada.tokenize([{ ...input, token: clash.token }]),
    ]);
    expect(different.flatMap(codesOf).sort()).toEqual(['BAD_USER_INPUT', 'ok']);
    await tokenizer.close();
  });
});

describe('start and stop', () => {
  const config = (signer: { publicJWK: object }, directory: string) => ({
    port: 0,
    dataDirectory: directory,
    logLevel: 'silent' as const,
    applications: [
      {
        id: 'shop',
        jwks: { keys: [signer.publicJWK as { kty: 'OKP' }] },
        origins: ['https://shop.example.com'],
      },
    ],
  });

  test('what was stored is there after a restart', async () => {
    const first = await startTestTokenizer();
    const ada = actAs(first, first.shop, 'ada');
    const token = await ada.keep('value');
    await ada.grant([token]);
    const accessToken = await ada.accessToken();
    await first.running.close();

    const second = await startTokenizer(config(first.shop, first.directory));
    const response = await fetch(`${second.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ query: detokenize, variables: { tokens: [token] } }),
    });
    const { data } = (await response.json()) as Answer<{ detokenize: { download: { url: string } }[] }>;
    expect((await fetch(data!.detokenize[0]!.download.url)).status).toBe(200);
    await second.close();
    await first.close();
  });

  test('closing waits for requests in flight, and takes no more', async () => {
    const held = holdCall('findTokens');
    const tokenizer = await startTestTokenizer({ wrapStores: held.wrapStores });
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    const answer = ada.verify([createToken()]);
    await held.reached;
    const closing = tokenizer.running.close();
    await expect(fetch(`${tokenizer.url}/healthz`)).rejects.toThrow();
    held.letGo();
    expect(codesOf(await answer)).toEqual(['TOKEN_NOT_FOUND']);
    await closing;
    await tokenizer.close();
  });

  test('a port that is taken fails the start, and leaves nothing running', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;
    await expect(startTestTokenizer({ config: { port } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => blocker.close(resolve));
  });
});
