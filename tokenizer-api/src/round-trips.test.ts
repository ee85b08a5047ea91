import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { countCalls } from './test-support/spies.js';
import { actAs, codesOf, encrypt, startTestTokenizer } from './test-support/tokenizer.js';
import type { Actor, TestTokenizer } from './test-support/tokenizer.js';

describe('a batch is as many database calls as one entry', () => {
  const { calls, wrapStores } = countCalls();
  let tokenizer: TestTokenizer;
  let ada: Actor;

  beforeAll(async () => {
    tokenizer = await startTestTokenizer({ wrapStores });
    ada = actAs(tokenizer, tokenizer.shop, 'ada');
    await ada.accessToken();
  });
  beforeEach(() => {
    calls.take();
  });
  afterAll(() => tokenizer.close());

  const withoutSigning = (names: string[]) => names.filter((name) => !name.startsWith('presign'));
  const storeMany = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => ada.store(`value ${index}`)));
  const allOk = (results: Parameters<typeof codesOf>[0]) =>
    expect(new Set(codesOf(results))).toEqual(new Set(['ok']));

  test('tokenize: the session, one insert, the audit', async () => {
    const values = await Promise.all(Array.from({ length: 50 }, () => encrypt('value')));
    await ada.tokenize(values.map(({ input }) => input));
    expect(withoutSigning(calls.take())).toEqual(['findSession', 'insertTokens', 'appendAudit']);
  });

  test('verifyStoreGrants: one read, the uploads of new tokens, one write, the audit', async () => {
    const tokens = await storeMany(20);
    calls.take();
    allOk(await ada.verify(tokens));
    expect(calls.take()).toEqual([
      'findTokens',
      ...Array<string>(20).fill('head'),
      'acceptTokens',
      'appendAudit',
    ]);
    allOk(await ada.verify(tokens));
    expect(calls.take()).toEqual(['findTokens', 'appendAudit']);
  });

  test('createReadGrants: one read, one write, the audit', async () => {
    const tokens = await storeMany(20);
    allOk(await ada.verify(tokens));
    calls.take();
    allOk(await ada.grant(tokens));
    expect(calls.take()).toEqual(['findTokens', 'putReadGrants', 'appendAudit']);
  });

  test('detokenize: the session, one read, the audit', async () => {
    const tokens = await storeMany(20);
    allOk(await ada.verify(tokens));
    allOk(await ada.grant(tokens));
    calls.take();
    allOk(await ada.detokenize(tokens));
    expect(withoutSigning(calls.take())).toEqual(['findSession', 'findReadable', 'appendAudit']);
  });

  test('deleteTokens: one write, the audit, and one to the object store', async () => {
    const tokens = await storeMany(20);
    calls.take();
    await ada.delete(tokens);
    expect(calls.take()).toEqual(['deleteTokens', 'appendAudit', 'delete']);
  });

  test('what does not concern a token does not ask for it', async () => {
    await ada.verify(['no token']);
    expect(calls.take()).toEqual(['appendAudit']);
  });
});
