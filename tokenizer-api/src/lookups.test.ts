import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createToken } from '@lunasec/secure-frame/protocol';
import { describeOnEveryStore } from './test-support/every-store.js';
import { actAs, startTestTokenizer } from './test-support/tokenizer.js';
import type { Actor, Answer, TestTokenizer } from './test-support/tokenizer.js';

interface Connection<Node> {
  edges: { node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}
const nodesOf = <Node>({ edges }: Connection<Node>) => edges.map(({ node }) => node);
const codeOf = (answer: Answer<object>) => answer.errors?.[0]?.extensions.code;

describeOnEveryStore('what an application can look up', (newStore) => {
  const store = newStore();
  let tokenizer: TestTokenizer;
  let ada: Actor;
  let grace: Actor;
  let foreigner: Actor;
  let session = 0;

  beforeAll(async () => {
    tokenizer = await startTestTokenizer({ config: store.config });
  });
  beforeEach(() => {
    tokenizer.clock.offset = 0;
    ada = actAs(tokenizer, tokenizer.shop, `ada-${++session}`);
    grace = actAs(tokenizer, tokenizer.shop, `grace-${session}`);
    foreigner = actAs(tokenizer, tokenizer.other, `ada-${session}`);
  });
  afterAll(async () => {
    await tokenizer.close();
    await store.drop();
  });

  test('its token, never another’s', async () => {
    const token = await ada.keep('value', 'User.ssn:1');
    const ask = (actor: Actor, id: string) =>
      actor.server<{ token: object | null }>(
        'query ($id: ID!) { token(id: $id) { id status sessionId binding metadata deletedAt } }',
        { id },
      );
    expect((await ask(ada, token)).data?.token).toEqual({
      id: token,
      status: 'accepted',
      sessionId: ada.sessionId,
      binding: 'User.ssn:1',
      metadata: {},
      deletedAt: null,
    });
    expect((await ask(foreigner, token)).data).toEqual({ token: null });
    expect((await ask(ada, createToken())).data).toEqual({ token: null });
    expect((await ask(ada, 'no token')).data).toEqual({ token: null });
  });

  describe('its tokens', () => {
    const list = async (actor: Actor, variables: object) => {
      const answer = await actor.server<{ tokens: Connection<{ id: string }> }>(
        'query ($filter: TokenFilter, $first: Int, $after: String) { tokens(filter: $filter, first: $first, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
        variables,
      );
      return { ids: nodesOf(answer.data!.tokens).map(({ id }) => id), ...answer.data!.tokens.pageInfo };
    };

    test('by filter, and never another’s', async () => {
      const tokens = [await ada.keep('1'), await ada.keep('2'), await ada.store('3')];
      const mine = { sessionId: ada.sessionId };
      expect(new Set((await list(ada, { filter: mine })).ids)).toEqual(new Set(tokens));
      const accepted = await list(ada, { filter: { ...mine, status: 'accepted', createdAfter: null } });
      expect(new Set(accepted.ids)).toEqual(new Set(tokens.slice(0, 2)));
      expect((await list(foreigner, { filter: mine })).ids).toEqual([]);
    });

    test('page by page, each once', async () => {
      const tokens = [await ada.keep('1'), await ada.keep('2'), await ada.keep('3')];
      const filter = { sessionId: ada.sessionId };
      const first = await list(ada, { filter, first: 2 });
      expect([first.ids.length, first.hasNextPage]).toEqual([2, true]);
      const second = await list(ada, { filter, first: 2, after: first.endCursor });
      expect([second.ids.length, second.hasNextPage]).toEqual([1, false]);
      expect(new Set([...first.ids, ...second.ids])).toEqual(new Set(tokens));
    });

    test('page by page while tokens come and go: none twice, none of those that stay left out', async () => {
      const filter = { sessionId: ada.sessionId };
      const tokens = [];
      for (const value of ['1', '2', '3', '4', '5']) {
        tokens.push(await ada.keep(value));
        tokenizer.clock.offset += 1000;
      }
      const first = await list(ada, { filter, first: 2 });
      expect(first.ids).toEqual([tokens[4], tokens[3]]);
      await ada.keep('newer than the cursor');
      await ada.delete([tokens[3]!, tokens[1]!]);
      const second = await list(ada, {
        filter: { ...filter, status: 'accepted' },
        first: 2,
        after: first.endCursor,
      });
      expect([second.ids, second.hasNextPage]).toEqual([[tokens[2], tokens[0]], false]);
      // Deleted ones are listed, as tombstones.
      expect((await list(ada, { filter: { ...filter, status: 'deleted' } })).ids).toEqual([
        tokens[3],
        tokens[1],
      ]);
    });

    test('by time, both ends left out, and by several conditions at once', async () => {
      const createdAt = async (id: string) =>
        (
          await ada.server<{ token: { createdAt: string } }>(
            'query ($id: ID!) { token(id: $id) { createdAt } }',
            {
              id,
            },
          )
        ).data!.token.createdAt;
      const tokens = [];
      for (const value of ['1', '2', '3', '4']) {
        tokens.push(await ada.keep(value));
        tokenizer.clock.offset += 1000;
      }
      await ada.store('pending');
      const [from, to] = [await createdAt(tokens[0]!), await createdAt(tokens[3]!)];
      const filter = { sessionId: ada.sessionId, createdAfter: from, createdBefore: to };
      expect((await list(ada, { filter })).ids).toEqual([tokens[2], tokens[1]]);
      const accepted = { sessionId: ada.sessionId, createdAfter: to, status: 'accepted' };
      expect((await list(ada, { filter: accepted })).ids).toEqual([]);
      const answer = await ada.server(
        '{ tokens(filter: { createdAfter: "yesterday" }) { edges { cursor } } }',
      );
      expect(codeOf(answer)).toBe('BAD_USER_INPUT');
    });

    test('a cursor of another application shows nothing of it', async () => {
      await ada.keep('1');
      await ada.keep('2');
      const { endCursor } = await list(ada, { first: 1 });
      const theirs = await list(foreigner, { filter: { sessionId: ada.sessionId }, after: endCursor });
      expect(theirs.ids).toEqual([]);
    });

    test.each(['after: "x y"', 'first: 0', 'first: -1', 'first: 201'])(
      'with %s: BAD_USER_INPUT',
      async (args) => {
        expect(codeOf(await ada.server(`{ tokens(${args}) { edges { cursor } } }`))).toBe('BAD_USER_INPUT');
      },
    );

    test.each([{ $where: '1' }, { label: { nested: true } }, { label: null }, { 'a.b': 1 }])(
      'by metadata takes plain entries only: not %j',
      async (metadata) => {
        const query = 'query ($f: TokenFilter) { tokens(filter: $f) { edges { cursor } } }';
        expect(codeOf(await ada.server(query, { f: { metadata } }))).toBe('BAD_USER_INPUT');
      },
    );
  });

  test('metadata, which it can change and find tokens by', async () => {
    const token = await ada.keep('value');
    const update = (actor: Actor, id: string, metadata: object) =>
      actor.server<{ updateTokenMetadata: object }>(
        'mutation ($id: ID!, $metadata: JSONObject!) { updateTokenMetadata(token: $id, metadata: $metadata) { metadata } }',
        { id, metadata },
      );
    const label = `label-${session}`;
    expect((await update(ada, token, { label, n: 1 })).data).toEqual({
      updateTokenMetadata: { metadata: { label, n: 1 } },
    });
    const found = await ada.server<{ tokens: Connection<{ id: string }> }>(
      `{ tokens(filter: { metadata: { label: "${label}" } }) { edges { node { id } } } }`,
    );
    expect(nodesOf(found.data!.tokens)).toEqual([{ id: token }]);

    expect(codeOf(await update(foreigner, token, {}))).toBe('TOKEN_NOT_FOUND');
    expect(codeOf(await update(ada, createToken(), {}))).toBe('TOKEN_NOT_FOUND');
    expect(codeOf(await update(ada, 'no token', {}))).toBe('BAD_USER_INPUT');
    expect(codeOf(await update(ada, token, { $set: 1 }))).toBe('BAD_USER_INPUT');
    await ada.delete([token]);
    expect(codeOf(await update(ada, token, {}))).toBe('TOKEN_DELETED');
  });

  test('the grants of a session that are alive', async () => {
    const token = await ada.keep('value');
    await grace.grant([token], '1m');
    const list = async (actor: Actor, sessionId: string, kind: string) => {
      const answer = await actor.server<{ grants: Connection<object> }>(
        'query ($sid: ID!, $kind: GrantKind!) { grants(sessionId: $sid, kind: $kind) { edges { node { kind token sessionId } } } }',
        { sid: sessionId, kind },
      );
      return nodesOf(answer.data!.grants);
    };
    expect(await list(ada, ada.sessionId, 'store')).toEqual([
      { kind: 'store', token, sessionId: ada.sessionId },
    ]);
    expect(await list(ada, ada.sessionId, 'read')).toEqual([]);
    expect(await list(ada, grace.sessionId, 'read')).toEqual([
      { kind: 'read', token, sessionId: grace.sessionId },
    ]);
    expect(await list(foreigner, grace.sessionId, 'read')).toEqual([]);
    tokenizer.clock.offset = 120_000;
    expect(await list(ada, grace.sessionId, 'read')).toEqual([]);
  });

  test('grants and the audit page by page, each once', async () => {
    const tokens = [await ada.keep('1'), await ada.keep('2'), await ada.keep('3')];
    await ada.grant(tokens);
    const all = async <Node>(field: string, args: string, of: string): Promise<Node[]> => {
      const found: Node[] = [];
      let after: string | null = null;
      do {
        const answer: Answer<Record<string, Connection<Node>>> = await ada.server(
          `query ($after: String) { ${field}(${args}, first: 2, after: $after) { edges { node { ${of} } } pageInfo { hasNextPage endCursor } } }`,
          { after },
        );
        const page = answer.data![field]!;
        found.push(...nodesOf(page));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null);
      return found;
    };
    for (const kind of ['store', 'read']) {
      const grants = await all<{ token: string }>(
        'grants',
        `sessionId: "${ada.sessionId}", kind: ${kind}`,
        'token',
      );
      expect(grants.map(({ token }) => token).sort()).toEqual([...tokens].sort());
    }
    const filter = `filter: { sessionId: "${ada.sessionId}" }`;
    const events = await all<{ id: string; action: string }>('auditEvents', filter, 'id action');
    expect(events.map(({ action }) => action).sort()).toEqual([
      ...Array<string>(3).fill('createReadGrants'),
      'createSession',
      ...Array<string>(3).fill('tokenize'),
      ...Array<string>(3).fill('verifyStoreGrants'),
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  describe('the audit', () => {
    const list = async (actor: Actor, filter: object) => {
      const answer = await actor.server<{ auditEvents: Connection<Record<string, string | null>> }>(
        'query ($f: AuditFilter) { auditEvents(filter: $f) { edges { node { id action outcome code token sessionId requestId } } } }',
        { f: filter },
      );
      return nodesOf(answer.data!.auditEvents).sort((a, b) => a.id!.localeCompare(b.id!));
    };

    test('says who did what to which token, and how it ended', async () => {
      const token = await ada.keep('value');
      await ada.read(token);
      await ada.grant([token]);
      await ada.read(token);
      await grace.read(token);
      await ada.delete([token]);
      const events = await list(ada, { token });
      expect(events.map(({ action, outcome, code }) => [action, outcome, code])).toEqual([
        ['tokenize', 'ok', null],
        ['verifyStoreGrants', 'ok', null],
        ['detokenize', 'denied', 'READ_GRANT_MISSING'],
        ['createReadGrants', 'ok', null],
        ['detokenize', 'ok', null],
        ['detokenize', 'denied', 'READ_GRANT_MISSING'],
        ['deleteTokens', 'ok', null],
      ]);
      expect(events.every(({ requestId }) => typeof requestId === 'string')).toBe(true);
      expect(events.map(({ sessionId }) => sessionId)).toEqual([
        ...Array<string>(5).fill(ada.sessionId),
        grace.sessionId,
        null,
      ]);
      expect(await list(foreigner, { token })).toEqual([]);
      expect(await list(ada, { sessionId: grace.sessionId, action: 'createSession' })).toHaveLength(1);
    });

    test('does not write down what was sent as a token by mistake', async () => {
      await ada.verify(['078-05-1120']);
      expect(await list(ada, { sessionId: ada.sessionId })).toMatchObject([
        { action: 'verifyStoreGrants', token: null, code: 'BAD_USER_INPUT' },
      ]);
    });

    test('has the caller’s own request id, so that both logs can be read together', async () => {
      await tokenizer.call(
        'mutation ($sid: ID!) { endSession(sessionId: $sid) }',
        { sid: ada.sessionId },
        { bearer: await tokenizer.shop.applicationJWT(), headers: { 'x-request-id': `request-${session}` } },
      );
      expect(await list(ada, { sessionId: ada.sessionId })).toMatchObject([
        { action: 'endSession', requestId: `request-${session}` },
      ]);
    });
  });
});
