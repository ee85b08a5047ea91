import type { TokenStore } from '../port.js';
import type { Models, TokenDocument } from './models.js';
import { text, wrappedAs } from './texts.js';
import { inOneAnswer } from './whole.js';

type DataKeys = Pick<TokenStore, 'countDataKeys' | 'findDataKeys' | 'rewrapDataKeys'>;

export function createDataKeys({ tokens }: Models): DataKeys {
  return {
    async countDataKeys() {
      const counts = await tokens.aggregate<{ _id: string; keys: number }>([
        { $match: { 'wrappedKey.keyId': { $gt: '' } } },
        { $group: { _id: '$wrappedKey.keyId', keys: { $sum: 1 } } },
      ]);
      return new Map(counts.map(({ _id, keys }) => [_id, keys]));
    },

    async findDataKeys(keyId, after, limit) {
      const found = await tokens
        .find({ 'wrappedKey.keyId': text(keyId), ...(after === null ? {} : { _id: { $gt: text(after) } }) })
        .sort({ _id: 1 })
        .limit(limit)
        .setOptions(inOneAnswer(limit))
        .select({ applicationId: 1, wrappedKey: 1 })
        .lean<TokenDocument[]>();
      return found.map(({ _id, applicationId, wrappedKey }) => ({
        token: _id,
        applicationId,
        wrappedKey: { keyId: wrappedKey!.keyId, ciphertext: wrappedKey!.ciphertext },
      }));
    },

    async rewrapDataKeys(rewrappings) {
      if (rewrappings.length === 0) return 0;
      const { modifiedCount } = await tokens.bulkWrite(
        rewrappings.map(({ token, from, to: { keyId, ciphertext } }) => ({
          updateOne: {
            filter: { _id: text(token), ...wrappedAs(from) },
            update: { $set: { wrappedKey: { keyId, ciphertext } } },
          },
        })),
        { ordered: false, throwOnValidationError: true },
      );
      return modifiedCount;
    },
  };
}
