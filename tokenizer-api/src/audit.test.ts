import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createToken } from '@lunasec/secure-frame/protocol';
import SQLite from 'better-sqlite3';
import { join } from 'node:path';
import { auditSecret } from './services/audit.js';
import { parseHeads } from './services/audit/head.js';
import { readChains, readPeriod } from './services/audit/read.js';
import { verifyAudit } from './services/audit/verify.js';
import type { AuditFault } from './services/audit/verify.js';
import { changeKeyFile, newKey } from './stores/key-provider/key-file.js';
import type { AuditEvent } from './stores/token-store/port.js';
import { breakCalls, countCalls } from './test-support/spies.js';
import {
  actAs,
  createSession,
  detokenize,
  deleteTokens,
  startTestTokenizer,
  tokenize,
} from './test-support/tokenizer.js';
import type { Actor, TestTokenizer } from './test-support/tokenizer.js';

describe('the audit of a tokenizer', () => {
  const { broken, wrapStores: wrapBroken } = breakCalls();
  const { calls, wrapStores: wrapCounted } = countCalls();
  let tokenizer: TestTokenizer;
  let ada: Actor;
  let log: string[];

  const start = (config = {}) =>
    startTestTokenizer({
      config,
      wrapStores: (stores) => wrapCounted(wrapBroken(stores)),
      logTo: { write: (line) => void log.push(line) },
    });
  beforeEach(async () => {
    log = [];
    broken.clear();
    tokenizer = await start();
    ada = actAs(tokenizer, tokenizer.shop, 'ada');
  });
  afterEach(() => tokenizer.close());

  async function events(): Promise<AuditEvent[]> {
    const all: AuditEvent[] = [];
    for await (const page of readPeriod(tokenizer.stores.tokens, {})) all.push(...page);
    return all;
  }
  const told = async () =>
    (await events()).map(({ applicationId, sessionId, action, outcome, code }) => [
      applicationId,
      sessionId,
      action,
      outcome,
      code,
    ]);
  async function verify() {
    const faults: AuditFault[] = [];
    const { stores } = tokenizer;
    const result = await verifyAudit({
      events: readChains(stores.tokens),
      key: await stores.openSecret(auditSecret),
      anchors: parseHeads(log.join('\n')),
      onFault: (fault) => faults.push(fault),
    });
    return { ...result, faults };
  }

  test('has every kind of call, with who, what and how it ended', async () => {
    const sid = ada.sessionId;
    const token = await ada.keep('value');
    await ada.grant([token]);
    await ada.read(token);
    await ada.read(createToken());
    const metadata = 'mutation ($id: ID!) { updateTokenMetadata(token: $id, metadata: {}) { id } }';
    await ada.server(metadata, { id: token });
    await ada.server('mutation ($s: ID!, $t: [ID!]!) { revokeReadGrants(sessionId: $s, tokens: $t) }', {
      s: sid,
      t: [token],
    });
    await ada.delete([token]);
    await ada.server(metadata, { id: token });
    await ada.end();
    const unaccepted = await actAs(tokenizer, tokenizer.shop, 'grace').store('never accepted');
    tokenizer.clock.offset = 3600_000;
    await tokenizer.running.sweep();

    const all = await events();
    expect(all.map(({ action, outcome, code }) => [action, outcome, code])).toEqual([
      ['checkpointAudit', 'ok', null],
      ['useKeys', 'ok', null],
      ['createSession', 'ok', null],
      ['tokenize', 'ok', null],
      ['verifyStoreGrants', 'ok', null],
      ['createReadGrants', 'ok', null],
      ['detokenize', 'ok', null],
      ['detokenize', 'denied', 'READ_GRANT_MISSING'],
      ['updateTokenMetadata', 'ok', null],
      ['revokeReadGrants', 'ok', null],
      ['deleteTokens', 'ok', null],
      ['updateTokenMetadata', 'denied', 'TOKEN_DELETED'],
      ['endSession', 'ok', null],
      ['createSession', 'ok', null],
      ['tokenize', 'ok', null],
      ['sweepTokens', 'ok', null],
    ]);
    expect(all.filter((it) => it.token === token).map(({ action }) => action)).toEqual([
      'tokenize',
      'verifyStoreGrants',
      'createReadGrants',
      'detokenize',
      'updateTokenMetadata',
      'revokeReadGrants',
      'deleteTokens',
      'updateTokenMetadata',
    ]);
    expect(all.at(-1)).toMatchObject({ applicationId: 'shop', token: unaccepted, requestId: null });
    expect(all.every(({ instance }) => instance.length > 0)).toBe(true);
    expect(await verify()).toMatchObject({ faults: [], events: 16, chains: 1 });
  });

  describe('of calls that are refused as a whole', () => {
    test('names whom the caller proved to be, and nobody else', async () => {
      await ada.accessToken();
      const assertion = await tokenizer.shop.assertion({ claims: { sub: ada.sessionId } });
      await tokenizer.call(createSession, { assertion });
      await tokenizer.call(createSession, { assertion });
      await tokenizer.call(createSession, { assertion: `${assertion.slice(0, -8)}AAAAAAAA` });
      const foreign = await tokenizer.shop.assertion({ claims: { origin: 'https://evil.example.com' } });
      await tokenizer.call(createSession, { assertion: foreign });
      await ada.server(tokenize, { inputs: [] });
      await ada.frame(deleteTokens, { tokens: [] });
      await tokenizer.call(detokenize, { tokens: [] });
      await tokenizer.call(detokenize, { tokens: [] }, { bearer: 'x'.repeat(43) });
      expect((await told()).slice(4)).toEqual([
        ['shop', ada.sessionId, 'createSession', 'denied', 'ASSERTION_REPLAYED'],
        [null, null, 'createSession', 'denied', 'UNAUTHENTICATED'],
        ['shop', null, 'createSession', 'denied', 'UNAUTHENTICATED'],
        ['shop', null, 'tokenize', 'denied', 'UNAUTHENTICATED'],
        ['shop', ada.sessionId, 'deleteTokens', 'denied', 'UNAUTHENTICATED'],
        [null, null, 'detokenize', 'denied', 'UNAUTHENTICATED'],
      ]);
      await tokenizer.running.checkpointAudit();
      expect((await events()).filter(({ details }) => details?.includes('repeated'))).toMatchObject([
        { action: 'detokenize', applicationId: null, details: expect.stringContaining('"repeated":1') },
      ]);
    });

    test('is written at a bounded rate: a flood costs no database, but is counted', async () => {
      calls.take();
      const flood = Array.from({ length: 50 }, (_, index) =>
        tokenizer.call(detokenize, { tokens: [createToken()] }, { bearer: `no.jwt.${index}` }),
      );
      await Promise.all(flood);
      expect(calls.take()).toEqual(['appendAudit']);
      await tokenizer.running.checkpointAudit();
      const refusals = (await events()).filter(({ action }) => action === 'detokenize');
      expect(refusals).toMatchObject([
        { outcome: 'denied', details: null, requestId: expect.any(String) },
        { outcome: 'denied', details: expect.stringMatching(/^\{"repeated":49,"since":"/), requestId: null },
      ]);
      const metrics = await tokenizer.metrics();
      expect(metrics).toContain('lunasec_refusals_total{operation="detokenize",code="UNAUTHENTICATED"} 50');
    });

    test('tells who was held back by a rate limit', async () => {
      await tokenizer.close();
      tokenizer = await start({ rates: { session: 1 } });
      ada = actAs(tokenizer, tokenizer.shop, 'ada');
      for (let count = 0; count < 4; count++) await ada.frame(detokenize, { tokens: [] });
      expect((await told()).slice(3)).toEqual([
        ['shop', ada.sessionId, 'detokenize', 'denied', 'RATE_LIMITED'],
      ]);
    });

    test('is answered though the audit cannot be written, and written once it can', async () => {
      broken.add('appendAudit');
      const answer = await tokenizer.call(detokenize, { tokens: [] });
      expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
      broken.clear();
      await tokenizer.running.checkpointAudit();
      expect((await told())[2]).toEqual([null, null, 'detokenize', 'denied', 'UNAUTHENTICATED']);
    });

    test('has calls that failed', async () => {
      await ada.accessToken();
      broken.add('endSession');
      const query = 'mutation ($s: ID!) { endSession(sessionId: $s) }';
      await ada.server(query, { s: ada.sessionId });
      expect((await told()).at(-1)).toEqual(['shop', null, 'endSession', 'failed', 'UNAVAILABLE']);
    });
  });

  test('what was done is in it though its call failed for want of the audit', async () => {
    const token = await ada.keep('value');
    broken.add('appendAudit');
    await ada.server(deleteTokens, { tokens: [token] });
    broken.clear();
    await ada.accessToken();
    await tokenizer.running.checkpointAudit();
    const deletions = (await events()).filter(({ action }) => action === 'deleteTokens');
    expect(deletions.map((it) => [it.token, it.outcome])).toEqual([
      [token, 'ok'],
      [null, 'failed'],
    ]);
    expect((await verify()).faults).toEqual([]);
  });

  test('tells which wrapping keys are in use, and when that changes', async () => {
    const keyUse = async () =>
      (await events())
        .filter(({ action }) => action === 'useKeys')
        .map(({ details }) => JSON.parse(details!));
    const path = join(tokenizer.directory, 'keys.json');
    const [first] = await keyUse();
    expect(first).toEqual({ active: expect.any(String), all: [first.active] });

    const added = newKey();
    await changeKeyFile(path, ({ keys }) => ({ ...keys, keys: [...keys.keys, added] }));
    await tokenizer.running.checkpointAudit();
    await tokenizer.running.checkpointAudit();
    const all = [first.active, added.id].sort();
    expect(await keyUse()).toEqual([first, { active: first.active, all }]);

    await changeKeyFile(path, ({ keys }) => ({ ...keys, active: added.id }));
    await tokenizer.running.checkpointAudit();
    expect((await keyUse()).slice(2)).toEqual([{ active: added.id, all }]);
    expect((await verify()).faults).toEqual([]);
  });

  test('has a checkpoint though the wrapping keys cannot be told', async () => {
    await ada.accessToken();
    broken.add('keyIds');
    await tokenizer.running.checkpointAudit();
    expect((await told()).at(-1)).toEqual([null, null, 'checkpointAudit', 'ok', null]);
  });

  test('another application sees none of it, and nobody sees what belongs to none', async () => {
    await ada.accessToken();
    await tokenizer.call(detokenize, { tokens: [] });
    const list = async (actor: Actor) => {
      const query = '{ auditEvents { edges { node { action chain number hash details } } } }';
      const { data } = await actor.server<{ auditEvents: { edges: { node: object }[] } }>(query);
      return data!.auditEvents.edges.map(({ node }) => node);
    };
    const [event] = (await events()).filter(({ action }) => action === 'createSession');
    const { action, chain, number, hash } = event!;
    expect(await list(ada)).toEqual([{ action, chain, number, hash, details: null }]);
    expect(await list(actAs(tokenizer, tokenizer.other, 'ada'))).toEqual([]);
  });

  test('checkpoints are logged as anchors, and written only when something happened', async () => {
    await ada.accessToken();
    const heads = () => log.flatMap((line) => parseHeads(line)).length;
    expect(heads()).toBe(1);
    await tokenizer.running.checkpointAudit();
    expect(heads()).toBe(2);
    await tokenizer.running.checkpointAudit();
    expect(heads()).toBe(2);
    expect(await verify()).toMatchObject({ faults: [], anchors: 2 });
  });

  describe('in the database’s file', () => {
    const edit = (sql: string) => {
      const database = new SQLite(join(tokenizer.directory, 'tokenizer.sqlite'));
      try {
        database.exec(sql);
      } finally {
        database.close();
      }
    };
    const withoutTriggers = 'DROP TRIGGER auditEvents_unchanged; DROP TRIGGER auditEvents_kept;';

    test.each([
      "UPDATE auditEvents SET action = 'nothing'",
      'DELETE FROM auditEvents',
      'DELETE FROM auditEvents WHERE number = 2',
    ])('is neither changed nor removed: %s', async (sql) => {
      await ada.accessToken();
      const before = await events();
      expect(() => edit(sql)).toThrow(/Audit events cannot be/);
      expect(await events()).toEqual(before);
    });

    test.each([
      ["UPDATE auditEvents SET outcome = 'denied' WHERE action = 'tokenize'", 'changed', 4],
      ["DELETE FROM auditEvents WHERE action = 'tokenize'", 'missing', 4],
      ['DELETE FROM auditEvents WHERE number >= 4', 'truncated', 4],
      ["UPDATE auditEvents SET number = 99 WHERE action = 'tokenize'", 'missing', 4],
      [
        "INSERT INTO auditEvents SELECT 'f', at, applicationId, sessionId, requestId, action, token, outcome, code, details, instance, chain, 99, hash FROM auditEvents WHERE number = 3",
        'missing',
        7,
      ],
    ])('whoever changes it all the same is found out: %s', async (sql, kind, number) => {
      await ada.keep('value');
      await tokenizer.running.checkpointAudit();
      expect((await verify()).faults).toEqual([]);
      edit(withoutTriggers + sql);
      expect((await verify()).faults[0]).toMatchObject({ kind, number });
    });
  });

  test('two tokenizers over one database have a chain each, and vouch for each other', async () => {
    const other = await startTestTokenizer({ config: { dataDirectory: tokenizer.directory } });
    try {
      const grace = actAs(other, other.shop, 'grace');
      await Promise.all([ada.keep('one'), grace.keep('two'), ada.keep('three'), grace.keep('four')]);
      await tokenizer.running.checkpointAudit();
      expect(await verify()).toMatchObject({ chains: 2, faults: [] });
      // The end of the other's chain is named by this one's checkpoint.
      const chain = (await events()).find(({ sessionId }) => sessionId === grace.sessionId)!.chain;
      const kept = (await events()).filter((it) => it.chain !== chain || it.number < 5);
      const faults: AuditFault[] = [];
      await verifyAudit({
        events: (async function* () {
          yield kept;
        })(),
        key: await tokenizer.stores.openSecret(auditSecret),
        onFault: (fault) => faults.push(fault),
      });
      expect(faults).toMatchObject([{ kind: 'truncated', chain, number: 5 }]);
    } finally {
      await other.close();
    }
  });

  test('idle tokenizers do not answer each other’s checkpoints for ever', async () => {
    const other = await startTestTokenizer({ config: { dataDirectory: tokenizer.directory } });
    try {
      await ada.accessToken();
      const rounds: number[] = [];
      for (let round = 0; round < 4; round++) {
        await tokenizer.running.checkpointAudit();
        await other.running.checkpointAudit();
        rounds.push((await events()).length);
      }
      expect(rounds.at(-1)).toBe(rounds.at(-2));
    } finally {
      await other.close();
    }
  });
});
