import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase } from '../../tokenizer-api/dist/stores/token-store/sqlite/open.js';
import { schemaVersion } from '../../tokenizer-api/dist/stores/token-store/sqlite/schema.js';
import { createToken } from '@lunasec/secure-frame/protocol';
import { root } from '../../scripts/lib/workspace.mjs';

/** Of the tokens that calls name, of which every database has as many. */
export const knownTokens = 1000;
/** Read grants of one token. */
const grantsPerToken = 10;
/** Grants of one session. */
const grantsPerSession = 20;
const chunk = 100_000;
/** In the order that SQLite compares texts, so that rows are made in the order of their key. */
const digits = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';

/**
 * A data directory of a tokenizer whose database has so many read grants, of sessions and tokens of an application. It is filled
 * once, by inserts past the tokenizer, and kept under .cache/. Gives the directory and a thousand of its tokens.
 */
export async function filledDatabase({ rows, applicationId, note }) {
  const parent = join(root, '.cache', 'bench');
  const directory = join(parent, `grants-${rows}-schema-${schemaVersion}`);
  const known = Array.from({ length: knownTokens }, (_, index) => nthToken(index));
  if (!existsSync(join(directory, 'filled'))) {
    mkdirSync(parent, { recursive: true });
    const partial = `${directory}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { mode: 0o700 });
    await fill(join(partial, 'tokenizer.sqlite'), { rows, applicationId, known, note });
    writeFileSync(join(partial, 'filled'), new Date().toISOString());
    rmSync(directory, { recursive: true, force: true });
    renameSync(partial, directory);
  }
  return { directory, known };
}

const nthToken = (index) => `lunasec-00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

async function fill(path, { rows, applicationId, known, note }) {
  const begun = Date.now();
  const database = await openDatabase(path);
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -1000000');
  database.pragma('temp_store = FILE');
  // Indexes are made at the end, in one pass each; the tokenizer's own migrations know them by these texts.
  const indexes = database
    .prepare(
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('tokens', 'readGrants') AND sql IS NOT NULL",
    )
    .all();
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);

  const at = Date.now();
  const farAway = at + 10 * 365 * 24 * 3600_000;
  const tokens = [
    ...known,
    ...Array.from({ length: Math.max(0, Math.ceil(rows / grantsPerToken) - known.length) }, createToken),
  ].sort();
  const insertToken = database.prepare(`
    INSERT INTO tokens (token, applicationId, sessionId, status, keyId, keyCiphertext, size, checksum, metadata, metadataEntries, createdAt, storeGrantExpiresAt, acceptedAt)
    VALUES (?, ?, ?, 'accepted', 'none', ?, 300, ?, '{}', '[]', ?, ?, ?)`);
  const checksum = randomBytes(32).toString('base64');
  const keyCiphertext = randomBytes(60).toString('base64');
  inChunks(
    database,
    tokens.length,
    (index) => {
      insertToken.run(
        tokens[index],
        applicationId,
        nthSession(index, tokens.length),
        keyCiphertext,
        checksum,
        at,
        farAway,
        at,
      );
    },
    (done) => note(`tokens: ${done} of ${tokens.length}`),
  );

  const insertGrant = database.prepare('INSERT INTO readGrants VALUES (?, ?, ?, ?, ?)');
  const sessions = Math.ceil(rows / grantsPerSession);
  inChunks(
    database,
    rows,
    (index) => {
      const session = Math.floor(index / grantsPerSession);
      if (index % grantsPerSession === 0) current = nthSession(session, sessions);
      // Others for each session; far apart, so that the index by token is filled all over.
      const token = tokens[(session * 7919 + (index % grantsPerSession) * 104_729) % tokens.length];
      insertGrant.run(applicationId, current, token, at, farAway + (index % 3_600_000));
    },
    (done) => note(`grants: ${done} of ${rows}, ${((Date.now() - begun) / 1000).toFixed(0)} s`),
  );
  for (const { name, sql } of indexes) {
    note(`index ${name}, ${((Date.now() - begun) / 1000).toFixed(0)} s`);
    database.exec(sql);
  }
  database.pragma('journal_mode = WAL');
  database.close();
}

let current = '';

/** Sessions' ids that look random, in rising order. */
function nthSession(index, count) {
  let rest = Math.floor((index / count) * 64 ** 6);
  let prefix = '';
  for (let i = 0; i < 6; i++) {
    prefix = digits[rest % 64] + prefix;
    rest = Math.floor(rest / 64);
  }
  return prefix + randomBytes(28).toString('base64url').slice(0, 37);
}

function inChunks(database, count, insert, progress) {
  let told = Date.now();
  for (let start = 0; start < count; start += chunk) {
    const end = Math.min(count, start + chunk);
    database.transaction(() => {
      for (let index = start; index < end; index++) insert(index);
    })();
    if (Date.now() - told > 5000) {
      progress(end);
      told = Date.now();
    }
  }
}
