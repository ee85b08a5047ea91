import { createDataKey, toBase64 } from '@lunasec/secure-frame/crypto';
import { createToken } from '@lunasec/secure-frame/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { partSize } from './services/uploads.js';
import type { Stores } from './stores.js';
import { checksumOf } from './test-support/object-store/contract.js';
import { breakCalls, countCalls, holdCall } from './test-support/spies.js';
import { actAs, codesOf, encrypt, put, startTestTokenizer } from './test-support/tokenizer.js';
import type { Actor, Problem, TestTokenizer, Upload } from './test-support/tokenizer.js';

const tokenize =
  'mutation ($inputs: [TokenizeInput!]!) { tokenize(inputs: $inputs) { token upload { url } multipart { partSize } problem { code } } }';
const presignParts =
  'mutation ($token: ID!, $parts: [UploadPartInput!]!) { presignUploadParts(token: $token, parts: $parts) { number upload { url method headers expiresAt } problem { code message } } }';
const completeUploads =
  'mutation ($tokens: [ID!]!) { completeUploads(tokens: $tokens) { token expiresAt problem { code message } } }';

interface Tokenized {
  token: string;
  upload: object | null;
  multipart: { partSize: number } | null;
  problem: Problem | null;
}
interface Part {
  number: number;
  upload: Upload | null;
  problem: Problem | null;
}
interface Completed {
  token: string;
  expiresAt: string | null;
  problem: Problem | null;
}

const body = new Uint8Array(randomBytes(partSize + 5000));
const pieces = [body.subarray(0, partSize), body.subarray(partSize)];
const parts = pieces.map((piece, index) => ({
  number: index + 1,
  size: piece.length,
  checksum: checksumOf(piece),
}));
const newInput = (size = body.length) => ({
  token: createToken(),
  dataKey: toBase64(createDataKey()),
  size,
});

