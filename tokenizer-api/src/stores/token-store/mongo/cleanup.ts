import type { Garbage, TokenStore } from '../port.js';
import type { Models, TokenDocument } from './models.js';
import { texts } from './texts.js';
import { inOneAnswer } from './whole.js';

type CleanUp = Pick<TokenStore, 'takeGarbage' | 'settleGarbage' | 'removeExpired'>;

export function createCleanUp({ tokens, readGrants, sessions }: Models): CleanUp {
  return {
    async takeGarbage(now, limit) {
      await tokens.updateMany(
        { status: 'pending', storeGrantExpiresAt: { $lte: now } },
        { $set: { status: 'expired', wrappedKey: null, garbageAt: now } },
      );
      const garbage = await tokens
        .find({ garbageAt: { $gt: new Date(0) } })
        .sort({ garbageAt: 1 })
        .limit(limit)
        .setOptions(inOneAnswer(limit))
        .select({ applicationId: 1, status: 1, size: 1, uploadId: 1 })
        .lean<TokenDocument[]>();
      return garbage.map(({ _id, applicationId, status, size, uploadId = null }) => ({
        token: _id,
        applicationId,
        status: status as Garbage['status'],
        size,
        uploadId,
      }));
    },

    async settleGarbage(garbage) {
      if (garbage.length === 0) return;
      const named = (status: Garbage['status']) =>
        texts(garbage.filter((it) => it.status === status).map(({ token }) => token));
      await Promise.all([
        tokens.deleteMany({ _id: { $in: named('expired') }, status: 'expired' }),
        tokens.updateMany(
          { _id: { $in: named('deleted') }, status: 'deleted' },
          { $set: { garbageAt: null } },
        ),
      ]);
    },

    async removeExpired(before) {
      const [grants, ended] = await Promise.all([
        readGrants.deleteMany({ expiresAt: { $lt: before } }),
        sessions.deleteMany({ expiresAt: { $lt: before } }),
      ]);
      return { readGrants: grants.deletedCount, sessions: ended.deletedCount };
    },
  };
}
