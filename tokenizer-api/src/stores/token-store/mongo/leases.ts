import type { Lease, TokenStore } from '../port.js';
import { isDuplicate } from './duplicates.js';
import type { LeaseDocument, Models } from './models.js';
import { text } from './texts.js';

type Leases = Pick<TokenStore, 'takeLease' | 'renewLease' | 'releaseLease'>;

export function createLeases({ leases }: Models): Leases {
  return {
    async takeLease({ name, holder, expiresAt }: Lease, now) {
      try {
        const taken = await leases
          .findOneAndUpdate(
            {
              _id: text(name),
              $or: [{ holder: { $in: [null, text(holder)] } }, { expiresAt: { $lte: now } }],
            },
            { $set: { holder, expiresAt } },
            { upsert: true, returnDocument: 'after' },
          )
          .lean<LeaseDocument>();
        return { progress: taken!.progress ?? null };
      } catch (error) {
        // It is there and does not match: somebody else has it.
        if (isDuplicate(error)) return null;
        throw error;
      }
    },

    async renewLease({ name, holder, expiresAt }, progress, now) {
      const { matchedCount } = await leases.updateOne(
        { _id: text(name), holder: text(holder), expiresAt: { $gt: now } },
        { $set: { expiresAt, progress } },
      );
      return matchedCount === 1;
    },

    async releaseLease(name, holder) {
      await leases.updateOne({ _id: text(name), holder: text(holder) }, { $set: { holder: null } });
    },
  };
}