describe('values that are uploaded in parts', () => {
  const { calls, wrapStores: counted } = countCalls();
  const { broken, wrapStores: breaking } = breakCalls();
  /** Whether the answer to the next insert of tokens is lost. */
  let loseAnswer = false;
  const losing = (stores: Stores): Stores => ({
    ...stores,
    tokens: {
      ...stores.tokens,
      insertTokens: async (tokens) => {
        const inserted = await stores.tokens.insertTokens(tokens);
        if (!loseAnswer) return inserted;
        loseAnswer = false;
        throw new Error('The connection broke.');
      },
    },
  });
  let tokenizer: TestTokenizer;
  let ada: Actor;
  let mallory: Actor;

  beforeAll(async () => {
    tokenizer = await startTestTokenizer({ wrapStores: (stores) => counted(losing(breaking(stores))) });
    ada = actAs(tokenizer, tokenizer.shop, 'ada');
    mallory = actAs(tokenizer, tokenizer.shop, 'mallory');
  });
  beforeEach(async () => {
    broken.clear();
    tokenizer.clock.offset = 0;
    await Promise.all([ada.renew(), mallory.renew()]);
  });
  afterAll(() => tokenizer.close());

  const begin = async (actor: Actor, inputs: object[]) =>
    (await actor.frame<{ tokenize: Tokenized[] }>(tokenize, { inputs })).data!.tokenize;
  const sign = async (actor: Actor, token: string, wanted: object[] = parts) =>
    (await actor.frame<{ presignUploadParts: Part[] }>(presignParts, { token, parts: wanted })).data!
      .presignUploadParts;
  const complete = async (actor: Actor, tokens: string[]) =>
    (await actor.frame<{ completeUploads: Completed[] }>(completeUploads, { tokens })).data!.completeUploads;
  const began = async (actor = ada): Promise<string> => {
    const input = newInput();
    const [result] = await begin(actor, [input]);
    expect(result).toEqual({ token: input.token, upload: null, multipart: { partSize }, problem: null });
    return input.token;
  };
  const upload = async (token: string, actor = ada) => {
    const signed = await sign(actor, token);
    for (const [index, { upload: to }] of signed.entries())
      expect((await put(to!, new Uint8Array(pieces[index]!))).status).toBe(200);
  };
  const openUploads = async () => {
    const directory = join(tokenizer.directory, 'objects/.parts');
    const found = await readdir(directory, { recursive: true }).catch(() => []);
    return found.filter((path) => path.split('/').length === 3);
  };

  test('are whole once they are completed: accepted, granted and read like any other', async () => {
    const token = await began();
    await upload(token);
    expect(codesOf(await ada.verify([token]))).toEqual(['UPLOAD_MISSING']);
    const [done] = await complete(ada, [token]);
    expect(done).toEqual({ token, expiresAt: expect.any(String), problem: null });
    expect(await openUploads()).toEqual([]);
    expect(codesOf(await ada.verify([token]))).toEqual(['ok']);
    await ada.grant([token]);
    const [read] = await ada.detokenize([token]);
    expect(read!.download!.size).toBe(body.length);
    const got = new Uint8Array(await (await fetch(read!.download!.url)).arrayBuffer());
    expect(Buffer.from(got).equals(body)).toBe(true);
  });

  test('go on when the database stored the token and its answer was lost', async () => {
    const input = newInput();
    loseAnswer = true;
    const lost = await ada.frame(tokenize, { inputs: [input] });
    expect(lost.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    expect(await begin(ada, [input])).toMatchObject([{ multipart: { partSize }, problem: null }]);
    await upload(input.token);
    expect(codesOf(await complete(ada, [input.token]))).toEqual(['ok']);
    expect(codesOf(await ada.verify([input.token]))).toEqual(['ok']);
  });

  test('each call may be repeated', async () => {
    const input = newInput();
    await begin(ada, [input]);
    expect((await begin(ada, [input]))[0]).toMatchObject({ multipart: { partSize }, problem: null });
    expect(await openUploads()).toHaveLength(1);
    await upload(input.token);
    await upload(input.token);
    expect(codesOf(await complete(ada, [input.token, input.token]))).toEqual(['ok', 'ok']);
    expect(codesOf(await complete(ada, [input.token]))).toEqual(['ok']);
    await ada.verify([input.token]);
    expect(codesOf(await complete(ada, [input.token]))).toEqual(['ok']);
  });

  test('a name that is taken gets no second upload, in parts or not', async () => {
    const { input } = await encrypt('small');
    await begin(ada, [input]);
    const { checksum: _, ...large } = input;
    expect(codesOf(await begin(ada, [large]))).toEqual(['BAD_USER_INPUT']);
    const token = await began(mallory);
    const before = await openUploads();
    expect(codesOf(await begin(ada, [{ ...newInput(), token }]))).toEqual(['BAD_USER_INPUT']);
    expect(await openUploads()).toEqual(before);
    expect(codesOf(await begin(mallory, [{ ...newInput(body.length + 1), token }]))).toEqual([
      'BAD_USER_INPUT',
    ]);
  });

  test('other sessions, other applications and servers can neither sign parts nor complete', async () => {
    const token = await began();
    await upload(token);
    const stranger = actAs(tokenizer, tokenizer.other, 'ada');
    for (const other of [mallory, stranger]) {
      const missing = await sign(other, createToken());
      expect(codesOf(await sign(other, token))).toEqual(['STORE_GRANT_MISSING', 'STORE_GRANT_MISSING']);
      // It reads as one that never was.
      expect((await sign(other, token))[0]!.problem).toEqual(missing[0]!.problem);
      expect(codesOf(await complete(other, [token, createToken()]))).toEqual([
        'STORE_GRANT_MISSING',
        'STORE_GRANT_MISSING',
      ]);
    }
    const server = await ada.server(presignParts, { token, parts });
    expect(server.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const anonymous = await tokenizer.call(completeUploads, { tokens: [token] });
    expect(anonymous.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(codesOf(await ada.verify([token]))).toEqual(['UPLOAD_MISSING']);
  });

  test('from another page than the tokenizer’s own: UNAUTHENTICATED', async () => {
    const token = await began();
    const bearer = await ada.accessToken();
    const headers = { origin: 'https://shop.example.com' };
    for (const [query, variables] of [
      [presignParts, { token, parts }],
      [completeUploads, { tokens: [token] }],
    ] as const) {
      const { errors } = await tokenizer.call(query, variables, { bearer, headers });
      expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    }
  });

  test.each<[string, Partial<(typeof parts)[number]>]>([
    ['number', { number: 0 }],
    ['number', { number: -1 }],
    ['number', { number: 3 }],
    ['number', { number: 10_001 }],
    ['size', { size: partSize - 1 }],
    ['size', { size: partSize + 1 }],
    ['size', { size: -1 }],
    ['checksum', { checksum: 'AAAA' }],
    ['checksum', { checksum: '' }],
  ])('a part of another %s is not signed: %j', async (_name, change) => {
    const token = await began();
    const answers = await sign(ada, token, [{ ...parts[0], ...change }, parts[1]!]);
    expect(codesOf(answers)).toEqual(['BAD_USER_INPUT', 'ok']);
  });

  test('the last part has what is left, and no other', async () => {
    const token = await began();
    expect(codesOf(await sign(ada, token, [{ ...parts[1], size: partSize }]))).toEqual(['BAD_USER_INPUT']);
    const [exact] = [newInput(partSize)];
    await begin(ada, [exact!]);
    expect(codesOf(await sign(ada, exact!.token, [parts[0]!, parts[1]!]))).toEqual(['ok', 'BAD_USER_INPUT']);
  });

  test('what is no token, or is not uploaded in parts, or accepted: BAD_USER_INPUT', async () => {
    expect(codesOf(await sign(ada, 'no token', [parts[0]!]))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await complete(ada, ['no token']))).toEqual(['BAD_USER_INPUT']);
    const small = await ada.store('small');
    expect(codesOf(await sign(ada, small, [parts[0]!]))).toEqual(['BAD_USER_INPUT']);
    const token = await began();
    await upload(token);
    await complete(ada, [token]);
    await ada.verify([token]);
    expect(codesOf(await sign(ada, token, [parts[0]!]))).toEqual(['BAD_USER_INPUT']);
  });

  test('not all there, or given again in another size: UPLOAD_MISSING', async () => {
    const token = await began();
    expect(codesOf(await complete(ada, [token]))).toEqual(['UPLOAD_MISSING']);
    const [, last] = await sign(ada, token);
    await put(last!.upload!, new Uint8Array(pieces[1]!));
    expect(codesOf(await complete(ada, [token]))).toEqual(['UPLOAD_MISSING']);
    const { input } = await encrypt('never sent');
    await begin(ada, [input]);
    expect(codesOf(await complete(ada, [input.token]))).toEqual(['UPLOAD_MISSING']);
  });

  test('a part’s URL takes its own bytes only', async () => {
    const token = await began();
    const [first] = await sign(ada, token);
    const other = new Uint8Array(pieces[0]!);
    other[100]! ^= 1;
    expect((await put(first!.upload!, other)).status).toBe(400);
  });

  test('while parts are signed, the store grant goes on, and for a day at most', async () => {
    const token = await began();
    for (let minutes = 10; minutes <= 60; minutes += 10) {
      tokenizer.clock.offset = minutes * 60_000;
      await ada.renew();
      await tokenizer.running.sweep();
      expect(codesOf(await sign(ada, token))).toEqual(['ok', 'ok']);
    }
    await upload(token);
    const [{ expiresAt }] = (await complete(ada, [token])) as [Completed];
    expect(Date.parse(expiresAt!)).toBeGreaterThan(Date.now() + 74 * 60_000);
    for (let hours = 1; hours < 23.9; hours += 0.2) {
      tokenizer.clock.offset = hours * 3600_000;
      await ada.renew();
      expect(codesOf(await complete(ada, [token]))).toEqual(['ok']);
    }
    tokenizer.clock.offset = 24 * 3600_000 + 1000;
    await ada.renew();
    expect(codesOf(await complete(ada, [token]))).toEqual(['GRANT_EXPIRED']);
    expect(codesOf(await sign(ada, token))).toEqual(['GRANT_EXPIRED', 'GRANT_EXPIRED']);
    expect(codesOf(await ada.verify([token]))).toEqual(['GRANT_EXPIRED']);
  });

  test('a value that was uploaded in one request is kept alive likewise', async () => {
    const token = await ada.store('small');
    tokenizer.clock.offset = 14 * 60_000;
    await ada.renew();
    expect(codesOf(await complete(ada, [token]))).toEqual(['ok']);
    tokenizer.clock.offset = 28 * 60_000;
    expect(codesOf(await ada.verify([token]))).toEqual(['ok']);
  });

  test('after the session ended nothing goes on', async () => {
    const eve = actAs(tokenizer, tokenizer.shop, 'eve');
    const token = await began(eve);
    await eve.end();
    await eve.renew();
    expect(codesOf(await sign(eve, token, [parts[0]!]))).toEqual(['GRANT_EXPIRED']);
    expect(codesOf(await complete(eve, [token]))).toEqual(['GRANT_EXPIRED']);
  });

  test('what is given up or deleted is swept with its parts', async () => {
    const [late, deleted] = [await began(), await began()];
    await upload(late);
    await upload(deleted);
    await ada.delete([deleted]);
    expect(codesOf(await complete(ada, [deleted]))).toEqual(['STORE_GRANT_MISSING']);
    expect(codesOf(await sign(ada, deleted, [parts[0]!]))).toEqual(['STORE_GRANT_MISSING']);
    expect((await openUploads()).join()).toContain(late);
    tokenizer.clock.offset = 25 * 3600_000;
    await tokenizer.running.sweep();
    expect(await openUploads()).toEqual([]);
    expect(await tokenizer.stores.tokens.findTokens('shop', [late])).toEqual([]);
  });

  test('while parts cannot be given up, nothing is forgotten', async () => {
    const token = await began();
    tokenizer.clock.offset = 25 * 3600_000;
    broken.add('abortMultipart');
    await expect(tokenizer.running.sweep()).rejects.toThrow();
    expect(await tokenizer.stores.tokens.findTokens('shop', [token])).toHaveLength(1);
    broken.clear();
    await tokenizer.running.sweep();
    expect(await tokenizer.stores.tokens.findTokens('shop', [token])).toEqual([]);
  });

  test('an object store that is away fails large values only, and leaves the rest as it was', async () => {
    broken.add('beginMultipart');
    const [large, { input: small }] = [newInput(), await encrypt('small')];
    expect(codesOf(await begin(ada, [large, small]))).toEqual(['UNAVAILABLE', 'ok']);
    broken.clear();
    expect(codesOf(await begin(ada, [large]))).toEqual(['ok']);
    await upload(large.token);
    broken.add('completeMultipart');
    expect(codesOf(await complete(ada, [large.token]))).toEqual(['UNAVAILABLE']);
    broken.clear();
    expect(codesOf(await complete(ada, [large.token]))).toEqual(['ok']);
  });

  test('a database that is away when a value is registered leaves no upload open', async () => {
    const before = await openUploads();
    broken.add('insertTokens');
    const { errors } = await ada.frame(tokenize, { inputs: [newInput()] });
    expect(errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    expect(await openUploads()).toEqual(before);
  });

  test('too large for the application: TOO_LARGE, without an upload', async () => {
    const before = await openUploads();
    expect(codesOf(await begin(ada, [newInput(64 * 1024 * 1024 + 1)]))).toEqual(['TOO_LARGE']);
    expect(await openUploads()).toEqual(before);
  });

  test('a batch that is too large: BATCH_TOO_LARGE', async () => {
    const token = await began();
    const many = Array.from({ length: 1001 }, () => parts[0]!);
    for (const { errors } of [
      await ada.frame(presignParts, { token, parts: many }),
      await ada.frame(completeUploads, { tokens: many.map(() => token) }),
    ])
      expect(errors?.[0]?.extensions.code).toBe('BATCH_TOO_LARGE');
  });

  test('each call is in the audit, refused ones as well', async () => {
    const token = await began();
    await upload(token);
    await sign(mallory, token);
    expect(await sign(mallory, token, [])).toEqual([]);
    await complete(ada, [token]);
    const { items } = await tokenizer.stores.tokens.listAudit('shop', { token }, { first: 10, after: null });
    expect(items.map(({ item }) => [item.action, item.sessionId, item.code]).reverse()).toEqual([
      ['tokenize', ada.sessionId, null],
      ['presignUploadParts', ada.sessionId, null],
      ['presignUploadParts', mallory.sessionId, 'STORE_GRANT_MISSING'],
      ['presignUploadParts', mallory.sessionId, 'STORE_GRANT_MISSING'],
      ['completeUploads', ada.sessionId, null],
    ]);
  });

  test('costs the database little: signing one read, completing one read and one write, whatever the batch', async () => {
    const inputs = [newInput(), newInput(), newInput()];
    await begin(ada, inputs);
    calls.take();
    await sign(ada, inputs[0]!.token);
    const withoutSigning = (names: string[]) => names.filter((name) => !name.startsWith('presign'));
    expect(withoutSigning(calls.take())).toEqual(['findSession', 'findTokens', 'appendAudit']);
    await complete(
      ada,
      inputs.map(({ token }) => token),
    );
    expect(calls.take().sort()).toEqual(
      [
        'findSession',
        'findTokens',
        'prolongStoreGrants',
        'appendAudit',
        ...Array<string>(3).fill('completeMultipart'),
      ].sort(),
    );
  });
});

test('a call that was under way when its session ended does not bring the store grant back', async () => {
  const held = holdCall('prolongStoreGrants');
  const tokenizer = await startTestTokenizer({ wrapStores: held.wrapStores });
  try {
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    const token = await ada.store('secret');
    const completing = ada.frame<{ completeUploads: Completed[] }>(completeUploads, { tokens: [token] });
    await held.reached;
    // The call has looked at the clock already.
    tokenizer.clock.offset += 1;
    expect(await ada.end()).toBe(1);
    held.letGo();
    expect(codesOf((await completing).data!.completeUploads)).toEqual(['GRANT_EXPIRED']);
    expect(codesOf(await ada.verify([token]))).toEqual(['GRANT_EXPIRED']);
  } finally {
    await tokenizer.close();
  }
});
