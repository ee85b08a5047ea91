import { beforeEach, describe, expect, test } from '@jest/globals';
import '@lunasec/node-sdk/testing/jest';
import { createTestLunaSec, type TestLunaSec, type TestSession } from '@lunasec/node-sdk/testing';
import { parse, type GraphQLSchema } from 'graphql';
import { createGallerySchema } from './schema.js';
import type { GallerySession } from './sessions.js';

describe('the gallery’s API', () => {
  let lunaSec: TestLunaSec;
  let schema: GraphQLSchema;
  let ada: TestSession;
  let grace: TestSession;
  let sessions: Map<TestSession, GallerySession>;

  beforeEach(() => {
    lunaSec = createTestLunaSec({ leaks: 'error' });
    schema = createGallerySchema(lunaSec);
    [ada, grace] = [lunaSec.asSession('session-of-ada'), lunaSec.asSession('session-of-grace')];
    sessions = new Map(
      [ada, grace].map((by) => [
        by,
        { id: by.sessionId, secretDigest: '', expiresAt: Infinity, values: new Map() },
      ]),
    );
  });

  async function run(by: TestSession, source: string, variableValues: Record<string, unknown> = {}) {
    const result = await lunaSec.execute({
      schema,
      document: parse(source),
      variableValues,
      contextValue: { ...by.context, session: sessions.get(by) ?? null },
    });
    return {
      data: result.data as Record<string, unknown> | null | undefined,
      codes: result.errors?.map(({ extensions }) => extensions.code),
    };
  }
  const store = (by: TestSession, values: object[]) =>
    run(by, 'mutation ($values: [ValueInput!]!) { store(values: $values) { name token } }', { values });
  const values = async (by: TestSession) => (await run(by, '{ values { name token } }')).data?.values;

  test('keeps tokens under names, and lets the session that made them read them', async () => {
    const token = await ada.tokenize('hunter2');
    expect(await store(ada, [{ name: 'a/value', token }])).toEqual({
      data: { store: [{ name: 'a/value', token }] },
      codes: undefined,
    });
    expect(await values(ada)).toEqual([{ name: 'a/value', token }]);
    expect(await ada.detokenize(token)).toBe('hunter2');
  });

  test('shows a session nothing of another', async () => {
    await store(ada, [{ name: 'a/value', token: await ada.tokenize('hunter2') }]);
    expect(await values(grace)).toEqual([]);
  });

  test('takes no token that another session made', async () => {
    const token = await ada.tokenize('hunter2');
    const { codes } = await store(grace, [{ name: 'a/value', token }]);
    expect(codes).toEqual(['STORE_GRANT_MISSING']);
    expect(await values(grace)).toEqual([]);
  });

  test('deletes the value that another one replaces', async () => {
    const before = await ada.tokenize('before');
    const after = await ada.tokenize('after');
    await store(ada, [{ name: 'a/value', token: before }]);
    expect((await store(ada, [{ name: 'a/value', token: after }])).codes).toBeUndefined();
    expect(await values(ada)).toEqual([{ name: 'a/value', token: after }]);
    await expect(ada.detokenize(before)).rejects.toThrow();
  });

  test('but not one that another name still has', async () => {
    const shared = await ada.tokenize('shared');
    const after = await ada.tokenize('after');
    await store(ada, [
      { name: 'a/value', token: shared },
      { name: 'b/value', token: shared },
    ]);
    expect((await store(ada, [{ name: 'a/value', token: after }])).codes).toBeUndefined();
    await values(ada);
    expect(await ada.detokenize(shared)).toBe('shared');
  });

  test('takes a read grant back until the value is queried again', async () => {
    const token = await ada.tokenize('hunter2');
    await store(ada, [{ name: 'a/value', token }]);
    expect((await run(ada, 'mutation { revoke(name: "a/value") }')).data).toEqual({ revoke: true });
    await expect(ada.detokenize(token)).rejects.toMatchObject({ extensions: { code: 'READ_GRANT_MISSING' } });
    expect((await run(ada, 'mutation { revoke(name: "a/value") }')).data).toEqual({ revoke: false });
    await values(ada);
    expect(await ada.detokenize(token)).toBe('hunter2');
  });

  test.each(['', 'no spaces', '<script>', 'x'.repeat(101)])('takes no name like “%s”', async (name) => {
    const { codes } = await store(ada, [{ name, token: await ada.tokenize('x') }]);
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });

  test('keeps no more than a hundred values of a session', async () => {
    const many = (from: number, count: number) =>
      Promise.all(
        Array.from({ length: count }, async (_, index) => ({
          name: `n${from + index}`,
          token: await ada.tokenize('x'),
        })),
      );
    expect((await store(ada, await many(0, 100))).codes).toBeUndefined();
    expect((await store(ada, await many(100, 1))).codes).toEqual(['BAD_USER_INPUT']);
    expect(await values(ada)).toHaveLength(100);
  });

  test('stores nothing without a session', async () => {
    const token = await ada.tokenize('x');
    sessions.delete(ada);
    expect((await store(ada, [{ name: 'a', token }])).codes).toEqual(['UNAUTHENTICATED']);
    expect(await values(ada)).toEqual([]);
  });
});
