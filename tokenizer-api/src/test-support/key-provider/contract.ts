import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { KeyProviderUnavailableError } from '../../stores/key-provider/port.js';
import type { KeyContext, KeyProvider } from '../../stores/key-provider/port.js';

/** Three wrapping keys, and providers that know some of them. */
export interface KeyRing {
  /** By which wrapped keys name them. */
  ids: readonly string[];
  /** A new provider, as after a restart, with keys by their place in the ring; the first one is active. */
  open(active: number, ...others: number[]): Promise<KeyProvider>;
  close(): Promise<void>;
}

/** What every key provider must do. */
export function describeKeyProvider(name: string, makeRing: () => Promise<KeyRing>): void {
  describe(`${name} as a key provider`, () => {
    let ring: KeyRing;
    beforeEach(async () => {
      ring = await makeRing();
    });
    afterEach(() => ring.close());

    const context: KeyContext = { applicationId: 'app-1', token: 'lunasec-1' };
    const dataKey = randomBytes(32);
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

    test.each<[string, KeyContext]>([
      ['token', context],
      ['secret', { secret: 'one' }],
    ])('unwraps what it wrapped for a %s, at once and after a restart', async (_name, owner) => {
      const provider = await ring.open(0);
      const wrapped = await provider.wrap(dataKey, owner);
      expect(hex(await provider.unwrap(wrapped, owner))).toBe(hex(dataKey));
      expect(hex(await (await ring.open(0)).unwrap(wrapped, owner))).toBe(hex(dataKey));
    });

    test('shows nothing of the data key, and never wraps it the same twice', async () => {
      const provider = await ring.open(0);
      const wrapped = await Promise.all([provider.wrap(dataKey, context), provider.wrap(dataKey, context)]);
      expect(wrapped[0].ciphertext).not.toBe(wrapped[1].ciphertext);
      for (const { keyId, ciphertext } of wrapped) {
        expect(keyId).toBe(ring.ids[0]);
        expect(Buffer.from(ciphertext, 'base64').includes(dataKey.subarray(0, 8))).toBe(false);
      }
    });

    test.each<[string, KeyContext]>([
      ['token', { ...context, token: 'lunasec-2' }],
      ['application', { ...context, applicationId: 'app-2' }],
      ['split of the same letters', { applicationId: 'app-1l', token: 'unasec-1' }],
      ['order', { applicationId: 'lunasec-1', token: 'app-1' }],
      ['kind of owner', { secret: 'lunasec-1' }],
    ])('does not unwrap for another %s, also after a restart', async (_name, other) => {
      const provider = await ring.open(0);
      const wrapped = await provider.wrap(dataKey, context);
      for (const it of [provider, await ring.open(0)]) {
        const failure = await it.unwrap(wrapped, other).catch((error: unknown) => error);
        expect(failure).toHaveProperty('message');
        expect(failure).not.toBeInstanceOf(KeyProviderUnavailableError);
      }
    });

    test('does not unwrap what was altered, anywhere, or cut', async () => {
      const provider = await ring.open(0);
      const { keyId, ciphertext } = await provider.wrap(dataKey, context);
      const bytes = Buffer.from(ciphertext, 'base64');
      const step = Math.max(1, Math.floor(bytes.length / 60));
      for (let index = 0; index < bytes.length; index += step) {
        const altered = Buffer.from(bytes);
        altered[index]! ^= 1;
        const unwrapping = provider.unwrap({ keyId, ciphertext: altered.toString('base64') }, context);
        await expect(unwrapping).rejects.toThrow();
      }
      for (const length of [0, 1, 2, 12, 27, 28, bytes.length - 1]) {
        const cut = bytes.subarray(0, length).toString('base64');
        await expect(provider.unwrap({ keyId, ciphertext: cut }, context)).rejects.toThrow();
      }
    });

    test('with a new active key wraps under that, and unwraps what the old ones wrapped', async () => {
      const old = await (await ring.open(0)).wrap(dataKey, context);
      // Known first, active then: with both, every replica can unwrap what any other wrapped.
      const waiting = await ring.open(0, 1);
      expect((await waiting.wrap(dataKey, context)).keyId).toBe(ring.ids[0]);
      const provider = await ring.open(1, 0);
      const fresh = await provider.wrap(dataKey, context);
      expect([old.keyId, fresh.keyId]).toEqual(ring.ids.slice(0, 2));
      for (const wrapped of [old, fresh])
        for (const it of [provider, waiting])
          expect(hex(await it.unwrap(wrapped, context))).toBe(hex(dataKey));
      await expect(provider.unwrap({ ...old, keyId: fresh.keyId }, context)).rejects.toThrow();
    });

    test('does not unwrap under a key that it does not have, and names it', async () => {
      const wrapped = await (await ring.open(0)).wrap(dataKey, context);
      const provider = await ring.open(1, 2);
      await expect(provider.unwrap(wrapped, context)).rejects.toThrow(ring.ids[0]);
      await expect(provider.unwrap({ ...wrapped, keyId: 'other' }, context)).rejects.toThrow('other');
    });

    test('says which keys it has', async () => {
      expect(await (await ring.open(2)).keyIds()).toEqual({ active: ring.ids[2], all: [ring.ids[2]] });
      const { active, all } = await (await ring.open(1, 0, 2)).keyIds();
      expect(active).toBe(ring.ids[1]);
      expect([...all].sort()).toEqual([...ring.ids].sort());
    });

    test('answers a ping', async () => {
      await expect((await ring.open(0)).ping()).resolves.toBeUndefined();
    });
  });
}
