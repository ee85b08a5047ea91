import type { QueryFilter } from 'mongoose';
import { AuditConflictError } from '../audit-conflict.js';
import { firstIdAt } from '../event-id.js';
import type { TokenStore } from '../port.js';
import { auditDocument, auditEventOf } from './documents.js';
import { isDuplicate } from './duplicates.js';
import type { AuditDocument, Models } from './models.js';
import { text, texts } from './texts.js';
import { inOneAnswer } from './whole.js';

type Audit = Pick<TokenStore, 'appendAudit' | 'findAuditHeads' | 'readAudit' | 'readAuditChains'>;

/** How often an append is taken up again that an earlier one of the same events is still running beside. */
const attempts = 5;

export function createAudit({ audit }: Pick<Models, 'audit'>): Audit {
  // In order: what is stored of a batch that breaks off is its beginning, so that no chain gets a gap.
  const insert = (documents: readonly AuditDocument[]) =>
    audit.insertMany(documents, { lean: true, ordered: true });

  const find = (filter: QueryFilter<AuditDocument>, order: Record<string, 1>, limit: number) =>
    audit.find(filter).sort(order).limit(limit).setOptions(inOneAnswer(limit)).lean<AuditDocument[]>();

  /** Those that are not stored yet. Throws {@link AuditConflictError} when others are in their places. */
  async function missing(documents: readonly AuditDocument[]): Promise<AuditDocument[]> {
    const { chain } = documents[0]!;
    const numbers = documents.map(({ number }) => number);
    const found = await audit
      .find({ chain, number: { $in: numbers } })
      .setOptions(inOneAnswer(numbers.length))
      .lean<AuditDocument[]>();
    const stored = new Map(found.map((it) => [it.number, it]));
    return documents.filter(({ _id, number, hash }) => {
      const other = stored.get(number);
      if (other && (other._id !== _id || other.hash !== hash)) throw new AuditConflictError();
      return !other;
    });
  }

  return {
    async appendAudit(events) {
      let left = events.map(auditDocument);
      for (let attempt = 1; left.length > 0; attempt++)
        try {
          await insert(left);
          return;
        } catch (error) {
          if (!isDuplicate(error)) throw error;
          const before = left.length;
          left = await missing(left);
          // Nothing is there, yet an id is taken: by an event of another place.
          if (left.length === before || attempt === attempts) throw new AuditConflictError();
        }
    },

    async findAuditHeads(chains) {
      const heads = await Promise.all(
        texts(chains).map((chain) => audit.findOne({ chain }).sort({ number: -1 }).lean<AuditDocument>()),
      );
      return heads.filter((head) => head !== null).map(auditEventOf);
    },

    async readAudit({ applicationId, since, until }, after, limit) {
      const found = await find(
        {
          ...(applicationId == null ? {} : { applicationId: text(applicationId) }),
          _id: { ...(after === null ? {} : { $gt: text(after) }), $gte: since ? firstIdAt(since) : '' },
          ...(since || until
            ? { at: { ...(since ? { $gte: since } : {}), ...(until ? { $lt: until } : {}) } }
            : {}),
        } as QueryFilter<AuditDocument>,
        { _id: 1 },
        limit,
      );
      return found.map(auditEventOf);
    },

    async readAuditChains(after, limit) {
      const order = { chain: 1, number: 1 } as const;
      if (after === null) return (await find({}, order, limit)).map(auditEventOf);
      const { chain, number } = after;
      const rest = await find({ chain: text(chain), number: { $gt: number } }, { number: 1 }, limit);
      // Two plain ranges: every compatible server finds them by the index.
      const next =
        rest.length < limit ? await find({ chain: { $gt: text(chain) } }, order, limit - rest.length) : [];
      return [...rest, ...next].map(auditEventOf);
    },
  };
}
