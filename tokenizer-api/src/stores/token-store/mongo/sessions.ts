import type { TokenStore } from '../port.js';
import { sessionDocument, sessionOf } from './documents.js';
import { isDuplicate } from './duplicates.js';
import type { Models, SessionDocument } from './models.js';
import { text } from './texts.js';

type Sessions = Pick<TokenStore, 'insertSession' | 'findSession' | 'endSession'>;

export function createSessions({ tokens, readGrants, sessions }: Models): Sessions {
  return {
    async insertSession(session) {
      try {
        await sessions.insertMany([sessionDocument(session)], { lean: true });
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },

    async findSession(digest, now) {
      const found = await sessions
        .findOne({ _id: text(digest), expiresAt: { $gt: now }, endedAt: null })
        .lean<SessionDocument>();
      return found ? sessionOf(found) : null;
    },

    async endSession(applicationId, sessionId, now) {
      const session = { applicationId: text(applicationId), sessionId: text(sessionId) };
      const [, { deletedCount }, { modifiedCount }] = await Promise.all([
        // Kept, not removed: the assertions must stay used.
        sessions.updateMany({ ...session, endedAt: null }, { $set: { endedAt: now } }),
        readGrants.deleteMany(session),
        // For good, and not by the clock alone: a call that is under way, or another replica, may have an earlier time.
        tokens.updateMany(
          { ...session, status: 'pending' },
          {
            $set: { status: 'expired', wrappedKey: null, garbageAt: now },
            $min: { storeGrantExpiresAt: now },
          },
        ),
      ]);
      return deletedCount + modifiedCount;
    },
  };
}
