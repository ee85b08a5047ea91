import type { ReadGrant, TokenStore } from '../port.js';
import { readGrantId, readGrantOf, tokenOf } from './documents.js';
import { duplicatesOf } from './duplicates.js';
import type { Models, ReadGrantDocument, TokenDocument } from './models.js';
import { text, texts } from './texts.js';
import { inOneAnswer } from './whole.js';

type Grants = Pick<TokenStore, 'putReadGrants' | 'findReadable' | 'findReadGrants' | 'revokeReadGrants'>;

export function createGrants({ tokens, readGrants }: Models): Grants {
  const put = (grants: readonly ReadGrant[]) =>
    readGrants.bulkWrite(
      grants.map(({ applicationId, sessionId, token, createdAt, expiresAt }) => ({
        updateOne: {
          filter: { _id: readGrantId(applicationId, sessionId, token) },
          update: {
            $setOnInsert: { applicationId, sessionId, token, createdAt },
            $max: { expiresAt },
          },
          upsert: true,
        },
      })),
      { ordered: false, throwOnValidationError: true },
    );

  return {
    async putReadGrants(grants) {
      if (grants.length === 0) return;
      let left = grants;
      // Of two calls that make the same grant at once one may fail; by then there is a grant to prolong.
      for (let attempt = 1; left.length > 0; attempt++) {
        try {
          await put(left);
          return;
        } catch (error) {
          if (attempt === 3) throw error;
          const taken = duplicatesOf(error);
          left = left.filter((_, index) => taken.has(index));
        }
      }
    },

    async findReadable(applicationId, sessionId, names) {
      if (names.length === 0) return [];
      const application = text(applicationId);
      const wanted = texts(names);
      const [grants, found] = await Promise.all([
        readGrants
          .find({ _id: { $in: wanted.map((token) => readGrantId(application, sessionId, token)) } })
          .setOptions(inOneAnswer(wanted.length))
          .lean<ReadGrantDocument[]>(),
        tokens
          .find({ _id: { $in: wanted }, applicationId: application })
          .setOptions(inOneAnswer(wanted.length))
          .lean<TokenDocument[]>(),
      ]);
      const byName = new Map(found.map((document) => [document._id, document]));
      return grants.flatMap((grant) => {
        const token = byName.get(grant.token);
        return token ? [{ grant: readGrantOf(grant), token: tokenOf(token) }] : [];
      });
    },

    async findReadGrants(applicationId, token, now, limit) {
      const found = await readGrants
        .find({ token: text(token), applicationId: text(applicationId), expiresAt: { $gt: now } })
        .limit(limit)
        .setOptions(inOneAnswer(limit))
        .lean<ReadGrantDocument[]>();
      return found.map(readGrantOf);
    },

    async revokeReadGrants(applicationId, sessionId, names) {
      if (names.length === 0) return 0;
      const { deletedCount } = await readGrants.deleteMany({
        _id: { $in: texts(names).map((token) => readGrantId(applicationId, sessionId, token)) },
      });
      return deletedCount;
    },
  };
}
