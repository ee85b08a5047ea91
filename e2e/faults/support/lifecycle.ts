import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.js';
import type { Random } from './random.js';
import type { World } from './world.js';

/** What a client may be told when something fails in passing: try again. */
const passing = ['UNAVAILABLE', 'ASSERTION_REPLAYED'];

/** How lives of values end. */
export const endings = [
  'keep',
  'keep',
  'revoke',
  'delete',
  'delete',
  'log out',
  'expire',
  'never upload',
  'never send',
] as const;

/**
 * One value's life, by the real frames and the real SDK, and all that its client may be told on the way. Whatever else
 * it is told goes into the ledger as a violation.
 */
export async function live(
  world: World,
  ledger: Ledger,
  random: Random,
  id: number,
  ending: (typeof endings)[number] = random.pick(endings),
): Promise<void> {
  const { lunaSec } = world.app;
  const { grants } = lunaSec;
  const session = `session ${id}`;
  const frame = world.frame(session);
  const text = `value ${id} ${'ä'.repeat(random.between(0, 2000))}`;
  const binding = random.next() < 0.3 ? { binding: `Row.value:${id}` } : {};

  /** A read that must not give the value. */
  async function mustNotRead(token: string, why: string, ...expected: string[]): Promise<void> {
    const { version } = world.clock;
    const before = version();
    const { code } = await ledger.step(`read, ${why}`, () => frame.read(token), [...passing, ...expected]);
    // A clock that was set back gives grants that time back.
    if (code === 'ok' && (why !== 'expired' || before === version()))
      ledger.violation(`${token} was read though ${why}`);
  }

  try {
    if (ending === 'never upload') {
      const { result: token } = await ledger.step('ask for an upload', () => frame.abandon(text), passing);
      if (token === undefined) return;
      ledger.note(token, text);
      const { code } = await ledger.step(
        'verify, not uploaded',
        () => grants.verify(session, { token, ...binding }),
        ['UPLOAD_MISSING', 'GRANT_EXPIRED', ...passing],
      );
      if (code === 'ok') ledger.violation(`${token} was accepted without its upload`);
      return;
    }

    let token: string | undefined;
    // Somebody who is told to try again does.
    for (let attempt = random.between(1, 4); attempt > 0 && token === undefined; attempt--)
      token = (await ledger.step('store', () => frame.store(text), passing)).result;
    if (token === undefined) return;
    ledger.note(token, text, binding);
    if (ending === 'never send') return;

    const ref = { token, ...binding };
    for (let attempt = random.between(1, 3); attempt > 0; attempt--) {
      const { code } = await ledger.step('verify', () => grants.verify(session, ref), [
        'GRANT_EXPIRED',
        'UNAVAILABLE',
      ]);
      ledger.became(token, code === 'ok' ? 'accepted' : 'maybe accepted');
      if (code === 'ok') break;
      if (attempt === 1) return;
    }

    const duration = ending === 'expire' ? '1s' : '15m';
    const grant = await ledger.step('grant', () => grants.create(session, ref, duration), ['UNAVAILABLE']);
    if (ending === 'expire') {
      if (grant.code !== 'ok') return;
      const end = grant.result![0]!.expiresAt.getTime();
      while (world.clock.now() <= end + 50) await sleep(50);
      await mustNotRead(token, 'expired', 'GRANT_EXPIRED');
      return;
    }
    if (grant.code === 'ok') {
      const { code, result } = await ledger.step('read', () => frame.read(token), passing);
      if (code === 'ok' && result !== text) ledger.violation(`${token} was read as something else`);
    }

    if (ending === 'revoke') {
      const { code } = await ledger.step('revoke', () => grants.revoke(session, token), ['UNAVAILABLE']);
      if (code === 'ok') await mustNotRead(token, 'revoked', 'READ_GRANT_MISSING');
    }
    if (ending === 'delete') {
      const { code } = await ledger.step('delete', () => lunaSec.deleteTokens([token]), ['UNAVAILABLE']);
      ledger.became(token, code === 'ok' ? 'deleted' : 'maybe deleted');
      if (code === 'ok') await mustNotRead(token, 'deleted', 'READ_GRANT_MISSING');
    }
    if (ending === 'log out') {
      const { code } = await ledger.step('log out', () => grants.endSession(session), ['UNAVAILABLE']);
      if (code === 'ok') await mustNotRead(token, 'logged out', 'READ_GRANT_MISSING');
    }
  } finally {
    await frame.close();
  }
}

/** Lives of values, some at a time: at least so many, and on until there were enough. Gives how many there were. */
export async function liveMany(
  world: World,
  ledger: Ledger,
  random: Random,
  { count, clients, isEnough }: { count: number; clients: number; isEnough: () => boolean },
): Promise<number> {
  let next = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < count || !isEnough()) await live(world, ledger, random, next++);
    }),
  );
  return next;
}
