import { metadataEntries } from '../metadata-entries.js';
import type { AuditEvent, NewToken, ReadGrant, SessionRecord, TokenRecord } from '../port.js';
import type { AuditDocument, ReadGrantDocument, SessionDocument, TokenDocument } from './models.js';
import { text } from './texts.js';

export const metadataFields = (metadata: Record<string, unknown>) => ({
  metadata: JSON.stringify(metadata),
  metadataEntries: metadataEntries(metadata),
});

export const newTokenDocument = (token: NewToken): TokenDocument => ({
  _id: token.token,
  applicationId: token.applicationId,
  sessionId: token.sessionId,
  status: 'pending',
  wrappedKey: { keyId: token.wrappedKey.keyId, ciphertext: token.wrappedKey.ciphertext },
  size: token.size,
  checksum: token.checksum,
  uploadId: token.uploadId,
  binding: null,
  ...metadataFields(token.metadata),
  createdAt: token.createdAt,
  storeGrantExpiresAt: token.storeGrantExpiresAt,
  deletedAt: null,
  garbageAt: null,
  deletion: null,
});

export const tokenOf = (document: TokenDocument): TokenRecord => ({
  token: document._id,
  applicationId: document.applicationId,
  sessionId: document.sessionId,
  status: document.status,
  wrappedKey: document.wrappedKey && {
    keyId: document.wrappedKey.keyId,
    ciphertext: document.wrappedKey.ciphertext,
  },
  size: document.size,
  checksum: document.checksum,
  uploadId: document.uploadId ?? null,
  binding: document.binding,
  metadata: JSON.parse(document.metadata) as Record<string, unknown>,
  createdAt: document.createdAt,
  storeGrantExpiresAt: document.storeGrantExpiresAt,
  acceptedAt: document.acceptedAt ?? null,
  deletedAt: document.deletedAt,
});

/** Unlike a plain concatenation, no two different lists share a JSON text. */
export const readGrantId = (applicationId: string, sessionId: string, token: string): string =>
  JSON.stringify([applicationId, sessionId, token].map(text));

export const orphanId = (applicationId: string, token: string): string =>
  JSON.stringify([applicationId, token].map(text));

export const readGrantOf = (document: ReadGrantDocument): ReadGrant => ({
  applicationId: document.applicationId,
  sessionId: document.sessionId,
  token: document.token,
  createdAt: document.createdAt,
  expiresAt: document.expiresAt,
});

export const sessionDocument = ({ digest, ...session }: SessionRecord): SessionDocument => ({
  _id: digest,
  ...session,
  endedAt: null,
});

export const sessionOf = (document: SessionDocument): SessionRecord => ({
  digest: document._id,
  applicationId: document.applicationId,
  sessionId: document.sessionId,
  assertionId: document.assertionId,
  createdAt: document.createdAt,
  expiresAt: document.expiresAt,
});

export const auditDocument = ({ id, ...event }: AuditEvent): AuditDocument => ({ _id: id, ...event });
export const auditEventOf = ({ _id, ...event }: AuditDocument): AuditEvent => ({ id: _id, ...event });
