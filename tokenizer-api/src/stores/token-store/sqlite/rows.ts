import { metadataEntries } from '../metadata-entries.js';
import type { AuditEvent, NewToken, ReadGrant, Rewrapping, SessionRecord, TokenRecord } from '../port.js';

/** A record as SQLite holds it: times in milliseconds since 1970, structures as JSON. */
type Row<T, Times extends keyof T> = {
  [K in keyof T]: K extends Times ? (null extends T[K] ? number | null : number) : T[K];
};

export type TokenRow = Omit<
  Row<TokenRecord, 'createdAt' | 'storeGrantExpiresAt' | 'acceptedAt' | 'deletedAt'>,
  'wrappedKey' | 'metadata'
> & { keyId: string | null; keyCiphertext: string | null; metadata: string };
export type NewTokenRow = Pick<
  TokenRow,
  Exclude<keyof NewToken, 'wrappedKey'> | 'keyId' | 'keyCiphertext'
> & {
  metadataEntries: string;
};
export type GrantRow = Row<ReadGrant, 'createdAt' | 'expiresAt'>;
export type SessionRow = Row<SessionRecord, 'createdAt' | 'expiresAt'>;
export type AuditRow = Row<AuditEvent, 'at'>;

/** A list as one bound text, so that a statement is prepared once for lists of every length. */
export const list = (values: readonly string[]): string => JSON.stringify(values);
/** SQL for the values of a {@link list} that is bound as `@tokens`. */
export const listedTokens = '(SELECT value FROM json_each(@tokens))';

const dateOrNull = (time: number | null) => (time === null ? null : new Date(time));

export const tokenOf = (row: TokenRow): TokenRecord => ({
  token: row.token,
  applicationId: row.applicationId,
  sessionId: row.sessionId,
  status: row.status,
  wrappedKey:
    row.keyId === null || row.keyCiphertext === null
      ? null
      : { keyId: row.keyId, ciphertext: row.keyCiphertext },
  size: row.size,
  checksum: row.checksum,
  uploadId: row.uploadId,
  binding: row.binding,
  metadata: JSON.parse(row.metadata) as Record<string, unknown>,
  createdAt: new Date(row.createdAt),
  storeGrantExpiresAt: new Date(row.storeGrantExpiresAt),
  acceptedAt: dateOrNull(row.acceptedAt),
  deletedAt: dateOrNull(row.deletedAt),
});

export const newTokenRowOf = (token: NewToken): NewTokenRow => ({
  token: token.token,
  applicationId: token.applicationId,
  sessionId: token.sessionId,
  keyId: token.wrappedKey.keyId,
  keyCiphertext: token.wrappedKey.ciphertext,
  size: token.size,
  checksum: token.checksum,
  uploadId: token.uploadId,
  ...metadataColumns(token.metadata),
  createdAt: token.createdAt.getTime(),
  storeGrantExpiresAt: token.storeGrantExpiresAt.getTime(),
});

export const metadataColumns = (metadata: Record<string, unknown>) => ({
  metadata: JSON.stringify(metadata),
  metadataEntries: list(metadataEntries(metadata)),
});

export const rewrappingColumns = ({ from, to }: Pick<Rewrapping, 'from' | 'to'>) => ({
  fromId: from.keyId,
  from: from.ciphertext,
  toId: to.keyId,
  to: to.ciphertext,
});

export const grantRowOf = (grant: ReadGrant): GrantRow => ({
  ...grant,
  createdAt: grant.createdAt.getTime(),
  expiresAt: grant.expiresAt.getTime(),
});

export const grantOf = (row: GrantRow): ReadGrant => ({
  ...row,
  createdAt: new Date(row.createdAt),
  expiresAt: new Date(row.expiresAt),
});

export const sessionOf = (row: SessionRow): SessionRecord => ({
  digest: row.digest,
  applicationId: row.applicationId,
  sessionId: row.sessionId,
  assertionId: row.assertionId,
  createdAt: new Date(row.createdAt),
  expiresAt: new Date(row.expiresAt),
});

export const sessionRowOf = (session: SessionRecord): SessionRow => ({
  ...session,
  createdAt: session.createdAt.getTime(),
  expiresAt: session.expiresAt.getTime(),
});

export const auditEventOf = (row: AuditRow): AuditEvent => ({ ...row, at: new Date(row.at) });
export const auditRowOf = (event: AuditEvent): AuditRow => ({ ...event, at: event.at.getTime() });
