import type { TokenStore } from '../port.js';
import { orphanId } from './documents.js';
import { duplicatesOf } from './duplicates.js';
import type { Models, OrphanDocument } from './models.js';
import { text, texts } from './texts.js';

type Orphans = Pick<TokenStore, 'noteOrphans' | 'forgetOrphans'>;

export function createOrphans({ orphans }: Models): Orphans {
  async function insert(applicationId: string, tokens: readonly string[], now: Date): Promise<void> {
    if (tokens.length === 0) return;
    const documents = tokens.map((token) => ({
      _id: orphanId(applicationId, token),
      applicationId,
      token,
      foundAt: now,
      seenAt: now,
    }));
    try {
      await orphans.insertMany(documents, { ordered: false, lean: true });
    } catch (error) {
      // Another process noted some of them at the same moment: theirs stay.
      duplicatesOf(error);
    }
  }

  return {
    async noteOrphans(applicationId, tokens, now) {
      if (tokens.length === 0) return new Map();
      const application = text(applicationId);
      const wanted = texts(tokens);
      const ids = wanted.map((token) => orphanId(application, token));
      const seen = await orphans.find({ _id: { $in: ids } }).lean<OrphanDocument[]>();
      const noted = new Map(seen.map(({ token, foundAt }) => [token, foundAt]));
      const fresh = wanted.filter((token) => !noted.has(token));
      await Promise.all([
        seen.length === 0 ? undefined : orphans.updateMany({ _id: { $in: ids } }, { $set: { seenAt: now } }),
        insert(application, fresh, now),
      ]);
      return new Map([...fresh.map((token) => [token, now] as const), ...noted]);
    },

    async forgetOrphans(before) {
      return (await orphans.deleteMany({ seenAt: { $lt: before } })).deletedCount;
    },
  };
}
