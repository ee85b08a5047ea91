import type { Database } from 'better-sqlite3';

/** Each step brings the file from one `user_version` to the next; steps are never changed, only added. */
const steps: readonly string[] = [
  `
  CREATE TABLE tokens (
    token TEXT PRIMARY KEY,
    applicationId TEXT NOT NULL,
    sessionId TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'expired', 'deleted')),
    keyId TEXT,
    keyCiphertext TEXT,
    size INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    binding TEXT,
    metadata TEXT NOT NULL,
    metadataEntries TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    storeGrantExpiresAt INTEGER NOT NULL,
    acceptedAt INTEGER,
    deletedAt INTEGER,
    -- Since when the token's object waits for its removal.
    garbageAt INTEGER,
    CHECK ((status IN ('pending', 'accepted')) = (keyId IS NOT NULL AND keyCiphertext IS NOT NULL))
  ) STRICT;
  CREATE INDEX tokens_by_application ON tokens (applicationId, createdAt, token);
  CREATE INDEX tokens_by_session ON tokens (applicationId, sessionId, createdAt, token);
  CREATE INDEX tokens_pending ON tokens (storeGrantExpiresAt) WHERE status = 'pending';
  CREATE INDEX tokens_garbage ON tokens (garbageAt) WHERE garbageAt IS NOT NULL;

  CREATE TABLE readGrants (
    applicationId TEXT NOT NULL,
    sessionId TEXT NOT NULL,
    token TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    expiresAt INTEGER NOT NULL,
    PRIMARY KEY (applicationId, sessionId, token)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX readGrants_by_token ON readGrants (token);
  CREATE INDEX readGrants_by_expiry ON readGrants (expiresAt);

  CREATE TABLE sessions (
    digest TEXT PRIMARY KEY,
    applicationId TEXT NOT NULL,
    sessionId TEXT NOT NULL,
    assertionId TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    expiresAt INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    UNIQUE (applicationId, assertionId)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_session ON sessions (applicationId, sessionId);
  CREATE INDEX sessions_by_expiry ON sessions (expiresAt);

  CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    applicationId TEXT NOT NULL,
    sessionId TEXT,
    requestId TEXT,
    action TEXT NOT NULL,
    token TEXT,
    outcome TEXT NOT NULL,
    code TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX audit_by_application ON audit (applicationId, id);
  CREATE INDEX audit_by_token ON audit (applicationId, token, id) WHERE token IS NOT NULL;
  `,
  `
  CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT,
    expiresAt INTEGER NOT NULL,
    progress TEXT
  ) STRICT, WITHOUT ROWID;

  -- Objects without a token, by when they were seen.
  CREATE TABLE orphans (
    applicationId TEXT NOT NULL,
    token TEXT NOT NULL,
    foundAt INTEGER NOT NULL,
    seenAt INTEGER NOT NULL,
    PRIMARY KEY (applicationId, token)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX orphans_by_sight ON orphans (seenAt);
  `,
  `
  CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    keyId TEXT NOT NULL,
    keyCiphertext TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE usage (
    applicationId TEXT PRIMARY KEY,
    tokens INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    countedAt INTEGER
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX tokens_by_key ON tokens (keyId, token) WHERE keyId IS NOT NULL;
  `,
  // The events of the table before, which no release has written, were in no chain.
  `
  DROP TABLE audit;
  CREATE TABLE auditEvents (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    applicationId TEXT,
    sessionId TEXT,
    requestId TEXT,
    action TEXT NOT NULL,
    token TEXT,
    outcome TEXT NOT NULL,
    code TEXT,
    details TEXT,
    instance TEXT NOT NULL,
    chain TEXT NOT NULL,
    number INTEGER NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (chain, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX auditEvents_by_application ON auditEvents (applicationId, id);
  CREATE INDEX auditEvents_by_token ON auditEvents (applicationId, token, id) WHERE token IS NOT NULL;
  CREATE TRIGGER auditEvents_unchanged BEFORE UPDATE ON auditEvents
    BEGIN SELECT RAISE(ABORT, 'Audit events cannot be changed.'); END;
  CREATE TRIGGER auditEvents_kept BEFORE DELETE ON auditEvents
    BEGIN SELECT RAISE(ABORT, 'Audit events cannot be removed.'); END;
  `,
  `
  ALTER TABLE tokens ADD COLUMN uploadId TEXT;
  `,
];

/** What `user_version` says of an up-to-date file. */
export const schemaVersion = steps.length;

/** Applies the steps that are missing, all or none. Processes that start together wait for each other. */
export function migrate(database: Database): void {
  atomically(database, () => {
    const version = Number(database.pragma('user_version', { simple: true }));
    if (version > steps.length)
      throw new Error(
        `The database file was made by a newer version (schema ${version}, this one knows ${steps.length}). Use that version.`,
      );
    for (const step of steps.slice(version)) database.exec(step);
    database.pragma(`user_version = ${steps.length}`);
  });
}

/** All of it or nothing. Takes the write lock at once, so that it waits for another process rather than fails. */
export const atomically = <T>(database: Database, work: () => T): T => database.transaction(work).immediate();
