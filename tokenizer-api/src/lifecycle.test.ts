import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createToken } from '@lunasec/secure-frame/protocol';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  actAs,
  codesOf,
  createReadGrants,
  encrypt,
  put,
  startTestTokenizer,
} from './test-support/tokenizer.js';
import type { Actor, TestTokenizer } from './test-support/tokenizer.js';

const minute = 60_000;

describe('the life of a value', () => {
  let tokenizer: TestTokenizer;
  let ada: Actor;
  let grace: Actor;
  let foreigner: Actor;
  let session = 0;

  beforeAll(async () => {
    tokenizer = await startTestTokenizer();
  });
  beforeEach(() => {
    tokenizer.clock.offset = 0;
    // Sessions of their own, so that no test leans on another.
    ada = actAs(tokenizer, tokenizer.shop, `ada-${++session}`);
    grace = actAs(tokenizer, tokenizer.shop, `grace-${session}`);
    foreigner = actAs(tokenizer, tokenizer.other, `ada-${session}`);
  });
  afterAll(() => tokenizer.close());

  test('is stored, accepted, granted, read, and deleted', async () => {
    const token = await ada.store('078-05-1120');
    expect(codesOf(await ada.verify([token]))).toEqual(['ok']);
    expect(await ada.read(token)).toBe('READ_GRANT_MISSING');
    expect(codesOf(await ada.grant([token]))).toEqual(['ok']);
    expect(await ada.read(token)).toBe('078-05-1120');
    expect(await ada.delete([token])).toEqual([{ token, deleted: true, problem: null }]);
    expect(await ada.read(token)).toBe('READ_GRANT_MISSING');
    expect(await tokenizer.objects()).not.toContain(token);
  });

  test('lets another session read it when its server says so, and only that one', async () => {
    const token = await ada.keep('shared');
    await grace.grant([token]);
    expect(await grace.read(token)).toBe('shared');
    expect(await ada.read(token)).toBe('READ_GRANT_MISSING');
  });

  test('is nowhere in the database, and neither is its key or the access token', async () => {
    const { input, ciphertext } = await encrypt('a text that must not be found');
    const [result] = await ada.tokenize([input]);
    await put(result!.upload!, ciphertext);
    const files = await Promise.all(
      ['tokenizer.sqlite', 'tokenizer.sqlite-wal'].map((name) => readFile(join(tokenizer.directory, name))),
    );
    const bytes = Buffer.concat(files);
    // The search works.
    expect(bytes.includes(input.token)).toBe(true);
    const key = Buffer.from(input.dataKey, 'base64');
    for (const needle of [
      input.dataKey,
      key,
      key.toString('hex'),
      await ada.accessToken(),
      'must not be found',
    ])
      expect(bytes.includes(needle)).toBe(false);
  });

  describe('tokenize', () => {
    test('answers every entry in order; a bad one fails alone', async () => {
      const { input } = await encrypt('good');
      const results = await ada.tokenize([
        { ...input, token: '078-05-1120' },
        input,
        { ...input, token: createToken().toUpperCase() },
        { ...input, token: createToken(), dataKey: Buffer.alloc(31).toString('base64') },
        { ...input, token: createToken(), dataKey: input.dataKey.replace('=', '') },
        { ...input, token: createToken(), checksum: 'x' },
        { ...input, token: createToken(), size: 0 },
        { ...input, token: createToken(), size: -5 },
        { ...input, token: createToken(), size: 64 * 1024 * 1024 + 1 },
        { ...input, token: createToken(), size: 64 * 1024 * 1024 },
        { ...input, token: createToken(), metadata: { $where: 1 } },
        { ...input, token: createToken(), metadata: { a: 'x'.repeat(5000) } },
        { ...input, token: createToken(), metadata: { kind: 'ssn' } },
      ]);
      expect(codesOf(results)).toEqual([
        'BAD_USER_INPUT',
        'ok',
        ...Array<string>(6).fill('BAD_USER_INPUT'),
        'TOO_LARGE',
        'ok',
        'BAD_USER_INPUT',
        'BAD_USER_INPUT',
        'ok',
      ]);
      expect(results.every(({ upload, problem }) => (upload === null) !== (problem === null))).toBe(true);
    });

    test('the same again gives another upload for the same value, until it is accepted', async () => {
      const { input, ciphertext } = await encrypt('repeated');
      await ada.tokenize([input]);
      const [again] = await ada.tokenize([input]);
      expect((await put(again!.upload!, ciphertext)).status).toBe(200);
      const [third] = await ada.tokenize([input]);
      // Create-only: the value that is there stays.
      expect([409, 412]).toContain((await put(third!.upload!, ciphertext)).status);
      expect(codesOf(await ada.verify([input.token]))).toEqual(['ok']);
      expect(codesOf(await ada.tokenize([input]))).toEqual(['BAD_USER_INPUT']);
    });

    test('a name that is taken is refused: with another content, to others, and later', async () => {
      const { input } = await encrypt('first');
      const { input: second } = await encrypt('something else');
      await ada.tokenize([input]);
      expect(codesOf(await ada.tokenize([{ ...second, token: input.token }]))).toEqual(['BAD_USER_INPUT']);
      expect(codesOf(await ada.tokenize([{ ...input, size: input.size + 1 }]))).toEqual(['BAD_USER_INPUT']);
      expect(codesOf(await grace.tokenize([input]))).toEqual(['BAD_USER_INPUT']);
      expect(codesOf(await foreigner.tokenize([input]))).toEqual(['BAD_USER_INPUT']);
      tokenizer.clock.offset = 16 * minute;
      await ada.renew();
      expect(codesOf(await ada.tokenize([input]))).toEqual(['BAD_USER_INPUT']);
    });

    test('a name given twice in one call is one token', async () => {
      const { input } = await encrypt('twice');
      const { input: second } = await encrypt('something else');
      const results = await ada.tokenize([input, input, { ...second, token: input.token }]);
      expect(codesOf(results)).toEqual(['ok', 'ok', 'BAD_USER_INPUT']);
    });

    test('a deleted name can never be used again', async () => {
      const { input, ciphertext } = await encrypt('deleted');
      const [result] = await ada.tokenize([input]);
      await put(result!.upload!, ciphertext);
      await ada.verify([input.token]);
      await ada.delete([input.token]);
      expect(codesOf(await ada.tokenize([input]))).toEqual(['BAD_USER_INPUT']);
    });

    test('the upload takes exactly the announced bytes', async () => {
      const { input, ciphertext } = await encrypt('announced');
      const [result] = await ada.tokenize([input]);
      const changed = ciphertext.slice();
      changed[40]! ^= 1;
      expect((await put(result!.upload!, changed)).ok).toBe(false);
      expect((await put(result!.upload!, ciphertext.slice(1))).ok).toBe(false);
      expect(codesOf(await ada.verify([input.token]))).toEqual(['UPLOAD_MISSING']);
    });

    test('a full batch of 1000 with metadata passes, sent as variables', async () => {
      const { input } = await encrypt('many');
      const inputs = Array.from({ length: 1000 }, () => ({
        ...input,
        token: createToken(),
        metadata: { field: 'x'.repeat(500) },
      }));
      expect(new Set(codesOf(await ada.tokenize(inputs)))).toEqual(new Set(['ok']));
    });
  });

  test('nothing asked, nothing answered', async () => {
    expect(await ada.tokenize([])).toEqual([]);
    expect(await ada.detokenize([])).toEqual([]);
    expect(await ada.verify([])).toEqual([]);
    expect(await ada.grant([])).toEqual([]);
    expect(await ada.delete([])).toEqual([]);
  });

  describe('verifyStoreGrants', () => {
    test('tells for every token why it is not accepted', async () => {
      const good = await ada.store('good');
      const hers = await grace.store('hers');
      const theirs = await foreigner.store('theirs');
      const deleted = await ada.keep('deleted');
      await ada.delete([deleted]);
      const { input: never } = await encrypt('never uploaded');
      await ada.tokenize([never]);
      const results = await ada.verify([
        good,
        hers,
        theirs,
        createToken(),
        deleted,
        never.token,
        '078-05-1120',
        good,
      ]);
      expect(codesOf(results)).toEqual([
        'ok',
        'STORE_GRANT_MISSING',
        'TOKEN_NOT_FOUND',
        'TOKEN_NOT_FOUND',
        'TOKEN_DELETED',
        'UPLOAD_MISSING',
        'BAD_USER_INPUT',
        'ok',
      ]);
      expect(results.every(({ expiresAt, problem }) => (expiresAt === null) !== (problem === null))).toBe(
        true,
      );
    });

    test('can be repeated while the grant lasts, and not after', async () => {
      const token = await ada.store('value');
      expect(codesOf(await ada.verify([token]))).toEqual(['ok']);
      tokenizer.clock.offset = 14 * minute;
      expect(codesOf(await ada.verify([token]))).toEqual(['ok']);
      tokenizer.clock.offset = 15 * minute + 1000;
      expect(codesOf(await ada.verify([token]))).toEqual(['GRANT_EXPIRED']);
    });

    test('a grant that ran out before its first use: GRANT_EXPIRED', async () => {
      const token = await ada.store('late');
      tokenizer.clock.offset = 15 * minute + 1000;
      expect(codesOf(await ada.verify([token]))).toEqual(['GRANT_EXPIRED']);
    });

    test('fixes the binding with the first acceptance that names one', async () => {
      const token = await ada.keep('bound');
      const here = { token, binding: 'User.ssn:1' };
      const there = { token, binding: 'User.ssn:2' };
      expect(codesOf(await ada.verify([here]))).toEqual(['ok']);
      expect(codesOf(await ada.verify([here]))).toEqual(['ok']);
      expect(codesOf(await ada.verify([there, token]))).toEqual(['BINDING_MISMATCH', 'BINDING_MISMATCH']);
    });

    test('two places for a new token in one call: the first one gets it', async () => {
      const token = await ada.store('one place');
      const here = { token, binding: 'User.ssn:1' };
      const there = { token, binding: 'User.ssn:2' };
      expect(codesOf(await ada.verify([token, here, there, token]))).toEqual([
        'ok',
        'ok',
        'BINDING_MISMATCH',
        'BINDING_MISMATCH',
      ]);
      expect(codesOf(await ada.grant([here, there]))).toEqual(['ok', 'BINDING_MISMATCH']);
    });

    test('a binding is text in whole characters: halves of some would become one and the same', async () => {
      const token = await ada.store('x');
      expect(codesOf(await ada.verify([{ token, binding: 'a\ud800' }]))).toEqual(['BAD_USER_INPUT']);
      expect(codesOf(await ada.verify([{ token, binding: 'a\u{1f600}' }]))).toEqual(['ok']);
      expect(codesOf(await ada.grant([{ token, binding: 'a\ud83d' }]))).toEqual(['BAD_USER_INPUT']);
      expect(codesOf(await ada.grant([{ token, binding: 'a\u{1f600}' }]))).toEqual(['ok']);
    });

    test('a binding is at most 512 characters long', async () => {
      const token = await ada.store('value');
      expect(codesOf(await ada.verify([{ token, binding: 'x'.repeat(513) }]))).toEqual(['BAD_USER_INPUT']);
      expect(codesOf(await ada.verify([{ token, binding: 'x'.repeat(512) }]))).toEqual(['ok']);
    });
  });

  describe('createReadGrants', () => {
    test('tells for every token why it is not granted', async () => {
      const good = await ada.keep('good');
      const bound = await ada.keep('bound', 'User.ssn:1');
      const pending = await ada.store('pending');
      const theirs = await foreigner.keep('theirs');
      const deleted = await ada.keep('deleted');
      await ada.delete([deleted]);
      const cases: [Parameters<Actor['grant']>[0][number], string][] = [
        [good, 'ok'],
        [{ token: good, binding: 'User.anything:9' }, 'ok'],
        [{ token: bound, binding: 'User.ssn:1' }, 'ok'],
        [{ token: bound, binding: 'User.ssn:2' }, 'BINDING_MISMATCH'],
        [bound, 'BINDING_MISMATCH'],
        [pending, 'TOKEN_NOT_FOUND'],
        [theirs, 'TOKEN_NOT_FOUND'],
        [createToken(), 'TOKEN_NOT_FOUND'],
        [deleted, 'TOKEN_DELETED'],
        [{ token: good, duration: '61m' }, 'DURATION_TOO_LONG'],
        [{ token: good, duration: '1h' }, 'ok'],
        ['no token', 'BAD_USER_INPUT'],
      ];
      const results = await ada.grant(cases.map(([ref]) => ref));
      expect(codesOf(results)).toEqual(cases.map(([, code]) => code));
    });

    test.each([
      ['15 minutes unless said otherwise', undefined, undefined, 15 * 60],
      ['for the call’s duration', '5m', undefined, 300],
      ['for a token’s own duration', '5m', '45s', 45],
    ])('lasts %s', async (_, duration, own, seconds) => {
      const token = await ada.keep('value');
      const before = Date.now();
      const [result] = await ada.grant([{ token, ...(own ? { duration: own } : {}) }], duration);
      const end = Date.parse(result!.expiresAt!);
      expect(end).toBeGreaterThanOrEqual(before + seconds * 1000);
      expect(end).toBeLessThanOrEqual(Date.now() + seconds * 1000);
    });

    test.each(['15 min', '0s', '-5m', '5', ''])('does not take %j for a duration', async (duration) => {
      const answer = await ada.server(createReadGrants, { sessionId: ada.sessionId, tokens: [], duration });
      expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    });

    test('ends when its time is over, as GRANT_EXPIRED; a new one helps', async () => {
      const token = await ada.keep('value');
      await ada.grant([token], '30s');
      tokenizer.clock.offset = 31_000;
      expect(await ada.read(token)).toBe('GRANT_EXPIRED');
      await ada.grant([token], '30s');
      expect(await ada.read(token)).toBe('value');
    });

    test('never shortens a grant, also not within one call', async () => {
      const token = await ada.keep('value');
      await ada.grant([
        { token, duration: '10m' },
        { token, duration: '1m' },
      ]);
      await ada.grant([token], '2m');
      tokenizer.clock.offset = 9 * minute;
      expect(await ada.read(token)).toBe('value');
    });
  });

  describe('detokenize', () => {
    test('tells a session no more than that it may not read', async () => {
      const deleted = await ada.keep('deleted');
      await ada.grant([deleted]);
      await ada.delete([deleted]);
      const results = await ada.detokenize([
        createToken(),
        await grace.keep('not granted'),
        await foreigner.keep('foreign'),
        await ada.store('her own, pending'),
        await ada.keep('her own, accepted'),
        deleted,
        'no token',
      ]);
      expect(codesOf(results)).toEqual(Array(7).fill('READ_GRANT_MISSING'));
      expect(new Set(results.map(({ problem }) => problem!.message)).size).toBe(1);
    });

    test('another application cannot grant it, whatever session it names', async () => {
      const token = await ada.keep('value');
      expect(codesOf(await foreigner.grant([token]))).toEqual(['TOKEN_NOT_FOUND']);
      expect(await foreigner.read(token)).toBe('READ_GRANT_MISSING');
      const answer = await foreigner.server<{ createReadGrants: { problem: { code: string } }[] }>(
        'mutation ($sid: ID!, $t: ID!) { createReadGrants(sessionId: $sid, tokens: [{ token: $t }]) { problem { code } } }',
        { sid: ada.sessionId, t: token },
      );
      expect(codesOf(answer.data!.createReadGrants)).toEqual(['TOKEN_NOT_FOUND']);
      expect(await ada.read(token)).toBe('READ_GRANT_MISSING');
    });

    test('answers duplicates each', async () => {
      const token = await ada.keep('value');
      await ada.grant([token]);
      expect(codesOf(await ada.detokenize([token, token]))).toEqual(['ok', 'ok']);
    });

    test('a download ends after a minute', async () => {
      const token = await ada.keep('value');
      await ada.grant([token]);
      const [result] = await ada.detokenize([token]);
      const { url, expiresAt } = result!.download!;
      expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + minute);
      expect((await fetch(url)).status).toBe(200);
      tokenizer.clock.offset = minute + 1000;
      expect((await fetch(url)).status).toBe(403);
    });
  });

  describe('sessions', () => {
    test('end with their access tokens, grants and unaccepted tokens', async () => {
      const kept = await ada.keep('kept');
      const pending = await ada.store('pending');
      await ada.grant([kept]);
      const accessToken = await ada.accessToken();
      expect(await ada.end()).toBe(2);

      const answer = await tokenizer.call(
        'mutation { detokenize(tokens: []) { token } }',
        {},
        { bearer: accessToken },
      );
      expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
      expect(codesOf(await ada.verify([pending]))).toEqual(['GRANT_EXPIRED']);
      await ada.renew();
      expect(await ada.read(kept)).toBe('READ_GRANT_MISSING');
      expect(await ada.end()).toBe(0);
    });

    test('of others go on', async () => {
      const token = await ada.keep('value');
      await grace.grant([token]);
      await ada.end();
      expect(await grace.read(token)).toBe('value');
    });

    test('cannot be ended by another application', async () => {
      const token = await ada.keep('value');
      await ada.grant([token]);
      const answer = await foreigner.server<{ endSession: number }>(
        'mutation ($sid: ID!) { endSession(sessionId: $sid) }',
        { sid: ada.sessionId },
      );
      expect(answer.data?.endSession).toBe(0);
      expect(await ada.read(token)).toBe('value');
    });

    test('read grants can be taken back alone', async () => {
      const [first, second] = [await ada.keep('first'), await ada.keep('second')];
      await ada.grant([first, second]);
      const answer = await ada.server<{ revokeReadGrants: number }>(
        'mutation ($sid: ID!, $tokens: [ID!]!) { revokeReadGrants(sessionId: $sid, tokens: $tokens) }',
        { sid: ada.sessionId, tokens: [first, createToken(), 'no token'] },
      );
      expect(answer.data?.revokeReadGrants).toBe(1);
      expect([await ada.read(first), await ada.read(second)]).toEqual(['READ_GRANT_MISSING', 'second']);
    });

    test.each(['session-1', '', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}=`])(
      'are named by sid only: %j is refused',
      async (sid) => {
        const answer = await ada.server('mutation ($sid: ID!) { endSession(sessionId: $sid) }', { sid });
        expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      },
    );
  });

  describe('deleteTokens', () => {
    test('answers each; deleting again is fine, and foreign tokens stay', async () => {
      const token = await ada.keep('value');
      const theirs = await foreigner.keep('theirs');
      await ada.delete([token]);
      const results = await ada.delete([token, token, theirs, createToken(), 'no token']);
      expect(results.map(({ deleted }) => deleted)).toEqual([true, true, false, false, false]);
      expect(codesOf(results)).toEqual(['ok', 'ok', 'TOKEN_NOT_FOUND', 'TOKEN_NOT_FOUND', 'BAD_USER_INPUT']);
      await foreigner.grant([theirs]);
      expect(await foreigner.read(theirs)).toBe('theirs');
    });

    test('reaches tokens that no server accepted', async () => {
      const token = await ada.store('pending');
      expect((await ada.delete([token]))[0]!.deleted).toBe(true);
      expect(codesOf(await ada.verify([token]))).toEqual(['TOKEN_DELETED']);
    });
  });
});
