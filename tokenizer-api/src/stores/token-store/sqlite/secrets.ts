import type { Database } from 'better-sqlite3';
import type { TokenStore } from '../port.js';

type Secrets = Pick<TokenStore, 'findSecret' | 'insertSecret'>;
interface SecretRow {
  name: string;
  keyId: string;
  keyCiphertext: string;
}

export function createSecrets(database: Database): Secrets {
  const find = database.prepare<[string], SecretRow>('SELECT * FROM secrets WHERE name = ?');
  const insert = database.prepare<[SecretRow]>(
    'INSERT INTO secrets (name, keyId, keyCiphertext) VALUES (@name, @keyId, @keyCiphertext) ON CONFLICT (name) DO NOTHING',
  );

  return {
    async findSecret(name) {
      const row = find.get(name);
      return row ? { name, wrappedKey: { keyId: row.keyId, ciphertext: row.keyCiphertext } } : null;
    },
    async insertSecret({ name, wrappedKey: { keyId, ciphertext } }) {
      return insert.run({ name, keyId, keyCiphertext: ciphertext }).changes === 1;
    },
  };
}
