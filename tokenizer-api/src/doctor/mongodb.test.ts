import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { connectMongoTokenStore } from '../stores/token-store/mongo.js';
import type { Finding } from './finding.js';
import { checkMongoDB, inspectMongoDB } from './mongodb.js';
import type { Database, ExpectedIndex } from './mongodb.js';

const at = new Date('2030-01-01T00:00:00Z');
const now = () => at;
const index = (collection: string, unique = false, isTTL = false): ExpectedIndex => ({
  collection,
  key: { a: 1, b: -1 },
  unique,
  isTTL,
});
const expected = [index('tokens'), index('sessions', true), index('grants', false, true)];

/** A database that is as it should be, but for some answers. */
function database({
  info = { version: '8.0.1' },
  hello = { setName: 'rs0', localTime: at },
  indexes = {},
  probe = async () => undefined,
}: {
  info?: object;
  hello?: object;
  indexes?: Record<string, { key: Record<string, unknown>; unique?: boolean }[]>;
  probe?: () => Promise<void>;
} = {}): Database {
  const key = { a: 1, b: -1 };
  const present = { tokens: [{ key }], sessions: [{ key, unique: true }], grants: [{ key }], ...indexes };
  return {
    command: async (command) => ({ ...('buildInfo' in command ? info : hello) }),
    indexes: async (name) => present[name as keyof typeof present] ?? [],
    probe,
  };
}
const inspect = (changes: Parameters<typeof database>[0] = {}) =>
  inspectMongoDB(database(changes), expected, now);
const pick = (findings: Finding[], check: string) => findings.find((finding) => finding.check === check);

describe('MongoDB', () => {
  test('is fine when it is a replica set with all indexes, majority writes and the right time', async () => {
    expect((await inspect()).map(({ check, status, message }) => [check, status, message])).toEqual([
      ['database', 'ok', 'MongoDB 8.0.1 answers, replica set rs0'],
      ['indexes', 'ok', 'all 3 are there'],
      ['writes', 'ok', 'are acknowledged by a majority'],
      ['clock', 'ok', 'agrees with that of the database'],
    ]);
  });

  test.each<[string, Parameters<typeof database>[0], Partial<Finding>]>([
    [
      'a single server',
      { hello: { localTime: at } },
      { check: 'database', status: 'warning', fix: expect.stringContaining('replica set') as never },
    ],
    ['an old version', { info: { version: '5.0.31' } }, { check: 'database', status: 'warning' }],
    ['a sharded one', { hello: { msg: 'isdbgrid', localTime: at } }, { check: 'database', status: 'ok' }],
    [
      'FerretDB 1',
      { info: { version: '7.0.42', ferretdbVersion: 'v1.24.2' } },
      { check: 'database', status: 'warning', message: expect.stringContaining('atomically') as never },
    ],
    [
      'a missing index',
      { indexes: { tokens: [] } },
      {
        check: 'indexes',
        status: 'error',
        message: '1 of 3 are missing: tokens (a, b)',
        fix: 'Run: tokenizer migrate',
      },
    ],
    [
      'an index that should be unique',
      { indexes: { sessions: [{ key: { a: 1, b: -1 } }] } },
      { check: 'indexes', status: 'error', message: '1 of 3 are missing: sessions (a, b)' },
    ],
    [
      'an index in another order',
      { indexes: { tokens: [{ key: { b: -1, a: 1 } }] } },
      { check: 'indexes', status: 'error' },
    ],
    ['no TTL index', { indexes: { grants: [] } }, { check: 'indexes', status: 'warning' }],
    [
      'no majority',
      { probe: () => Promise.reject(new Error('waiting for replication timed out')) },
      {
        check: 'writes',
        status: 'error',
        message: expect.stringContaining('waiting for replication') as never,
      },
    ],
    [
      'another time',
      { hello: { setName: 'rs0', localTime: new Date(at.getTime() - 31_000) } },
      { check: 'clock', status: 'error', message: 'is 31 s ahead of that of the database' },
    ],
  ])('%s is told', async (_, changes, finding) => {
    expect(pick(await inspect(changes), finding.check!)).toMatchObject(finding);
  });

  test('many missing indexes are told in a line', async () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((collection) => index(collection));
    const findings = await inspectMongoDB(database(), many, now);
    expect(pick(findings, 'indexes')!.message).toBe(
      '5 of 5 are missing: a (a, b); b (a, b); c (a, b); and 2 more',
    );
  });

  test('that does not answer is told, without its password', async () => {
    const uri = 'mongodb://user:pa55word@127.0.0.1:1/tokens?serverSelectionTimeoutMS=1';
    const findings = await checkMongoDB({ uri }, now);
    expect(findings).toEqual([expect.objectContaining({ check: 'database', status: 'error' })]);
    expect(JSON.stringify(findings)).not.toContain('pa55word');
  });
});

const uri = process.env.MONGODB_URI;
if (uri)
  test('the indexes of a real database are missing before it is migrated, and there after', async () => {
    const name = `lunasec_test_${randomUUID().replaceAll('-', '')}`;
    const check = () => checkMongoDB({ uri, database: name }, () => new Date());
    const store = await connectMongoTokenStore({ uri, dbName: name });
    try {
      expect(pick(await check(), 'indexes')).toMatchObject({
        status: 'error',
        fix: 'Run: tokenizer migrate',
      });
      await store.migrate();
      const after = await check();
      expect(after.filter(({ status }) => status === 'error')).toEqual([]);
      expect(pick(after, 'writes')).toMatchObject({ status: 'ok' });
      expect(pick(after, 'clock')).toMatchObject({ status: 'ok' });
      const connection = await mongoose.createConnection(uri, { dbName: name }).asPromise();
      expect(await connection.collection('leases').countDocuments()).toBe(0);
      await connection.dropDatabase();
      await connection.close();
    } finally {
      await store.close();
    }
  });
else test.skip('the doctor looks at a real MongoDB: set MONGODB_URI', () => undefined);
