import type { TokenStore, Usage } from '../port.js';
import { isDuplicate } from './duplicates.js';
import type { Models, UsageDocument } from './models.js';
import { text } from './texts.js';

export function createUsage({ tokens, usage }: Models): Pick<TokenStore, 'addUsage' | 'countUsage'> {
  const add = async (applicationId: string, change: Usage) =>
    (await usage
      .findOneAndUpdate(
        { _id: text(applicationId) },
        { $inc: { tokens: change.tokens, bytes: change.bytes } },
        { upsert: true, returnDocument: 'after' },
      )
      .lean<UsageDocument>())!;

  return {
    async addUsage(applicationId, change) {
      let document: UsageDocument;
      try {
        document = await add(applicationId, change);
      } catch (error) {
        // Of two that make the record at once one fails; by then there is one to add to.
        if (!isDuplicate(error)) throw error;
        document = await add(applicationId, change);
      }
      return { tokens: document.tokens, bytes: document.bytes, countedAt: document.countedAt ?? null };
    },

    async countUsage(applicationId, now) {
      const counted = {
        applicationId: text(applicationId),
        $or: [{ status: { $ne: 'deleted' as const } }, { garbageAt: { $gt: new Date(0) } }],
      };
      // Two reads, not one with two sums: FerretDB 1 adds up the first of them only.
      const [count, [sum]] = await Promise.all([
        tokens.countDocuments(counted),
        tokens.aggregate<{ bytes: number }>([
          { $match: counted },
          { $group: { _id: null, bytes: { $sum: '$size' } } },
        ]),
      ]);
      const found = { tokens: count, bytes: sum?.bytes ?? 0 };
      await usage.updateOne(
        { _id: text(applicationId) },
        { $set: { ...found, countedAt: now } },
        { upsert: true },
      );
      return found;
    },
  };
}
