import { describe, expect, test } from '@jest/globals';
import { auditKey, createAuditMemory, happened, startChain } from '../../test-support/audit.js';
import type { AuditEvent } from '../../stores/token-store/port.js';
import { formatHead } from './head.js';
import { verifyAudit } from './verify.js';
import type { AuditFault } from './verify.js';

async function faultsOf(events: readonly AuditEvent[]): Promise<AuditFault[]> {
  const faults: AuditFault[] = [];
  const stream = async function* () {
    yield events;
  };
  await verifyAudit({ events: stream(), key: auditKey, onFault: (fault) => faults.push(fault) });
  return faults;
}

const actions = (events: readonly AuditEvent[]) => events.map(({ action }) => action);

describe('the audit chain of a process', () => {
  test('begins with the heads of others and numbers what follows', async () => {
    const { events, store } = createAuditMemory();
    const other = { chain: '11111111-1111-4111-8111-111111111111', number: 7, hash: 'h'.repeat(43) };
    const chain = await startChain(store, { heads: [other] });
    await chain.append([happened('a'), happened('b')]);
    expect(events.map(({ number, action }) => [number, action])).toEqual([
      [1, 'checkpointAudit'],
      [2, 'a'],
      [3, 'b'],
    ]);
    expect(events[0]!.details).toBe(JSON.stringify({ heads: [formatHead(other)] }));
    expect(chain.head()).toEqual({ chain: events[0]!.chain, number: 3, hash: events[2]!.hash });
    expect(await faultsOf(events)).toMatchObject([{ kind: 'truncated', chain: other.chain, to: 7 }]);
  });

  test('writes what waits together: however many calls, two inserts', async () => {
    const { events, batches, store } = createAuditMemory();
    const chain = await startChain(store);
    await Promise.all(Array.from({ length: 100 }, (_, index) => chain.append([happened(`${index}`)])));
    expect(batches).toEqual([1, 1, 99]);
    expect(actions(events).slice(1)).toEqual(Array.from({ length: 100 }, (_, index) => `${index}`));
    expect(await faultsOf(events)).toEqual([]);
  });

  test.each([0, 1, 2, 3])(
    'when %d events of an insert arrived but not its answer: no gap, no fork, nothing twice',
    async (arrived) => {
      const { events, failures, store } = createAuditMemory();
      const chain = await startChain(store);
      failures.push(arrived);
      await expect(chain.append(['a', 'b', 'c'].map(happened))).rejects.toThrow('The connection was lost.');
      expect(chain.head().number).toBe(1);
      await chain.append([happened('d')]);
      expect(actions(events)).toEqual(['checkpointAudit', 'a', 'b', 'c', 'd']);
      expect(await faultsOf(events)).toEqual([]);
    },
  );

  test('a crash then leaves a chain that verifies', async () => {
    const { events, failures, store } = createAuditMemory();
    const chain = await startChain(store);
    failures.push(2);
    await expect(chain.append(['a', 'b', 'c'].map(happened))).rejects.toThrow();
    await startChain(store, { heads: [events.at(-1)!] });
    expect(actions(events)).toEqual(['checkpointAudit', 'a', 'b', 'checkpointAudit']);
    expect(await faultsOf(events)).toEqual([]);
  });

  test('calls that wait behind a failed insert are not failed with it', async () => {
    const { events, failures, store } = createAuditMemory();
    const chain = await startChain(store);
    failures.push(0);
    const results = await Promise.allSettled(['a', 'b', 'c'].map((it) => chain.append([happened(it)])));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(actions(events)).toEqual(['checkpointAudit', 'a', 'b', 'c']);
    expect(await faultsOf(events)).toEqual([]);
  });

  test('continues in a new chain when somebody else took its places, and says so', async () => {
    const { events, store } = createAuditMemory();
    let reports = 0;
    const chain = await startChain(store, { onReport: () => reports++ });
    await chain.append([happened('a')]);
    const before = chain.head();
    events.push({ ...events[1]!, number: 3, action: 'forged', hash: 'forged' });
    await chain.append([happened('b')]);
    expect(chain.head().chain).not.toBe(before.chain);
    expect(events.slice(3).map(({ number, action, details }) => [number, action, details])).toEqual([
      [1, 'checkpointAudit', JSON.stringify({ heads: [formatHead(before)] })],
      [2, 'b', null],
    ]);
    expect(reports).toBe(1);
    expect(await faultsOf(events)).toMatchObject([{ kind: 'changed', chain: before.chain, number: 3 }]);
  });

  test('keeps a bounded number of events while the database is away, and says how many it gave up', async () => {
    const { events, failures, store } = createAuditMemory();
    const chain = await startChain(store);
    failures.push(...Array<number>(4).fill(0));
    const batch = (name: string) => Array.from({ length: 6000 }, () => happened(name));
    for (const name of ['a', 'b', 'c', 'd']) await expect(chain.append(batch(name))).rejects.toThrow();
    await chain.append([happened('e')]);
    const counts: Record<string, number> = {};
    for (const action of actions(events)) counts[action] = (counts[action] ?? 0) + 1;
    expect(counts).toEqual({ checkpointAudit: 1, a: 6000, b: 6000, loseAuditEvents: 1, e: 1 });
    expect(events.find(({ action }) => action === 'loseAuditEvents')).toMatchObject({
      details: '{"events":12000}',
      outcome: 'failed',
    });
    expect(await faultsOf(events)).toEqual([]);
  });

  test('ids grow with numbers, whatever was tried in between', async () => {
    const { events, failures, store } = createAuditMemory();
    const chain = await startChain(store);
    for (let index = 0; index < 20; index++) {
      if (index % 3 === 0) failures.push(index % 2);
      await chain.append([happened('a'), happened('b')]).catch(() => undefined);
    }
    const ids = events.map(({ id }) => id);
    expect([...ids].sort()).toEqual(ids);
  });
});
