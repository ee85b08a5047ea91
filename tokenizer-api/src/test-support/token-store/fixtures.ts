import { createToken } from '@lunasec/secure-frame/protocol';
import { randomBytes, randomUUID } from 'node:crypto';
import { firstIdAt } from '../../stores/token-store/event-id.js';
import type {
  AuditEvent,
  NewToken,
  ReadGrant,
  SessionRecord,
  TokenRecord,
  TokenStore,
} from '../../stores/token-store/port.js';

/** Far ahead, so that no database's own clean-up takes anything away while tests run. */
const start = Date.UTC(2100, 0, 1);

/** A time of the tests' clock, in seconds. */
export const at = (seconds: number): Date => new Date(start + seconds * 1000);

export const app = 'app-1';
export const otherApp = 'app-2';
export const alice = 'alice'.padEnd(43, '-');
export const mallory = 'mallory'.padEnd(43, '-');

/** A pending token of Alice's session: made at 0 s, its store grant runs out at 900 s. */
export const newToken = (changes: Partial<NewToken> = {}): NewToken => ({
  token: createToken(),
  applicationId: app,
  sessionId: alice,
  size: 4096,
  checksum: randomBytes(32).toString('base64'),
  uploadId: null,
  metadata: {},
  createdAt: at(0),
  storeGrantExpiresAt: at(900),
  wrappedKey: { keyId: 'key-1', ciphertext: randomBytes(60).toString('base64') },
  ...changes,
});

export const newTokens = (count: number, changes: Partial<NewToken> = {}): NewToken[] =>
  Array.from({ length: count }, () => newToken(changes));

/** What a store says of a token that was just inserted. */
export const pending = (token: NewToken): TokenRecord => ({
  ...token,
  status: 'pending',
  binding: null,
  acceptedAt: null,
  deletedAt: null,
});

/** Alice may read the token from 0 s to 600 s. */
export const readGrant = (token: string, changes: Partial<ReadGrant> = {}): ReadGrant => ({
  applicationId: app,
  sessionId: alice,
  token,
  createdAt: at(0),
  expiresAt: at(600),
  ...changes,
});

/** A session of Alice's frame, from 0 s to 900 s. */
export const newSession = (changes: Partial<SessionRecord> = {}): SessionRecord => ({
  digest: randomBytes(32).toString('base64url'),
  applicationId: app,
  sessionId: alice,
  assertionId: randomUUID(),
  createdAt: at(0),
  expiresAt: at(900),
  ...changes,
});

/** A chain that is not another test's. */
export const someChain = '00000000-0000-4000-8000-000000000001';

/** Event of a chain; `at` is as many seconds, and its id grows with both. Its hash is none. */
export const auditEvent = (number: number, changes: Partial<AuditEvent> = {}): AuditEvent => {
  const when = changes.at ?? at(number);
  return {
    id: `${firstIdAt(when)}7000-8000-${String(number).padStart(12, '0')}`,
    at: when,
    applicationId: app,
    sessionId: alice,
    requestId: 'request-1',
    action: 'detokenize',
    token: 'lunasec-1',
    outcome: 'ok',
    code: null,
    details: null,
    instance: 'tokenizer-1',
    chain: someChain,
    number,
    hash: `hash-${number}`,
    ...changes,
  };
};

export const names = (tokens: readonly { token: string }[]): string[] => tokens.map(({ token }) => token);
export const sorted = (values: Iterable<string>): string[] => [...values].sort();

export async function recordOf(store: TokenStore, { applicationId, token }: NewToken): Promise<TokenRecord> {
  const [record] = await store.findTokens(applicationId, [token]);
  if (!record) throw new Error('There is no such token.');
  return record;
}

/** Inserts a token and has Alice's server accept it at 1 s. */
export async function insertAccepted(store: TokenStore, changes: Partial<NewToken> = {}): Promise<NewToken> {
  const token = newToken(changes);
  await store.insertTokens([token]);
  await accept(store, token);
  return token;
}

export const accept = (
  store: TokenStore,
  { applicationId, sessionId, token }: NewToken,
  { binding = null, now = at(1) }: { binding?: string | null; now?: Date } = {},
): Promise<Set<string>> => store.acceptTokens(applicationId, [{ token, sessionId, binding }], now);
