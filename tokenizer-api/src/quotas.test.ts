import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { describeOnEveryStore } from './test-support/every-store.js';
import type { StoreSettings } from './test-support/every-store.js';
import { actAs, codesOf, encrypt, put, startTestTokenizer } from './test-support/tokenizer.js';
import type { Actor, TestTokenizer } from './test-support/tokenizer.js';

const minute = 60_000;

describeOnEveryStore('an application with a quota', (newStore) => {
  let store: StoreSettings;
  let tokenizer: TestTokenizer;
  let ada: Actor;

  beforeEach(async () => {
    store = newStore();
    tokenizer = await startTestTokenizer({ config: { ...store.config, limits: { maxTokens: 3 } } });
    ada = actAs(tokenizer, tokenizer.shop, 'ada');
  });
  afterEach(async () => {
    await tokenizer.close();
    await store.drop();
  });

  const inputs = async (count: number) =>
    (await Promise.all(Array.from({ length: count }, () => encrypt('value')))).map(({ input }) => input);

  test('stores up to it; what is beyond has QUOTA_EXCEEDED, and leaves nothing behind', async () => {
    const four = await inputs(4);
    expect(codesOf(await ada.tokenize(four))).toEqual(['ok', 'ok', 'ok', 'QUOTA_EXCEEDED']);
    expect(codesOf(await ada.verify([four[3]!.token]))).toEqual(['TOKEN_NOT_FOUND']);
    // The other application has its own.
    const other = actAs(tokenizer, tokenizer.other, 'ada');
    expect(codesOf(await other.tokenize(await inputs(1)))).toEqual(['ok']);
  });

  test('can repeat a call whose answer was lost, full or not', async () => {
    const three = await inputs(3);
    await ada.tokenize(three);
    const again = await ada.tokenize([...three, ...(await inputs(1))]);
    expect(codesOf(again)).toEqual(['ok', 'ok', 'ok', 'QUOTA_EXCEEDED']);
    const mallory = actAs(tokenizer, tokenizer.shop, 'mallory');
    expect(codesOf(await mallory.tokenize([three[0]!]))).toEqual(['BAD_USER_INPUT']);
  });

  test('counts a name that is taken, or is named twice, once', async () => {
    const [first, second, third] = await inputs(3);
    expect(codesOf(await ada.tokenize([first!, first!, second!]))).toEqual(['ok', 'ok', 'ok']);
    await ada.tokenize([first!, second!]);
    expect(codesOf(await ada.tokenize([third!]))).toEqual(['ok']);
  });

  test('has room again when tokens were deleted, or never accepted, and their objects are gone', async () => {
    const { input, ciphertext } = await encrypt('value');
    const [result] = await ada.tokenize([input]);
    await put(result!.upload!, ciphertext);
    await ada.verify([input.token]);
    await ada.tokenize(await inputs(2));
    expect(codesOf(await ada.tokenize(await inputs(1)))).toEqual(['QUOTA_EXCEEDED']);
    await ada.delete([input.token]);
    tokenizer.clock.offset = 3 * minute;
    await tokenizer.running.sweep();
    expect(codesOf(await ada.tokenize(await inputs(2)))).toEqual(['ok', 'QUOTA_EXCEEDED']);
    tokenizer.clock.offset = 25 * minute;
    await tokenizer.running.sweep();
    await ada.renew();
    expect(codesOf(await ada.tokenize(await inputs(4)))).toEqual(['ok', 'ok', 'ok', 'QUOTA_EXCEEDED']);
  });

  test('is told of in the metrics and the audit', async () => {
    await ada.tokenize(await inputs(4));
    await tokenizer.running.sweep();
    const text = await tokenizer.metrics();
    expect(text).toContain('lunasec_application_tokens{application="shop"} 3');
    expect(text).toContain('lunasec_refusals_total{operation="tokenize",code="QUOTA_EXCEEDED"} 1');
    const { data } = await ada.server<{ auditEvents: { edges: { node: object }[] } }>(
      '{ auditEvents(filter: { outcome: denied }) { edges { node { action code } } } }',
    );
    expect(data!.auditEvents.edges.map(({ node }) => node)).toEqual([
      { action: 'tokenize', code: 'QUOTA_EXCEEDED' },
    ]);
  });
});

test('tokens from before there was a quota count from the first sweep on', async () => {
  const first = await startTestTokenizer();
  const ada = actAs(first, first.shop, 'ada');
  await ada.keep('1');
  await ada.keep('2');
  await first.running.close();

  const config = { dataDirectory: first.directory, limits: { maxTokens: 3 } };
  const second = await startTestTokenizer({ config });
  await second.running.sweep();
  const again = actAs(second, second.shop, 'ada');
  const two = await Promise.all([encrypt('3'), encrypt('4')]);
  expect(codesOf(await again.tokenize(two.map(({ input }) => input)))).toEqual(['ok', 'QUOTA_EXCEEDED']);
  await second.close();
  await first.close();
});
