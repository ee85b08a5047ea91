import type { TokenStore } from '../port.js';
import { isDuplicate } from './duplicates.js';
import type { Models, SecretDocument } from './models.js';
import { text, wrappedAs } from './texts.js';

type Secrets = Pick<TokenStore, 'findSecret' | 'insertSecret' | 'listSecrets' | 'rewrapSecret'>;

export function createSecrets({ secrets }: Models): Secrets {
  return {
    async findSecret(name) {
      const found = await secrets.findOne({ _id: text(name) }).lean<SecretDocument>();
      return found && secretOf(found);
    },
    async listSecrets() {
      return (await secrets.find().sort({ _id: 1 }).lean<SecretDocument[]>()).map(secretOf);
    },
    async rewrapSecret(name, from, { keyId, ciphertext }) {
      const { modifiedCount } = await secrets.updateOne(
        { _id: text(name), ...wrappedAs(from) },
        { $set: { wrappedKey: { keyId, ciphertext } } },
      );
      return modifiedCount === 1;
    },
    async insertSecret({ name, wrappedKey: { keyId, ciphertext } }) {
      try {
        await secrets.insertMany([{ _id: name, wrappedKey: { keyId, ciphertext } }], { lean: true });
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },
  };
}

const secretOf = ({ _id, wrappedKey: { keyId, ciphertext } }: SecretDocument) => ({
  name: _id,
  wrappedKey: { keyId, ciphertext },
});
