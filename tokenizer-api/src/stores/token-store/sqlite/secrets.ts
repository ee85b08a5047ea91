import type { Database } from 'better-sqlite3';
import type { TokenStore } from '../port.js';
import { rewrappingColumns } from './rows.js';

type Secrets = Pick<TokenStore, 'findSecret' | 'insertSecret' | 'listSecrets' | 'rewrapSecret'>;
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
  const findAll = database.prepare<[], SecretRow>('SELECT * FROM secrets ORDER BY name');
  const rewrap = database.prepare<[object]>(`
    UPDATE secrets SET keyId = @toId, keyCiphertext = @to
    WHERE name = @name AND keyId = @fromId AND keyCiphertext = @from`);

  return {
    async findSecret(name) {
      const row = find.get(name);
      return row ? secretOf(row) : null;
    },
    async listSecrets() {
      return findAll.all().map(secretOf);
    },
    async rewrapSecret(name, from, to) {
      return rewrap.run({ name, ...rewrappingColumns({ from, to }) }).changes === 1;
    },
    async insertSecret({ name, wrappedKey: { keyId, ciphertext } }) {
      return insert.run({ name, keyId, keyCiphertext: ciphertext }).changes === 1;
    },
  };
}

const secretOf = ({ name, keyId, keyCiphertext }: SecretRow) => ({
  name,
  wrappedKey: { keyId, ciphertext: keyCiphertext },
});
