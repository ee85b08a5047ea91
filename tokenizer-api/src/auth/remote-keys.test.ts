import { beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK, JWTVerifyGetKey } from 'jose';
import { createRemoteKeys } from './remote-keys.js';

const newKey = async (kid: string): Promise<JWK> => ({
  ...(await exportJWK((await generateKeyPair('EdDSA')).publicKey)),
  kid,
});
const first = await newKey('first');
const second = await newKey('second');
const down = new Error('connect ECONNREFUSED');

describe('keys behind an address', () => {
  let published: JWK[] | Error;
  let fetches: number;
  let failures: unknown[];
  let seconds: number;
  let keys: JWTVerifyGetKey;

  beforeEach(() => {
    published = [first];
    fetches = 0;
    failures = [];
    seconds = 0;
    keys = createRemoteKeys({
      fetchKeys: async () => {
        fetches++;
        if (published instanceof Error) throw published;
        return published;
      },
      now: () => new Date(seconds * 1000),
      onFailure: (error) => failures.push(error),
    });
  });

  const find = async (kid: string) =>
    (await keys({ alg: 'EdDSA', kid }, { payload: '', signature: '' })) as { type: string };
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  test('are fetched when they are first needed, once for all that wait', async () => {
    expect(fetches).toBe(0);
    await Promise.all([find('first'), find('first'), find('first')]);
    await find('first');
    expect(fetches).toBe(1);
  });

  test('a new key is found at once', async () => {
    await find('first');
    seconds = 31;
    published = [first, second];
    expect((await find('second')).type).toBe('public');
    expect(fetches).toBe(2);
  });

  test('unknown key ids, which anybody can send, make no more than one fetch in 30 s', async () => {
    await find('first');
    for (seconds = 1; seconds <= 60; seconds++)
      await expect(find(`unknown-${seconds}`)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    expect(fetches).toBe(3);
  });

  test('are renewed after 5 minutes while they go on being used', async () => {
    await find('first');
    seconds = 300;
    await find('first');
    await settle();
    await find('first');
    expect(fetches).toBe(2);
    seconds = 599;
    await find('first');
    expect(fetches).toBe(2);
  });

  test('a withdrawn key is accepted for no longer than 10 minutes', async () => {
    await find('first');
    published = [second];
    seconds = 600;
    await expect(find('first')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    await expect(find('second')).resolves.toBeDefined();
  });

  test('go on being used for an hour when their address does not answer; then nothing is accepted', async () => {
    await find('first');
    published = down;
    seconds = 601;
    await expect(find('first')).resolves.toBeDefined();
    expect(failures).toEqual([down]);
    seconds = 3599;
    await expect(find('first')).resolves.toBeDefined();
    seconds = 3600;
    await expect(find('first')).rejects.toBe(down);
    seconds = 3630;
    published = [first];
    await expect(find('first')).resolves.toBeDefined();
  });

  test('an address that is down is asked every 30 s, or every second while there are no keys', async () => {
    await find('first');
    published = down;
    for (seconds = 600; seconds < 660; seconds++) await find('first');
    expect(fetches).toBe(3);

    fetches = 0;
    keys = createRemoteKeys({
      fetchKeys: async () => {
        fetches++;
        throw down;
      },
      now: () => new Date(seconds * 1000),
      onFailure: () => undefined,
    });
    for (let call = 0; call < 10; call++) await expect(find('first')).rejects.toBe(down);
    expect(fetches).toBe(1);
    seconds++;
    await expect(find('first')).rejects.toBe(down);
    expect(fetches).toBe(2);
  });

  test('a key id that means two keys means none', async () => {
    published = [first, { ...second, kid: 'first' }];
    await expect(find('first')).rejects.toMatchObject({ code: 'ERR_JWKS_MULTIPLE_MATCHING_KEYS' });
  });
});
