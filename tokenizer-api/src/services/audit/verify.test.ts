import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import type { AuditEvent } from '../../stores/token-store/port.js';
import { auditKey, createAuditMemory, happened, startChain } from '../../test-support/audit.js';
import { checkpointOf } from './chain.js';
import type { Head } from './head.js';
import { formatLine, parseLine } from './lines.js';
import { verifyAudit } from './verify.js';
import type { AuditFault } from './verify.js';

async function verify(
  events: readonly unknown[],
  {
    anchors = [],
    key = auditKey,
    pageSize = 3,
  }: { anchors?: Head[]; key?: Uint8Array; pageSize?: number } = {},
) {
  const faults: AuditFault[] = [];
  const pages = async function* () {
    for (let start = 0; start < events.length; start += pageSize)
      yield events.slice(start, start + pageSize) as AuditEvent[];
  };
  const result = await verifyAudit({ events: pages(), key, anchors, onFault: (it) => faults.push(it) });
  expect(result.faults).toBe(faults.length);
  return { ...result, faults };
}

/** Two processes that write at the same time; the second one's last event is a checkpoint that names the first's end. */
async function record(sizes: readonly number[]): Promise<AuditEvent[]> {
  const { events, store } = createAuditMemory();
  const one = await startChain(store);
  const two = await startChain(store, { heads: [one.head()] });
  for (const [index, size] of sizes.entries())
    await (index % 2 === 0 ? one : two).append(
      Array.from({ length: size }, (_, number) => ({
        ...happened(`action-${index}-${number}`),
        applicationId: number % 2 === 0 ? 'shop' : null,
        sessionId: 'sid',
        requestId: `request-${index}`,
        token: `lunasec-${number}`,
        code: null,
      })),
    );
  await two.append([checkpointOf([one.head()], new Date(Date.UTC(2030, 0, 2)))]);
  return [...events].sort((a, b) => a.chain.localeCompare(b.chain) || a.number - b.number);
}

const headOf = ({ chain, number, hash }: AuditEvent): Head => ({ chain, number, hash });
/** The last events of both chains, as a log keeps them. */
const anchorsOf = (events: readonly AuditEvent[]): Head[] =>
  events.filter(({ chain }, index) => events[index + 1]?.chain !== chain).map(headOf);

const recorded = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 6 });

type Mutation = {
  name: string;
  apply(events: AuditEvent[], index: number, other: number): AuditEvent[] | null;
};
const change = (name: keyof AuditEvent, to: (event: AuditEvent) => unknown): Mutation => ({
  name: `change ${name}`,
  apply: (events, index) =>
    events.map((event, at) => (at === index ? ({ ...event, [name]: to(event) } as AuditEvent) : event)),
});
const mutations: Mutation[] = [
  change('at', ({ at }) => new Date(at.getTime() + 1)),
  change('applicationId', ({ applicationId }) => (applicationId === null ? 'shop' : null)),
  change('sessionId', () => 'other'),
  change('requestId', () => 'other'),
  change('action', ({ action }) => `${action}s`),
  change('token', ({ token }) => (token === null ? 'lunasec-1' : null)),
  change('outcome', () => 'denied'),
  change('code', () => 'READ_GRANT_MISSING'),
  change('details', () => '{}'),
  change('instance', () => 'other'),
  change('id', ({ id }) => id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))),
  change('chain', () => '22222222-2222-4222-8222-222222222222'),
  change('number', ({ number }) => number + 1),
  change('number', () => 0.5),
  change('number', () => 'one'),
  change('hash', () => randomBytes(32).toString('base64url')),
  change('hash', () => ''),
  change('at', () => 'now'),
  change('token', () => undefined),
  { name: 'drop one', apply: (events, index) => events.filter((_, at) => at !== index) },
  {
    name: 'drop all from there on',
    apply: (events, index) => events.filter(({ chain }, at) => at < index || chain !== events[index]!.chain),
  },
  {
    name: 'drop a chain',
    apply: (events, index) => events.filter((it) => it.chain !== events[index]!.chain),
  },
  { name: 'drop everything', apply: () => [] },
  { name: 'repeat', apply: (events, index) => [...events.slice(0, index + 1), ...events.slice(index)] },
  {
    name: 'insert a copy as the next',
    apply: (events, index) =>
      [...events, { ...events[index]!, number: events[index]!.number + 1 }].sort(
        (a, b) => a.chain.localeCompare(b.chain) || a.number - b.number,
      ),
  },
  {
    name: 'swap places',
    apply: (events, index, other) => {
      if (index === other) return null;
      const [one, two] = [events[index]!, events[other]!];
      const place = ({ chain, number }: AuditEvent) => ({ chain, number });
      return events.map((it) =>
        it === one ? { ...two, ...place(one) } : it === two ? { ...one, ...place(two) } : it,
      );
    },
  },
  {
    name: 'swap the order',
    apply: (events, index, other) => {
      if (events[index]!.chain !== events[other]!.chain || index === other) return null;
      return events.map((it, at) => (at === index ? events[other]! : at === other ? events[index]! : it));
    },
  },
];

