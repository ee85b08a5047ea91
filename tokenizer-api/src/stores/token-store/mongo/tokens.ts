import { randomUUID } from 'node:crypto';
import type { Acceptance, Prolongation, TokenStore } from '../port.js';
import { metadataFields, newTokenDocument, tokenOf } from './documents.js';
import { duplicatesOf } from './duplicates.js';
import type { Models, TokenDocument } from './models.js';
import { text, texts } from './texts.js';
import { inOneAnswer } from './whole.js';

type Tokens = Pick<
  TokenStore,
  'insertTokens' | 'findTokens' | 'acceptTokens' | 'prolongStoreGrants' | 'updateMetadata' | 'deleteTokens'
>;

const alive = { $in: ['pending', 'accepted'] } as const;

export function createTokens({ tokens, readGrants }: Models): Tokens {
  /** One condition and change per token: each is atomic, and they travel together. */
  const acceptance = (applicationId: string, { token, sessionId, binding }: Acceptance, now: Date) => ({
    updateOne: {
      filter: {
        _id: text(token),
        applicationId,
        sessionId: text(sessionId),
        status: alive,
        storeGrantExpiresAt: { $gt: now },
        binding: { $in: binding === null ? [null] : [null, text(binding)] },
      },
      update: { $set: { status: 'accepted' as const, binding }, $min: { acceptedAt: now } },
    },
  });

  return {
    async insertTokens(inserted) {
      if (inserted.length === 0) return new Set();
      const documents = inserted.map(newTokenDocument);
      let taken = new Set<number>();
      try {
        await tokens.insertMany(documents, { ordered: false, lean: true });
      } catch (error) {
        taken = duplicatesOf(error);
      }
      return new Set(inserted.filter((_, index) => !taken.has(index)).map(({ token }) => token));
    },

    async findTokens(applicationId, names) {
      if (names.length === 0) return [];
      const wanted = texts(names);
      const found = await tokens
        .find({ _id: { $in: wanted }, applicationId: text(applicationId) })
        .setOptions(inOneAnswer(wanted.length))
        .lean<TokenDocument[]>();
      return found.map(tokenOf);
    },

    async acceptTokens(applicationId, acceptances, now) {
      if (acceptances.length === 0) return new Set();
      const application = text(applicationId);
      const { matchedCount } = await tokens.bulkWrite(
        acceptances.map((it) => acceptance(application, it, now)),
        { ordered: false, throwOnValidationError: true },
      );
      const names = texts(acceptances.map(({ token }) => token));
      if (matchedCount === acceptances.length) return new Set(names);
      if (matchedCount === 0) return new Set();
      // Some did not match, and the answer does not say which.
      const accepted = await tokens
        .find({ _id: { $in: names }, applicationId: application, status: 'accepted' })
        .select({ sessionId: 1, binding: 1, storeGrantExpiresAt: 1 })
        .setOptions(inOneAnswer(names.length))
        .lean<TokenDocument[]>();
      const byName = new Map(accepted.map((document) => [document._id, document]));
      const isAccepted = ({ token, sessionId, binding }: Acceptance) => {
        const document = byName.get(token);
        return (
          document?.sessionId === sessionId &&
          document.binding === binding &&
          document.storeGrantExpiresAt > now
        );
      };
      return new Set(acceptances.filter(isAccepted).map(({ token }) => token));
    },

    async prolongStoreGrants(applicationId, sessionId, prolongations, now) {
      if (prolongations.length === 0) return new Set();
      const alive = {
        applicationId: text(applicationId),
        sessionId: text(sessionId),
        status: 'pending' as const,
        storeGrantExpiresAt: { $gt: now },
      };
      const { matchedCount } = await tokens.bulkWrite(
        prolongations.map(({ token, until }: Prolongation) => ({
          updateOne: {
            filter: { _id: text(token), ...alive },
            update: { $max: { storeGrantExpiresAt: until } },
          },
        })),
        { ordered: false, throwOnValidationError: true },
      );
      const names = texts(prolongations.map(({ token }) => token));
      if (matchedCount === prolongations.length) return new Set(names);
      if (matchedCount === 0) return new Set();
      // Some did not match, and the answer does not say which.
      const living = await tokens
        .find({ _id: { $in: names }, ...alive })
        .select({ _id: 1 })
        .setOptions(inOneAnswer(names.length))
        .lean<TokenDocument[]>();
      return new Set(living.map(({ _id }) => _id));
    },

    async updateMetadata(applicationId, token, metadata) {
      const updated = await tokens
        .findOneAndUpdate(
          { _id: text(token), applicationId: text(applicationId), status: alive },
          { $set: metadataFields(metadata) },
          { returnDocument: 'after' },
        )
        .lean<TokenDocument>();
      return updated ? tokenOf(updated) : null;
    },

    async deleteTokens(applicationId, names, now) {
      if (names.length === 0) return new Set();
      const application = text(applicationId);
      const wanted = texts(names);
      const deletion = randomUUID();
      const [{ modifiedCount }] = await Promise.all([
        tokens.updateMany(
          { _id: { $in: wanted }, applicationId: application, status: alive },
          { $set: { status: 'deleted', wrappedKey: null, deletedAt: now, garbageAt: now, deletion } },
        ),
        readGrants.deleteMany({ token: { $in: wanted }, applicationId: application }),
      ]);
      if (modifiedCount === wanted.length) return new Set(wanted);
      if (modifiedCount === 0) return new Set();
      const deleted = await tokens
        .find({ _id: { $in: wanted }, deletion })
        .select({ _id: 1 })
        .setOptions(inOneAnswer(wanted.length))
        .lean<TokenDocument[]>();
      return new Set(deleted.map(({ _id }) => _id));
    },
  };
}
