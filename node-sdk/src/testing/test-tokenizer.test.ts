import { describe, expect, test } from '@jest/globals';
import { sidOf } from '../auth/sid.js';
import { UnavailableError } from '../errors/index.js';
import { createTestTokenizer } from './test-tokenizer.js';

const unknown = 'lunasec-00000000-0000-4000-8000-000000000000';
const minute = 60_000;

function setUp() {
  const clock = { now: Date.UTC(2030, 0, 1) };
  const tokenizer = createTestTokenizer({ now: () => new Date(clock.now) });
  const sid = (session: string) => sidOf('test', session);
  const code = async (results: Promise<{ problem: { code: string } | null }[]>) =>
    (await results).map(({ problem }) => problem?.code ?? 'ok');
  return {
    clock,
    tokenizer,
    verify: (session: string, token: string, binding?: string) =>
      code(tokenizer.verifyStoreGrants(sid(session), [{ token, binding }])),
    grant: (session: string, token: string, options: { binding?: string; duration?: string } = {}) =>
      code(tokenizer.createReadGrants(sid(session), [{ token, ...options }])),
    remove: (token: string) => code(tokenizer.deleteTokens([token])),
    end: (session: string) => tokenizer.endSession(sid(session)),
  };
}

describe('a tokenizer in memory answers like a real one', () => {
  test('about store grants', async () => {
    const { tokenizer, verify, remove, clock } = setUp();
    const token = tokenizer.tokenize('alice');
    expect(await verify('bob', token)).toEqual(['STORE_GRANT_MISSING']);
    expect(await verify('alice', unknown)).toEqual(['TOKEN_NOT_FOUND']);
    expect(await verify('alice', tokenizer.tokenize('alice', { uploaded: false }))).toEqual([
      'UPLOAD_MISSING',
    ]);
    expect(await verify('alice', token)).toEqual(['ok']);
    expect(await verify('alice', token)).toEqual(['ok']);
    clock.now += 15 * minute;
    expect(await verify('alice', token)).toEqual(['GRANT_EXPIRED']);
    await remove(token);
    expect(await verify('alice', token)).toEqual(['TOKEN_DELETED']);
  });

  test('about read grants', async () => {
    const { tokenizer, verify, grant, remove, clock } = setUp();
    const token = tokenizer.tokenize('alice');
    expect(await grant('alice', token)).toEqual(['TOKEN_NOT_FOUND']);
    await verify('alice', token);
    expect(tokenizer.detokenize('alice', token)).toBe('READ_GRANT_MISSING');
    expect(await grant('bob', token, { duration: '1h1s' })).toEqual(['DURATION_TOO_LONG']);
    expect(await grant('bob', token, { duration: '5m' })).toEqual(['ok']);
    expect(await grant('bob', token, { duration: '1m' })).toEqual(['ok']);
    clock.now += 5 * minute - 1;
    expect(tokenizer.detokenize('bob', token)).toBe('granted');
    clock.now += 1;
    expect(tokenizer.detokenize('bob', token)).toBe('GRANT_EXPIRED');
    await grant('bob', token);
    await remove(token);
    expect(tokenizer.detokenize('bob', token)).toBe('READ_GRANT_MISSING');
    expect(await grant('bob', token)).toEqual(['TOKEN_DELETED']);
    expect(await remove(unknown)).toEqual(['TOKEN_NOT_FOUND']);
  });

  test('about bindings', async () => {
    const { tokenizer, verify, grant } = setUp();
    const token = tokenizer.tokenize('alice');
    expect(await verify('alice', token, 'a')).toEqual(['ok']);
    expect(await verify('alice', token, 'b')).toEqual(['BINDING_MISMATCH']);
    expect(await verify('alice', token)).toEqual(['BINDING_MISMATCH']);
    expect(await grant('alice', token)).toEqual(['BINDING_MISMATCH']);
    expect(await grant('alice', token, { binding: 'a' })).toEqual(['ok']);
  });

  test('about sessions that ended', async () => {
    const { tokenizer, verify, grant, end } = setUp();
    const [stored, pending] = [tokenizer.tokenize('alice'), tokenizer.tokenize('alice')];
    await verify('alice', stored);
    await grant('alice', stored);
    await grant('bob', stored);
    expect(await end('alice')).toBe(2);
    expect(tokenizer.detokenize('alice', stored)).toBe('READ_GRANT_MISSING');
    expect(await verify('alice', stored)).toEqual(['ok']);
    expect(await verify('alice', pending)).toEqual(['GRANT_EXPIRED']);
    expect(tokenizer.detokenize('bob', stored)).toBe('granted');
  });

  test('and fails when told to', async () => {
    const { tokenizer, verify } = setUp();
    const token = tokenizer.tokenize('alice');
    tokenizer.failWith(new UnavailableError('down'));
    await expect(verify('alice', token)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    tokenizer.failWith(null);
    expect(await verify('alice', token)).toEqual(['ok']);
    expect(tokenizer.calls).toEqual([
      { operation: 'verifyStoreGrants', size: 1 },
      { operation: 'verifyStoreGrants', size: 1 },
    ]);
  });
});