describe('verifying the audit', () => {
  test('finds nothing in what was recorded, in any mixture of the chains', async () => {
    await fc.assert(
      fc.asyncProperty(recorded, fc.integer({ min: 1, max: 9 }), async (sizes, pageSize) => {
        const events = await record(sizes);
        const anchors = anchorsOf(events);
        const sound = { events: events.length, chains: 2, faults: [], anchors: 2 };
        expect(await verify(events, { anchors, pageSize })).toEqual(sound);
        const byId = [...events].sort((a, b) => (a.id < b.id ? -1 : 1));
        const lines = byId.map((event) => parseLine(formatLine(event)));
        expect(await verify(lines, { anchors })).toEqual(sound);
      }),
      { numRuns: 30 },
    );
  });

  test.each(mutations.map((it): [string, Mutation] => [it.name, it]))(
    'finds: %s',
    async (_name, { apply }) => {
      await fc.assert(
        fc.asyncProperty(recorded, fc.nat(), fc.nat(), async (sizes, one, two) => {
          const events = await record(sizes);
          const mutated = apply(events, one % events.length, two % events.length);
          fc.pre(mutated !== null);
          expect((await verify(mutated, { anchors: anchorsOf(events) })).faults).not.toEqual([]);
        }),
        { numRuns: 20 },
      );
    },
  );

  describe('says what and where', () => {
    const firstOf = (events: readonly AuditEvent[]) =>
      events.find(({ action }) => action === 'action-0-0')!.chain;
    const edit = (events: AuditEvent[], number: number, changes: object) =>
      events.map((it) => (it.chain === firstOf(events) && it.number === number ? { ...it, ...changes } : it));
    const without = (events: AuditEvent[], ...numbers: number[]) =>
      events.filter(({ chain, number }) => chain !== firstOf(events) || !numbers.includes(number));

    test.each<[string, (events: AuditEvent[]) => unknown[], unknown[]]>([
      ['a changed field', (events) => edit(events, 3, { token: 'other' }), [['changed', 3]]],
      ['a changed hash', (events) => edit(events, 3, { hash: 'x' }), [['changed', 3]]],
      ['a removed event', (events) => without(events, 3), [['missing', 3]]],
      ['a removed beginning', (events) => without(events, 1, 2), [['missing', 1, 2]]],
      ['a removed end, by a checkpoint', (events) => without(events, 4, 5), [['truncated', 4, 5]]],
      ['a removed chain', (events) => without(events, 1, 2, 3, 4, 5), [['truncated', 1, 5]]],
      ['a malformed event', (events) => edit(events, 3, { at: null }), [['malformed', 3]]],
    ])('%s', async (_name, mutate, expected) => {
      const { faults } = await verify(mutate(await record([4])));
      expect(faults.map(({ kind, number, to }) => [kind, number, ...(to ? [to] : [])])).toEqual(expected);
    });
  });

  test('an end that no checkpoint names is missed only by an anchor', async () => {
    const { events, store } = createAuditMemory();
    const chain = await startChain(store);
    await chain.append([happened('a'), happened('b')]);
    const cut = events.slice(0, 2);
    expect((await verify(cut)).faults).toEqual([]);
    expect((await verify(cut, { anchors: [chain.head()] })).faults).toMatchObject([
      { kind: 'truncated', number: 3 },
    ]);
  });

  test('an anchor finds a history that was rewritten with the key itself', async () => {
    const { events, store } = createAuditMemory();
    const chain = await startChain(store);
    await chain.append([happened('a')]);
    const anchor = { ...chain.head(), hash: 'h'.repeat(43) };
    expect((await verify(events, { anchors: [anchor] })).faults).toMatchObject([
      { kind: 'replaced', number: 2 },
    ]);
  });

  test('without the key nothing verifies', async () => {
    const events = await record([3, 3]);
    const { faults } = await verify(events, { key: randomBytes(32) });
    expect(faults.filter(({ kind }) => kind === 'changed')).toHaveLength(events.length);
  });

  test('heads of events that came meanwhile are looked up, and what leads to them is verified', async () => {
    const events = await record([3, 1]);
    const first = events.find(({ action }) => action === 'action-0-0')!.chain;
    const seen = events.filter(({ chain, number }) => chain !== first || number < 3);
    const run = async (later: AuditEvent[]) => {
      const faults: AuditFault[] = [];
      await verifyAudit({
        events: (async function* () {
          yield seen;
        })(),
        readOn: async function* ({ chain, number }) {
          yield later.filter((it) => it.chain === chain && it.number > number);
        },
        key: auditKey,
        onFault: (fault) => faults.push(fault),
      });
      return faults;
    };
    expect(await run(events)).toEqual([]);
    expect(await run(seen)).toMatchObject([{ kind: 'truncated', chain: first, number: 3 }]);
    const forged = events.map((it) => (it.number === 3 ? { ...it, token: 'other' } : it));
    expect(await run(forged)).toMatchObject([{ kind: 'changed', chain: first, number: 3 }]);
  });
});
