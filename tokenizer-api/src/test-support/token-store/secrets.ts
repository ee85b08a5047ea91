import { describe, expect, test } from '@jest/globals';
import type { OpenedStore } from './contract.js';

export function secretContract(store: OpenedStore): void {
  const secret = (name: string, ciphertext: string) => ({ name, wrappedKey: { keyId: 'key-1', ciphertext } });

  describe('named secrets', () => {
    test('are found by their name once they are stored', async () => {
      expect(await store().findSecret('one')).toBeNull();
      expect(await store().insertSecret(secret('one', 'AAAA'))).toBe(true);
      expect(await store().insertSecret(secret('two', 'BBBB'))).toBe(true);
      expect(await store().findSecret('one')).toEqual(secret('one', 'AAAA'));
      expect(await store().findSecret('two')).toEqual(secret('two', 'BBBB'));
      expect(await store().findSecret('on')).toBeNull();
    });

    test('are never replaced by another of their name', async () => {
      await store().insertSecret(secret('one', 'AAAA'));
      expect(await store().insertSecret(secret('one', 'BBBB'))).toBe(false);
      expect(await store().findSecret('one')).toEqual(secret('one', 'AAAA'));
    });

    test('of many that are stored at once, one is', async () => {
      const stored = await Promise.all(
        Array.from({ length: 8 }, (_, index) => store().insertSecret(secret('one', `AAA${index}`))),
      );
      expect(stored.filter(Boolean)).toHaveLength(1);
      expect(await store().findSecret('one')).toEqual(secret('one', `AAA${stored.indexOf(true)}`));
    });
  });
}
