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

    test('are listed', async () => {
      expect(await store().listSecrets()).toEqual([]);
      await store().insertSecret(secret('two', 'BBBB'));
      await store().insertSecret(secret('one', 'AAAA'));
      expect(await store().listSecrets()).toEqual([secret('one', 'AAAA'), secret('two', 'BBBB')]);
    });

    test('are wrapped anew if they are still as they were found', async () => {
      const [old, fresh] = [secret('one', 'AAAA'), { keyId: 'key-2', ciphertext: 'BBBB' }];
      await store().insertSecret(old);
      await store().insertSecret(secret('two', 'AAAA'));
      for (const from of [
        fresh,
        { ...old.wrappedKey, keyId: 'key-2' },
        { ...old.wrappedKey, ciphertext: 'B' },
      ])
        expect(await store().rewrapSecret('one', from, fresh)).toBe(false);
      expect(await store().rewrapSecret('three', old.wrappedKey, fresh)).toBe(false);
      expect(await store().rewrapSecret('one', old.wrappedKey, fresh)).toBe(true);
      expect(await store().listSecrets()).toEqual([
        { name: 'one', wrappedKey: fresh },
        secret('two', 'AAAA'),
      ]);
    });

    test('of two that wrap one anew at once, one does', async () => {
      const old = secret('one', 'AAAA');
      await store().insertSecret(old);
      const fresh = ['BBBB', 'CCCC'].map((ciphertext) => ({ keyId: 'key-2', ciphertext }));
      const done = await Promise.all(fresh.map((to) => store().rewrapSecret('one', old.wrappedKey, to)));
      expect(done.filter(Boolean)).toHaveLength(1);
      expect((await store().findSecret('one'))!.wrappedKey).toEqual(fresh[done.indexOf(true)]);
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
