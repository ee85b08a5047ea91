import SQLite from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ReadGrant, SessionRecord, TokenRecord, TokenStore } from '../../stores/token-store/port.js';
import type { Stores } from '../../stores.js';
import type { WrapStores } from './replicas.js';

/** Makes stores over SQLite that break one promise; what replicas do is shared. */
type Break = () => WrapStores;

const withTokens = (stores: Stores, changes: Partial<TokenStore>): Stores => ({
  ...stores,
  tokens: { ...stores.tokens, ...changes },
});

const database = (directory: string) => new SQLite(join(directory, 'tokenizer.sqlite'), { timeout: 5000 });
const later = (time: Date) => new Date(time.getTime() + 3_600_000);

/** Each is what a fault of a store, or of the code above it, could look like; the checker must find every one. */
export const brokenStores: Record<string, Break> = {
  'read grants never run out': () => (stores) =>
    withTokens(stores, {
      findReadable: async (...args) =>
        (await stores.tokens.findReadable(...args)).map(({ token, grant }) => ({
          token,
          grant: { ...grant, expiresAt: later(grant.expiresAt) },
        })),
    }),

  'store grants never run out': () => (stores) =>
    withTokens(stores, {
      findTokens: async (...args) =>
        (await stores.tokens.findTokens(...args)).map((it) => ({
          ...it,
          storeGrantExpiresAt: later(it.storeGrantExpiresAt),
        })),
      acceptTokens: (app, acceptances) => stores.tokens.acceptTokens(app, acceptances, new Date(0)),
    }),

  'a revocation is lost': () => (stores) =>
    withTokens(stores, {
      revokeReadGrants: async (...args) => (await stores.tokens.findReadable(...args)).length,
    }),

  'a grant that is given again is shortened': () => (stores) =>
    withTokens(stores, {
      async putReadGrants(grants) {
        for (const { applicationId, sessionId, token } of grants)
          await stores.tokens.revokeReadGrants(applicationId, sessionId, [token]);
        await stores.tokens.putReadGrants(grants);
      },
    }),

  'grants are shared by the sessions of an application': () => {
    const holders = new Map<string, Set<string>>();
    return (stores) =>
      withTokens(stores, {
        async putReadGrants(grants) {
          for (const { applicationId, sessionId } of grants)
            holders.set(applicationId, (holders.get(applicationId) ?? new Set()).add(sessionId));
          await stores.tokens.putReadGrants(grants);
        },
        async findReadable(app, sid, tokens) {
          const found = [];
          for (const holder of [sid, ...(holders.get(app) ?? [])])
            found.push(...(await stores.tokens.findReadable(app, holder, tokens)));
          return found;
        },
      });
  },

  'tokens are shared by applications': () => (stores) =>
    withTokens(stores, {
      async findTokens(app, tokens) {
        // Each history has two.
        const other = app.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
        const found = [];
        for (const it of [app, other]) found.push(...(await stores.tokens.findTokens(it, tokens)));
        return found;
      },
    }),

  'a deletion is forgotten': () => (stores) =>
    withTokens(stores, {
      deleteTokens: async (app, tokens) =>
        new Set((await stores.tokens.findTokens(app, tokens)).map(({ token }) => token)),
    }),

  'a deletion leaves the key': () => {
    const keys = new Map<string, TokenRecord['wrappedKey']>();
    return (stores) =>
      withTokens(stores, {
        async findTokens(app, tokens) {
          const records = await stores.tokens.findTokens(app, tokens);
          for (const { token, wrappedKey } of records) if (wrappedKey) keys.set(token, wrappedKey);
          return records.map((it) => ({ ...it, wrappedKey: keys.get(it.token) ?? null }));
        },
      });
  },

  'a tombstone is forgotten':
    () =>
    (stores, { directory }) => {
      const raw = database(directory);
      return withTokens(stores, {
        async settleGarbage(garbage) {
          await stores.tokens.settleGarbage(garbage);
          raw.exec(`DELETE FROM tokens WHERE status = 'deleted' AND garbageAt IS NULL`);
        },
        async close() {
          raw.close();
          await stores.tokens.close();
        },
      });
    },

  'nobody looks for the upload': () => {
    const sizes = new Map<string, number>();
    return (stores) => ({
      ...stores,
      objects: {
        ...stores.objects,
        async presignUpload(request) {
          sizes.set(request.key, request.size);
          return stores.objects.presignUpload(request);
        },
        async head(key) {
          const size = sizes.get(key);
          return size === undefined ? null : { size };
        },
      },
    });
  },

  'of two bindings at once the later one stays':
    () =>
    (stores, { directory }) => {
      const raw = database(directory);
      const unbind = raw.prepare('UPDATE tokens SET binding = NULL WHERE token = ? AND sessionId = ?');
      return withTokens(stores, {
        async acceptTokens(app, acceptances, now) {
          for (const { token, sessionId } of acceptances) unbind.run(token, sessionId);
          return stores.tokens.acceptTokens(app, acceptances, now);
        },
        async close() {
          raw.close();
          await stores.tokens.close();
        },
      });
    },

  'an acceptance writes back what it read':
    () =>
    (stores, { gate, directory }) => {
      const raw = database(directory);
      const write = raw.prepare(
        `UPDATE tokens SET status = 'accepted', keyId = @keyId, keyCiphertext = @ciphertext, deletedAt = NULL, garbageAt = NULL
       WHERE token = @token`,
      );
      return withTokens(stores, {
        async acceptTokens(app, acceptances, now) {
          const names = acceptances.map(({ token }) => token);
          const before = await stores.tokens.findTokens(app, names);
          const accepted = await stores.tokens.acceptTokens(app, acceptances, now);
          await gate();
          for (const { token, wrappedKey } of before)
            if (accepted.has(token) && wrappedKey) write.run({ token, ...wrappedKey });
          return accepted;
        },
        async close() {
          raw.close();
          await stores.tokens.close();
        },
      });
    },

  'an ended session keeps its access tokens': () => {
    const sessions = new Map<string, SessionRecord>();
    return (stores) =>
      withTokens(stores, {
        async insertSession(session) {
          const isNew = await stores.tokens.insertSession(session);
          if (isNew) sessions.set(session.digest, session);
          return isNew;
        },
        async findSession(digest, now) {
          const session = sessions.get(digest);
          return session && session.expiresAt > now ? session : null;
        },
      });
  },

  'an ended session keeps its read grants': () => {
    let grants: ReadGrant[] = [];
    return (stores) =>
      withTokens(stores, {
        async putReadGrants(more) {
          grants = [...grants.slice(-50), ...more];
          await stores.tokens.putReadGrants(more);
        },
        async endSession(app, sid, now) {
          const kept = [];
          for (const it of grants)
            if (it.applicationId === app && it.sessionId === sid)
              kept.push(...(await stores.tokens.findReadable(app, sid, [it.token])));
          const count = await stores.tokens.endSession(app, sid, now);
          await stores.tokens.putReadGrants(kept.map(({ grant }) => grant));
          return count;
        },
      });
  },

  'an ended session lets its store grants run out by the clock alone':
    () =>
    (stores, { directory }) => {
      const raw = database(directory);
      const shorten = raw.prepare(
        `UPDATE tokens SET storeGrantExpiresAt = @now
       WHERE applicationId = @app AND sessionId = @sid AND status = 'pending' AND storeGrantExpiresAt > @now`,
      );
      return withTokens(stores, {
        async endSession(app, sid, now) {
          shorten.run({ app, sid, now: now.getTime() });
          // Hidden from what really happens.
          raw.exec(`UPDATE tokens SET sessionId = '~' || sessionId WHERE status = 'pending'`);
          const count = await stores.tokens.endSession(app, sid, now);
          raw.exec(`UPDATE tokens SET sessionId = substr(sessionId, 2) WHERE sessionId LIKE '~%'`);
          return count;
        },
        async close() {
          raw.close();
          await stores.tokens.close();
        },
      });
    },

  'an assertion works twice': () => (stores) =>
    withTokens(stores, {
      insertSession: async (session) =>
        (await stores.tokens.insertSession(session)) ||
        stores.tokens.insertSession({ ...session, assertionId: randomUUID() }),
    }),

  'objects are never removed': () => (stores) => ({
    ...stores,
    objects: { ...stores.objects, delete: async () => undefined },
  }),

  'accepted tokens are swept like others':
    () =>
    (stores, { directory }) => {
      const raw = database(directory);
      const unaccept = raw.prepare(
        `UPDATE tokens SET status = 'pending' WHERE status = 'accepted' AND storeGrantExpiresAt <= ?`,
      );
      return withTokens(stores, {
        async takeGarbage(now, limit) {
          unaccept.run(now.getTime());
          return stores.tokens.takeGarbage(now, limit);
        },
        async close() {
          raw.close();
          await stores.tokens.close();
        },
      });
    },

  'reads are not audited': () => (stores) =>
    withTokens(stores, {
      appendAudit: (events) =>
        stores.tokens.appendAudit(events.filter(({ action }) => action !== 'detokenize')),
    }),
};
