import { describe, expect, test } from '@jest/globals';
import type { TokenStore } from '../../stores/token-store/port.js';
import type { OpenedStore } from './contract.js';
import {
  alice,
  app,
  at,
  auditEvent,
  insertAccepted,
  newSession,
  newToken,
  readGrant,
  recordOf,
} from './fixtures.js';

/** What a mistake further up could let through where a text belongs. */
const operators: [string, unknown][] = [
  ['$ne', { $ne: null }],
  ['$gt', { $gt: '' }],
  ['$regex', { $regex: '.*' }],
  ['$exists', { $exists: true }],
  ['a pattern', /.*/],
  ['a list', [app, alice]],
];

const calls: [
  string,
  (store: TokenStore, text: string, token: string, digest: string) => Promise<unknown>,
][] = [
  ['findTokens, application', (store, text, token) => store.findTokens(text, [token])],
  ['findTokens, token', (store, text) => store.findTokens(app, [text])],
  [
    'acceptTokens, application',
    (store, text, token) => store.acceptTokens(text, [{ token, sessionId: alice, binding: null }], at(1)),
  ],
  [
    'acceptTokens, token',
    (store, text) => store.acceptTokens(app, [{ token: text, sessionId: alice, binding: null }], at(1)),
  ],
  [
    'acceptTokens, session',
    (store, text, token) => store.acceptTokens(app, [{ token, sessionId: text, binding: null }], at(1)),
  ],
  [
    'acceptTokens, binding',
    (store, text, token) => store.acceptTokens(app, [{ token, sessionId: alice, binding: text }], at(1)),
  ],
  ['updateMetadata, application', (store, text, token) => store.updateMetadata(text, token, {})],
  ['updateMetadata, token', (store, text) => store.updateMetadata(app, text, {})],
  ['deleteTokens, application', (store, text, token) => store.deleteTokens(text, [token], at(1))],
  ['deleteTokens, token', (store, text) => store.deleteTokens(app, [text], at(1))],
  ['findReadable, application', (store, text, token) => store.findReadable(text, alice, [token])],
  ['findReadable, session', (store, text, token) => store.findReadable(app, text, [token])],
  ['findReadable, token', (store, text) => store.findReadable(app, alice, [text])],
  ['revokeReadGrants, session', (store, text, token) => store.revokeReadGrants(app, text, [token])],
  ['revokeReadGrants, token', (store, text) => store.revokeReadGrants(app, alice, [text])],
  ['endSession, application', (store, text) => store.endSession(text, alice, at(1))],
  ['endSession, session', (store, text) => store.endSession(app, text, at(1))],
  ['findSession, digest', (store, text) => store.findSession(text, at(1))],
  ['findDataKeys, key', (store, text) => store.findDataKeys(text, null, 9)],
  [
    'rewrapDataKeys, old key',
    (store, text, token) =>
      store.rewrapDataKeys([
        { token, from: { keyId: text, ciphertext: text }, to: { keyId: 'key-2', ciphertext: 'AAAA' } },
      ]),
  ],
  [
    'rewrapSecret, old key',
    (store, text) =>
      store.rewrapSecret('secret', { keyId: text, ciphertext: text }, { keyId: 'key-2', ciphertext: 'AAAA' }),
  ],
  ['findSecret, name', (store, text) => store.findSecret(text)],
  ['listTokens, application', (store, text) => store.listTokens(text, {}, { first: 9, after: null })],
  [
    'listTokens, session',
    (store, text) => store.listTokens(app, { sessionId: text }, { first: 9, after: null }),
  ],
  [
    'listTokens, status',
    (store, text) => store.listTokens(app, { status: text as 'pending' }, { first: 9, after: null }),
  ],
  [
    'listGrants, session',
    (store, text) => store.listGrants(app, text, 'read', at(1), { first: 9, after: null }),
  ],
  ['listAudit, application', (store, text) => store.listAudit(text, {}, { first: 9, after: null })],
  ['readAudit, application', (store, text) => store.readAudit({ applicationId: text }, null, 9)],
  ['findAuditHeads', (store, text) => store.findAuditHeads([text])],
  ['listAudit, action', (store, text) => store.listAudit(app, { action: text }, { first: 9, after: null })],
  [
    'settleGarbage, token',
    (store, text) => store.settleGarbage([{ token: text, applicationId: app, status: 'expired' }]),
  ],
];

const nothing = [[], null, 0, false, undefined, new Set(), { items: [], hasMore: false }];

export function injectionContract(store: OpenedStore): void {
  describe('operators in the place of texts find and change nothing', () => {
    test.each(calls)('%s', async (_name, call) => {
      const token = newToken();
      const accepted = await insertAccepted(store());
      const session = newSession();
      await store().insertTokens([token]);
      await store().putReadGrants([readGrant(accepted.token)]);
      await store().insertSession(session);
      await store().insertSecret({ name: 'secret', wrappedKey: { keyId: 'key-1', ciphertext: 'AAAA' } });
      await store().appendAudit([auditEvent(1, { action: 'tokenize', token: token.token })]);
      const before = [await recordOf(store(), token), await recordOf(store(), accepted)];

      for (const [, operator] of operators) {
        const result = await call(store(), operator as string, token.token, session.digest).catch(
          () => undefined,
        );
        expect(nothing).toContainEqual(result);
      }
      expect([await recordOf(store(), token), await recordOf(store(), accepted)]).toEqual(before);
      expect(await store().findReadable(app, alice, [accepted.token])).toHaveLength(1);
      expect(await store().findSession(session.digest, at(1))).toEqual(session);
    });
  });
}
