import { Schema } from 'mongoose';
import type { Connection, Model } from 'mongoose';
import type { AuditEvent, ReadGrant, SecretRecord, SessionRecord, TokenRecord } from '../port.js';

/**
 * A token with its store grant: every change of its state is one change of one document, which MongoDB makes
 * atomically without transactions.
 */
export interface TokenDocument extends Omit<TokenRecord, 'token' | 'metadata' | 'acceptedAt' | 'uploadId'> {
  /** The token. */
  _id: string;
  /** JSON: keys in it mean nothing to the database. */
  metadata: string;
  metadataEntries: string[];
  /** Absent in what older versions wrote. */
  uploadId?: string | null;
  /** Absent until then, so that `$min` keeps the first time. */
  acceptedAt?: Date;
  /** Since when the token's object waits for its removal. */
  garbageAt: Date | null;
  /** Names the call that deleted it, so that this call can find out which ones it deleted. */
  deletion: string | null;
}

export interface ReadGrantDocument extends ReadGrant {
  /** Made of application, session and token: there is one grant for each. */
  _id: string;
}

export interface SessionDocument extends Omit<SessionRecord, 'digest'> {
  /** The digest. */
  _id: string;
  endedAt: Date | null;
}

export interface AuditDocument extends Omit<AuditEvent, 'id'> {
  /** The event's id. */
  _id: string;
}

export interface LeaseDocument {
  /** The lease's name. */
  _id: string;
  holder: string | null;
  expiresAt: Date;
  /** Absent until something is noted. */
  progress?: string | null;
}

/** An object without a token. */
export interface OrphanDocument {
  /** Made of application and token. */
  _id: string;
  applicationId: string;
  token: string;
  foundAt: Date;
  seenAt: Date;
}

export interface SecretDocument extends Omit<SecretRecord, 'name'> {
  /** The secret's name. */
  _id: string;
}

/** What an application's tokens take up. */
export interface UsageDocument {
  /** The application's id. */
  _id: string;
  tokens: number;
  bytes: number;
  /** Absent until then. */
  countedAt?: Date;
}

export interface Models {
  tokens: Model<TokenDocument>;
  readGrants: Model<ReadGrantDocument>;
  sessions: Model<SessionDocument>;
  audit: Model<AuditDocument>;
  leases: Model<LeaseDocument>;
  orphans: Model<OrphanDocument>;
  usage: Model<UsageDocument>;
  secrets: Model<SecretDocument>;
}

const text = { type: String, required: true } as const;
const date = { type: Date, required: true } as const;

/** Unknown fields are errors, in documents and in filters; nothing is added to documents. */
const options = {
  strict: 'throw',
  strictQuery: 'throw',
  versionKey: false,
  autoIndex: false,
  autoCreate: false,
  minimize: false,
} as const;

const wrappedKeySchema = new Schema({ keyId: text, ciphertext: text }, { ...options, _id: false });

const tokenSchema = new Schema<TokenDocument>(
  {
    _id: text,
    applicationId: text,
    sessionId: text,
    status: text,
    wrappedKey: { type: wrappedKeySchema },
    size: { type: Number, required: true },
    // Not required: mongoose takes an empty one for none.
    checksum: { type: String },
    uploadId: { type: String },
    binding: { type: String },
    metadata: text,
    metadataEntries: { type: [String], required: true },
    createdAt: date,
    storeGrantExpiresAt: date,
    acceptedAt: { type: Date },
    deletedAt: { type: Date },
    garbageAt: { type: Date },
    deletion: { type: String },
  },
  options,
);
tokenSchema.index({ applicationId: 1, createdAt: -1, _id: -1 });
tokenSchema.index({ applicationId: 1, sessionId: 1, createdAt: -1, _id: -1 });
tokenSchema.index({ applicationId: 1, status: 1, createdAt: -1, _id: -1 });
tokenSchema.index({ applicationId: 1, metadataEntries: 1, createdAt: -1, _id: -1 });
tokenSchema.index({ status: 1, storeGrantExpiresAt: 1 });
tokenSchema.index({ garbageAt: 1 });
tokenSchema.index({ 'wrappedKey.keyId': 1, _id: 1 });

/**
 * How long after their end databases with TTL indexes remove documents by themselves, in seconds: a net under the
 * sweeper, which comes earlier.
 */
const expireAfterSeconds = 86_400;

const readGrantSchema = new Schema<ReadGrantDocument>(
  { _id: text, applicationId: text, sessionId: text, token: text, createdAt: date, expiresAt: date },
  options,
);
readGrantSchema.index({ applicationId: 1, sessionId: 1, createdAt: -1, token: -1 });
readGrantSchema.index({ token: 1 });
readGrantSchema.index({ expiresAt: 1 }, { expireAfterSeconds });

const sessionSchema = new Schema<SessionDocument>(
  {
    _id: text,
    applicationId: text,
    sessionId: text,
    assertionId: text,
    createdAt: date,
    expiresAt: date,
    endedAt: { type: Date },
  },
  options,
);
sessionSchema.index({ applicationId: 1, assertionId: 1 }, { unique: true });
sessionSchema.index({ applicationId: 1, sessionId: 1 });
sessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds });

const auditSchema = new Schema<AuditDocument>(
  {
    _id: text,
    at: date,
    applicationId: { type: String },
    sessionId: { type: String },
    requestId: { type: String },
    action: text,
    token: { type: String },
    outcome: text,
    code: { type: String },
    details: { type: String },
    instance: text,
    chain: text,
    number: { type: Number, required: true },
    hash: text,
  },
  options,
);
auditSchema.index({ chain: 1, number: 1 }, { unique: true });
auditSchema.index({ applicationId: 1, _id: -1 });
auditSchema.index({ applicationId: 1, token: 1, _id: -1 });

const leaseSchema = new Schema<LeaseDocument>(
  { _id: text, holder: { type: String }, expiresAt: date, progress: { type: String } },
  options,
);

const orphanSchema = new Schema<OrphanDocument>(
  { _id: text, applicationId: text, token: text, foundAt: date, seenAt: date },
  options,
);
orphanSchema.index({ seenAt: 1 });

const secretSchema = new Schema<SecretDocument>(
  { _id: text, wrappedKey: { type: wrappedKeySchema, required: true } },
  options,
);

const usageSchema = new Schema<UsageDocument>(
  {
    _id: text,
    tokens: { type: Number, required: true },
    bytes: { type: Number, required: true },
    countedAt: { type: Date },
  },
  options,
);

export const createModels = (connection: Connection): Models => ({
  tokens: connection.model<TokenDocument>('Token', tokenSchema, 'tokens'),
  readGrants: connection.model<ReadGrantDocument>('ReadGrant', readGrantSchema, 'readGrants'),
  sessions: connection.model<SessionDocument>('Session', sessionSchema, 'sessions'),
  audit: connection.model<AuditDocument>('AuditEvent', auditSchema, 'auditEvents'),
  leases: connection.model<LeaseDocument>('Lease', leaseSchema, 'leases'),
  orphans: connection.model<OrphanDocument>('Orphan', orphanSchema, 'orphans'),
  usage: connection.model<UsageDocument>('Usage', usageSchema, 'usage'),
  secrets: connection.model<SecretDocument>('Secret', secretSchema, 'secrets'),
});
