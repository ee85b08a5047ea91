import type { Garbage, TokenStore, Usage } from '../stores/token-store/port.js';
import type { Limits } from './limits.js';

interface QuotaHolder {
  id: string;
  limits: Limits;
}

/**
 * How much each application may store (`maxTokens`, `maxBytes`).
 *
 * Nothing is counted on the way of a call. The database has one record of usage per application; each replica keeps a
 * copy, adds what it stores itself, and exchanges both in one round trip every few seconds, in the background. Near a
 * quota that would be too coarse: there the exchange comes first. So replicas together can exceed a quota by what
 * they store within one round trip. Sizes are given back when the sweeper removed the objects. What a crash between a
 * change and its record makes of that is put right once a day, when one replica counts. Applications without a quota
 * cost nothing.
 */
export interface Quotas {
  /**
   * Reserves room for new values of these sizes; says of each, in order, whether it has got it. Rejects when usage is
   * not known because the database does not answer.
   */
  reserve(application: QuotaHolder, sizes: readonly number[]): Promise<boolean[]>;
  /** Gives back room that was reserved and not used. */
  release(application: QuotaHolder, sizes: readonly number[]): void;
  /** The objects of these tokens are gone. */
  settle(garbage: readonly Omit<Garbage, 'uploadId'>[]): void;
  /** Tells the other replicas of what this one stored and removed. */
  share(): Promise<void>;
  /** What an application uses, as far as this replica knows. Undefined without a quota, or before it was asked. */
  used(applicationId: string): Usage | undefined;
  /** Counts what was not counted for a day. For one replica at a time. */
  count(): Promise<void>;
}

/** Age of the copy from which on it is renewed, in milliseconds. */
const maxAge = 5000;
const countInterval = 86_400_000;
/** Part of a quota beyond which the copy is not relied on. */
const nearby = 0.9;

const none: Usage = { tokens: 0, bytes: 0 };
const sum = (a: Usage, b: Usage): Usage => ({ tokens: a.tokens + b.tokens, bytes: a.bytes + b.bytes });
const negative = ({ tokens, bytes }: Usage): Usage => ({ tokens: -tokens, bytes: -bytes });
const usageOf = (sizes: readonly number[]): Usage => ({
  tokens: sizes.length,
  bytes: sizes.reduce((total, size) => total + size, 0),
});

export function createQuotas({
  store,
  applications,
  now,
  onUsage,
  onFailure,
}: {
  store: Pick<TokenStore, 'addUsage' | 'countUsage'>;
  applications: readonly QuotaHolder[];
  now: () => Date;
  /** Hears what an application uses, for metrics. */
  onUsage: (applicationId: string, usage: Usage) => void;
  /** Hears of exchanges in the background that failed; they are repeated. */
  onFailure: (error: unknown) => void;
}): Quotas {
  const accounts = new Map(
    applications
      .filter(({ limits }) => limits.maxTokens !== undefined || limits.maxBytes !== undefined)
      .map(({ id }) => [id, createAccount(id)]),
  );

  function createAccount(id: string) {
    /** All replicas' usage, as of the last exchange, with what was sent since. */
    let known: Usage | undefined;
    /** This replica's changes that were not sent. */
    let unsent = none;
    let exchangedAt = -Infinity;
    let countedAt: Date | null = null;

    async function exchangeNow(): Promise<void> {
      const sent = unsent;
      unsent = none;
      if (known) known = sum(known, sent);
      try {
        const answer = await store.addUsage(id, sent);
        known = answer;
        ({ countedAt } = answer);
        exchangedAt = now().getTime();
        onUsage(id, answer);
      } catch (error) {
        unsent = sum(unsent, sent);
        if (known) known = sum(known, negative(sent));
        throw error;
      }
    }

    let running: Promise<void> = Promise.resolve();
    /** One after the other, so that an older answer never follows a newer one. */
    function exchange(): Promise<void> {
      const turn = running.then(exchangeNow);
      running = turn.catch(() => undefined);
      return turn;
    }

    return {
      exchange,
      isOld: () => now().getTime() - exchangedAt >= maxAge,
      isKnown: () => known !== undefined,
      used: () => sum(known ?? none, unsent),
      change(change: Usage) {
        unsent = sum(unsent, change);
      },
      async share() {
        // What is under way may fail, and then is to be sent again.
        await running;
        if (unsent.tokens !== 0 || unsent.bytes !== 0) await exchange();
      },
      async count() {
        await exchange();
        if (countedAt && now().getTime() - countedAt.getTime() < countInterval) return;
        await store.countUsage(id, now());
        await exchange();
      },
    };
  }

  return {
    async reserve({ id, limits: { maxTokens = Infinity, maxBytes = Infinity } }, sizes) {
      const account = accounts.get(id);
      if (!account || sizes.length === 0) return sizes.map(() => true);
      const after = sum(account.used(), usageOf(sizes));
      if (!account.isKnown() || after.tokens > maxTokens * nearby || after.bytes > maxBytes * nearby)
        await account.exchange();
      else if (account.isOld()) void account.exchange().catch(onFailure);
      // From here on without a pause, so that calls at the same time do not get the same room.
      return sizes.map((size) => {
        const { tokens, bytes } = account.used();
        const fits = tokens + 1 <= maxTokens && bytes + size <= maxBytes;
        if (fits) account.change({ tokens: 1, bytes: size });
        return fits;
      });
    },
    release({ id }, sizes) {
      accounts.get(id)?.change(negative(usageOf(sizes)));
    },
    settle(garbage) {
      for (const { applicationId, size } of garbage)
        accounts.get(applicationId)?.change({ tokens: -1, bytes: -size });
    },
    used(applicationId) {
      const account = accounts.get(applicationId);
      return account?.isKnown() ? account.used() : undefined;
    },
    async share() {
      for (const account of accounts.values()) await account.share();
    },
    async count() {
      for (const account of accounts.values()) await account.count();
    },
  };
}
