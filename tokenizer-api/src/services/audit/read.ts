import type { AuditEvent, AuditPeriod, AuditPlace, TokenStore } from '../../stores/token-store/port.js';

/** Events of one read. */
const pageSize = 1000;

/** Every event, chain by chain. */
export async function* readChains(
  store: Pick<TokenStore, 'readAuditChains'>,
): AsyncGenerator<readonly AuditEvent[]> {
  let place: AuditPlace | null = null;
  for (;;) {
    const page: AuditEvent[] = await store.readAuditChains(place, pageSize);
    if (page.length === 0) return;
    yield page;
    place = page.at(-1)!;
  }
}

/** What follows a place in its chain. */
export async function* readChainOn(
  store: Pick<TokenStore, 'readAuditChains'>,
  after: AuditPlace,
): AsyncGenerator<readonly AuditEvent[]> {
  let place = after;
  for (;;) {
    const page = (await store.readAuditChains(place, pageSize)).filter(({ chain }) => chain === after.chain);
    if (page.length === 0) return;
    yield page;
    place = page.at(-1)!;
  }
}

/** The events of a period in the order of their ids, which is about that of time. */
export async function* readPeriod(
  store: Pick<TokenStore, 'readAudit'>,
  period: AuditPeriod,
): AsyncGenerator<readonly AuditEvent[]> {
  let after: string | null = null;
  for (;;) {
    const page: AuditEvent[] = await store.readAudit(period, after, pageSize);
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)!.id;
  }
}
