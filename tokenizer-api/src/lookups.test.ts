import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createToken } from '@lunasec/secure-frame/protocol';
import { actAs, startTestTokenizer } from './test-support/tokenizer.js';
import type { Actor, Answer, TestTokenizer } from './test-support/tokenizer.js';

interface Connection<Node> {
  edges: { node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}
const nodesOf = <Node>({ edges }: Connection<Node>) => edges.map(({ node }) => node);
const codeOf = (answer: Answer<object>) => answer.errors?.[0]?.extensions.code;

describe('what an application can look up', () => {
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
    ada = actAs(tokenizer, tokenizer.shop, `ada-${++session}`);
    grace = actAs(tokenizer, tokenizer.shop, `grace-${session}`);
    foreigner = actAs(tokenizer, tokenizer.other, `ada-${session}`);
  });
  afterAll(() => tokenizer.close());

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
