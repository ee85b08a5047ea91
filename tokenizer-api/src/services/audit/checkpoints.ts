import type { AuditEvent, TokenStore } from '../../stores/token-store/port.js';
import { checkpointAction, checkpointOf } from './chain.js';
import type { Chain } from './chain.js';
import type { Head } from './head.js';

/** How many of the latest checkpoints are looked at, to find the chains that are being written. */
const latest = 200;

type Store = Pick<TokenStore, 'listAudit' | 'findAuditHeads'>;

/** The last events of the chains that were written lately. */
export async function findHeads(store: Store): Promise<AuditEvent[]> {
  const { items } = await store.listAudit(null, { action: checkpointAction }, { first: latest, after: null });
  return store.findAuditHeads([...new Set(items.map(({ item }) => item.chain))]);
}

/**
 * Lets the chains vouch for each other: each names the heads of the others, so that none can lose its end, or be lost
 * altogether, without another one telling. `seen` are the heads that the chain's first event names.
 */
export function createCheckpoints({
  store,
  chain,
  now,
  seen,
}: {
  store: Store;
  chain: Chain;
  now: () => Date;
  seen: readonly Head[];
}): () => Promise<Head | null> {
  let named = new Map(seen.map(({ chain, number }) => [chain, number]));
  let own = chain.head().hash;

  /** Writes a checkpoint when there is something to vouch for; gives the chain's head then. */
  return async () => {
    const others = (await findHeads(store)).filter((head) => head.chain !== chain.head().chain);
    const changed = others.filter((head) => head.number !== named.get(head.chain));
    // A checkpoint alone is no news: else two idle processes would answer each other's for ever.
    const hasNews = changed.some(
      (head) => head.action !== checkpointAction || head.number - (named.get(head.chain) ?? 0) > 1,
    );
    if (!hasNews && chain.head().hash === own) return null;
    await chain.append([checkpointOf(changed, now())]);
    named = new Map(others.map((head) => [head.chain, head.number]));
    own = chain.head().hash;
    return chain.head();
  };
}
