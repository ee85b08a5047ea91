import type { TokenStore } from '../port.js';
import { orphanId } from './documents.js';
import type { Models, OrphanDocument } from './models.js';
import { text, texts } from './texts.js';

type Orphans = Pick<TokenStore, 'noteOrphans' | 'forgetOrphans'>;

export function createOrphans({ orphans }: Models): Orphans {
  return {
    async noteOrphans(applicationId, tokens, now) {
      if (tokens.length === 0) return new Map();
      const application = text(applicationId);
      const wanted = texts(tokens);
      await orphans.bulkWrite(
        wanted.map((token) => ({
          updateOne: {
            filter: { _id: orphanId(application, token) },
            update: {
              $setOnInsert: { applicationId: application, token, foundAt: now },
              $set: { seenAt: now },
            },
            upsert: true,
          },
        })),
        { ordered: false, throwOnValidationError: true },
      );
      const noted = await orphans
        .find({ _id: { $in: wanted.map((token) => orphanId(application, token)) } })
        .lean<OrphanDocument[]>();
      return new Map(noted.map(({ token, foundAt }) => [token, foundAt]));
    },

    async forgetOrphans(before) {
      return (await orphans.deleteMany({ seenAt: { $lt: before } })).deletedCount;
    },
  };
}
