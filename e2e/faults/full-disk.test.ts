import { describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createLedger } from './support/ledger.js';
import { embeddedStores } from './support/stores.js';
import type { Stores } from './support/stores.js';
import { openWorld } from './support/world.js';
import type { World } from './support/world.js';

const diskSize = 24 * 1024 * 1024;

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const canLimit = (() => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Embedded stores on a small file system of their own. */
const storesOnSmallDisk = async ({ directory }: { directory: string }): Promise<Stores> => {
  const data = join(directory, 'tokenizer');
  await mkdir(data);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskSize}`, 'tmpfs', data]);
  const stores = await embeddedStores({ directory });
  return { ...stores, close: async () => void execFileSync('umount', [data]) };
};

/** Writes until nothing more fits. */
async function fill(path: string): Promise<void> {
  const stream = createWriteStream(path);
  await new Promise<void>((resolve) => {
    stream.on('error', () => resolve());
    const more = () => {
      while (!stream.errored && stream.write(Buffer.alloc(64 * 1024)));
    };
    stream.on('drain', more);
    more();
  });
  stream.destroy();
}

describe.each([
  [
    'a disk that is full',
    canMount(),
    storesOnSmallDisk,
    async ({ config }: World) => {
      const filler = join(config.dataDirectory!, 'filler');
      await fill(filler);
      return () => rm(filler);
    },
    'needs the right to mount',
  ],
  [
    'files that may not grow',
    canLimit,
    embeddedStores,
    async ({ replicas }: World) => {
      const limit = (size: string) =>
        void execFileSync('prlimit', [
          '--pid',
          String(replicas[0]!.process().pid),
          `--fsize=${size}:unlimited`,
        ]);
      limit('0');
      return async () => limit('unlimited');
    },
    'needs prlimit',
  ],
] as const)('%s', (_, isPossible, stores, fillUp, why) => {
  if (!isPossible) {
    test.skip(why, () => undefined);
    return;
  }
  test('writes fail as UNAVAILABLE, readiness says so, nothing accepted is lost, and it goes on when there is room', async () => {
    const world = await openWorld({
      stores,
      client: { retries: 0, breakAfter: 1000 },
      config: { removeOrphansAfter: '24h' },
    });
    try {
      const ledger = createLedger();
      const { grants } = world.app.lunaSec;
      const frame = world.frame('ada');
      const store = async (text: string) => {
        const { result: token } = await ledger.step('store', () => frame.store(text), ['UNAVAILABLE']);
        if (token !== undefined) ledger.note(token, text);
        return token;
      };
      const verify = async (token: string) => {
        const { code } = await ledger.step('verify', () => grants.verify('ada', token), ['UNAVAILABLE']);
        ledger.became(token, code === 'ok' ? 'accepted' : 'maybe accepted');
      };
      const remove = async (token: string) => {
        const { code } = await ledger.step('delete', () => world.app.lunaSec.deleteTokens([token]), [
          'UNAVAILABLE',
        ]);
        ledger.became(token, code === 'ok' ? 'deleted' : 'maybe deleted');
      };
      const uploaded: string[] = [];
      for (let count = 0; count < 12; count++) uploaded.push((await store(`before ${count}`))!);
      for (const token of uploaded.slice(0, 8)) await verify(token);

      const makeRoom = await fillUp(world);
      expect(await store('x'.repeat(500_000))).toBeUndefined();
      expect(await world.ready()).toMatchObject({ status: 503, body: { objectStore: 'unavailable' } });
      for (const token of uploaded.slice(8)) await verify(token);
      await Promise.all(uploaded.slice(0, 3).map(remove));

      await makeRoom();
      expect(await world.ready()).toMatchObject({ status: 200 });
      const late = await store('late');
      await verify(late!);
      expect(ledger.codes()['store: UNAVAILABLE']).toBe(1);
      expect(ledger.accepted().has(late!)).toBe(true);
      await frame.close();
      await ledger.settle(world);
      expect(ledger.violations()).toEqual([]);

      await world.replicas[0]!.stop();
      const database = new Database(join(world.config.dataDirectory!, 'tokenizer.sqlite'), {
        readonly: true,
      });
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      database.close();
    } finally {
      await world.close();
    }
  });
});
