import { toProblem } from '../../../secure-frame/src/protocol/problem.js';
import type { World } from './world.js';

/**
 * What a client was last told of a token. `maybe…`: it was told UNAVAILABLE, so either may be, but one of both as a whole.
 */
export type Fate = 'unaccepted' | 'maybe accepted' | 'accepted' | 'maybe deleted' | 'deleted';

/** What every client was told, written down apart from the product, to be held against what is there in the end. */
export interface Ledger {
  /** A value was stored, or may have been. */
  note(token: string, text: string, about?: { fate?: Fate; binding?: string | undefined }): void;
  became(token: string, fate: Fate): void;
  /** Runs a step of a client. Gives its code, `ok` or one of `expected`; anything else is a violation. */
  step<T>(
    what: string,
    run: () => Promise<T>,
    expected: readonly string[],
  ): Promise<{ code: string; result: T | undefined }>;
  violation(text: string): void;
  violations(): string[];
  /** How often each step ended with each code. */
  codes(): Record<string, number>;
  fates(): Record<Fate, number>;
  /** What must be readable, by token. */
  accepted(): Map<string, string>;
  /**
   * Holds the ledger against database, object store and what can be read, after everything that is due was swept. All
   * faults must be over.
   */
  settle(world: World): Promise<void>;
}

const hour = 3600_000;
/** No step of a client takes longer, whatever happens: it would be one that hangs. Milliseconds. */
const patience = 60_000;
const maxBatch = 200;

export function createLedger(): Ledger {
  const entries = new Map<string, { text: string; fate: Fate; binding?: string | undefined }>();
  const violations: string[] = [];
  const codes: Record<string, number> = {};
  const violation = (text: string) => void violations.push(text);
  const withFate = (...fates: Fate[]) =>
    [...entries].filter(([, { fate }]) => fates.includes(fate)).map(([token]) => token);

  async function checkContent(world: World): Promise<void> {
    const { tokens, objects, fragments, readGrants, sessions } = await world.stores.look();
    for (const [token, { status, hasKey }] of tokens) {
      const { fate } = entries.get(token) ?? { fate: 'unaccepted' };
      const isWhole = status === 'accepted' && hasKey && objects.has(token);
      const isGone = status === 'deleted' && !hasKey && !objects.has(token);
      const fits = {
        unaccepted: false,
        'maybe accepted': isWhole,
        accepted: isWhole,
        'maybe deleted': isWhole || isGone,
        deleted: isGone,
      }[fate];
      if (!fits)
        violation(
          `${token} is ${fate}, and in the database ${status}, ${hasKey ? 'with' : 'without'} key, ${objects.has(token) ? 'with' : 'without'} object`,
        );
    }
    for (const token of withFate('accepted', 'maybe deleted', 'deleted'))
      if (!tokens.has(token))
        violation(`${token} is ${entries.get(token)!.fate}, and not in the database any more`);
    for (const token of objects)
      if (!tokens.has(token)) violation(`${token} has an object, and is not in the database`);
    if (fragments.length > 0) violation(`fragments of uploads are left: ${fragments.join(', ')}`);
    if (readGrants > 0 || sessions > 0)
      violation(`${readGrants} read grants and ${sessions} sessions are kept past their time`);
  }

  async function checkReading(world: World): Promise<void> {
    const { lunaSec } = world.app;
    const auditor = `auditor ${Math.random()}`;
    const frame = world.frame(auditor);
    const { tokens } = await world.stores.look();
    const readable = withFate('accepted', 'maybe accepted', 'maybe deleted').filter(
      (token) => tokens.get(token)?.status === 'accepted',
    );
    for (let start = 0; start < readable.length; start += maxBatch) {
      const batch = readable.slice(start, start + maxBatch);
      const refs = batch.map((token) => ({ token, binding: entries.get(token)!.binding }));
      await lunaSec.grants.create(auditor, refs).catch((error: Error) => {
        violation(`what was accepted cannot be granted: ${error.message}`);
      });
      await Promise.all(
        batch.map(async (token) => {
          const { fate, text } = entries.get(token)!;
          const read = await frame.read(token).catch((error: unknown) => toProblem(error));
          if (read !== text)
            violation(
              `${token} is ${fate}, and reads ${typeof read === 'string' ? 'other bytes' : read.code}`,
            );
        }),
      );
    }
    for (const token of withFate('deleted')) {
      const code = await lunaSec.grants.create(auditor, token).then(
        () => 'granted',
        (error: { code: string }) => error.code,
      );
      if (code !== 'TOKEN_DELETED') violation(`${token} was deleted, and asked for it is ${code}`);
    }
    for (const token of withFate('deleted', 'unaccepted').slice(0, maxBatch)) {
      const code = await frame.read(token).then(
        () => 'readable',
        (error: unknown) => toProblem(error).code,
      );
      if (code !== 'READ_GRANT_MISSING')
        violation(`${token} is ${entries.get(token)!.fate}, and reading is ${code}`);
    }
    await frame.close();
  }

  return {
    note: (token, text, about = {}) => void entries.set(token, { text, fate: 'unaccepted', ...about }),
    became: (token, fate) => void (entries.get(token)!.fate = fate),
    async step<T>(what: string, run: () => Promise<T>, expected: readonly string[]) {
      const since = Date.now();
      let timer: NodeJS.Timeout | undefined;
      const hung = new Promise<'hung'>((resolve) => {
        timer = setTimeout(() => resolve('hung'), patience);
      });
      let result: T | undefined;
      const code = await Promise.race([
        hung,
        run().then(
          (value) => {
            result = value;
            return 'ok';
          },
          (error: unknown) => codeOf(error),
        ),
      ]);
      clearTimeout(timer);
      codes[`${what}: ${code}`] = (codes[`${what}: ${code}`] ?? 0) + 1;
      if (code !== 'ok' && !expected.includes(code))
        violation(`${what} ended with ${code} after ${Date.now() - since} ms`);
      return { code, result };
    },
    violation,
    violations: () => violations,
    codes: () => codes,
    fates: () => {
      const count = (fate: Fate) => withFate(fate).length;
      return {
        unaccepted: count('unaccepted'),
        'maybe accepted': count('maybe accepted'),
        accepted: count('accepted'),
        'maybe deleted': count('maybe deleted'),
        deleted: count('deleted'),
      };
    },
    accepted: () => new Map(withFate('accepted').map((token) => [token, entries.get(token)!.text] as const)),
    async settle(world) {
      // First what is due by its time; then, on two later days, objects that have no token.
      for (const later of [3 * hour, 28 * hour, 53 * hour]) {
        await world.clock.set(later);
        await world.sweep();
      }
      await checkContent(world);
      // The object store judges signatures by its own clock.
      await world.clock.set(0);
      await checkReading(world);
      const { ok, faults } = await world.verifyAudit();
      if (!ok) violation(`the audit has ${faults} faults`);
    },
  };
}

/** The stable code of what the SDK or a frame throws. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) && !code.startsWith('E')
    ? code
    : toProblem(error).code;
}
