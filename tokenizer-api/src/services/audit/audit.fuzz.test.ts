import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { AuditEvent } from '../../stores/token-store/port.js';
import { auditKey, createAuditMemory, happened, startChain } from '../../test-support/audit.js';
import { parseDetails } from './details.js';
import { formatHead, parseHeads } from './head.js';
import type { Head } from './head.js';
import { formatLine, parseLine } from './lines.js';
import { verifyAudit } from './verify.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('audit chain');
afterAll(fuzz.record);

const details = [
  null,
  '{"a":1}',
  '{"b":{"c":[1,"x",null]},"a":""}',
  '{}',
  'not JSON',
  '{"2":1,"1":2}',
  '[1]',
  '"x"',
  '{"__proto__":1}',
  '{"a":"\\ud800"}',
];
let events: AuditEvent[];
let anchors: Head[];

beforeAll(async () => {
  const memory = createAuditMemory();
  const one = await startChain(memory.store);
  const two = await startChain(memory.store, { heads: [one.head()] });
  for (const [index, text] of details.entries())
    await (index % 2 === 0 ? one : two).append([
      {
        ...happened(`action-${index}`),
        details: text,
        applicationId: index % 3 === 0 ? null : 'shop',
        token: `lunasec-${index}`,
      },
    ]);
  events = [...memory.events].sort((a, b) => a.chain.localeCompare(b.chain) || a.number - b.number);
  anchors = [one.head(), two.head()];
});

async function faultsOf(all: readonly unknown[], given = anchors) {
  let faults = 0;
  const pages = async function* () {
    yield all as AuditEvent[];
  };
  const result = await verifyAudit({
    events: pages(),
    key: auditKey,
    anchors: given,
    onFault: () => faults++,
  });
  assert.equal(result.faults, faults);
  return faults;
}

test('(what was recorded verifies, also through the lines of an export)', async () => {
  expect(await faultsOf(events)).toBe(0);
  expect(await faultsOf(events.map((event) => parseLine(formatLine(event))))).toBe(0);
});

const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  '',
  'x',
  0,
  -1,
  0.5,
  NaN,
  2 ** 53,
  true,
  [],
  {},
  new Date(0),
  new Date(NaN),
  '\ud800',
  '__proto__',
  1n,
);

test('any field of any event that is another one is found', async () => {
  const names = Object.keys(events[0]!) as (keyof AuditEvent)[];
  await fuzz.checkAsync(
    { quick: 800, whole: 30_000 },
    fc.tuple(fc.nat(), fc.nat(), fc.oneof(odd, fc.string({ unit: 'binary' })), fc.nat(), fc.nat(4)),
    async ([which, field, other, from, how]) => {
      const at = which % events.length;
      const name = names[field % names.length]!;
      const before = events[at]![name];
      const value = [
        other,
        events[from % events.length]![name],
        typeof before === 'string' ? `${before} ` : other,
        typeof before === 'string' ? before.slice(1) : other,
        typeof before === 'number' ? before + 1 : other,
      ][how];
      if (isDeepStrictEqual(value, before)) return 0;
      const changed = events.map((event, index) => (index === at ? { ...event, [name]: value } : event));
      assert.ok((await faultsOf(changed)) > 0, `${name} of ${at} became ${String(value)} unseen`);
      return 1;
    },
  );
});

test('any event that is gone, there twice or elsewhere is found', async () => {
  const picks = fc.array(fc.nat(events?.length ?? 14), { maxLength: 20 });
  await fuzz.checkAsync(
    { quick: 400, whole: 15_000 },
    fc.tuple(fc.nat(3), fc.nat(), fc.nat(), picks),
    async ([how, one, two, order]) => {
      const [a, b] = [one % events.length, two % events.length];
      const changed = [
        events.filter((_event, index) => index !== a),
        [...events.slice(0, a), events[b]!, ...events.slice(a)],
        events.map((event, index) => (index === a ? events[b]! : event)),
        order.map((index) => events[index % events.length]!),
      ][how]!;
      const chainsOf = (all: readonly AuditEvent[]) =>
        JSON.stringify(
          [...new Set(events.map(({ chain }) => chain))].map((chain) =>
            all.filter((event) => event.chain === chain).map(({ number }) => number),
          ),
        );
      // How the chains are mixed does not matter.
      if (chainsOf(changed) === chainsOf(events)) return 0;
      assert.ok((await faultsOf(changed)) > 0, 'unseen');
      return 1;
    },
  );
});

test('what is no event at all is a fault, and nothing worse', async () => {
  await fuzz.checkAsync(
    { quick: 300, whole: 10_000 },
    fc.tuple(
      fc.nat(),
      fc.record(
        Object.fromEntries(
          Object.keys({
            id: 1,
            at: 1,
            chain: 1,
            number: 1,
            hash: 1,
            action: 1,
            outcome: 1,
            token: 1,
            details: 1,
          }).map((name) => [name, odd]),
        ),
      ),
    ),
    async ([at, made]) => {
      const where = at % events.length;
      assert.ok((await faultsOf([...events.slice(0, where), made, ...events.slice(where)])) > 0);
    },
  );
});

test('a line of an export that was changed is no line, is found, or means the same', async () => {
  await fuzz.checkAsync(
    { quick: 1200, whole: 50_000 },
    fc.tuple(
      fc.nat(),
      fc.nat(),
      fc.nat(),
      fc.oneof(
        fc.constantFrom(' ', '"', ',', '{', '}', '\\', '0', '-', 'e1', 'null', '\ud800'),
        fc.string({ maxLength: 3 }),
      ),
    ),
    async ([which, at, length, text]) => {
      const where = which % events.length;
      const line = formatLine(events[where]!);
      const from = at % line.length;
      const changed = line.slice(0, from) + text + line.slice(from + (length % 4));
      const event = parseLine(changed);
      if (event === undefined) return 1;
      const same = JSON.parse(changed) as object;
      if (isDeepStrictEqual(same, JSON.parse(line))) return 1;
      const all = events.map((it, index) => (index === where ? event : it));
      assert.ok((await faultsOf(all)) > 0, changed);
      return 1;
    },
  );
});

test('a line of an export into which something was put is no line or is found', async () => {
  const names = fc.constantFrom('__proto__', 'constructor', 'toJSON', 'x', 'hash', 'details');
  await fuzz.checkAsync(
    { quick: 500, whole: 20_000 },
    fc.tuple(fc.nat(), names, fc.json(), fc.boolean()),
    async ([which, name, json, inDetails]) => {
      const where = which % events.length;
      const line = formatLine(events[where]!);
      const entry = `${JSON.stringify(name)}:${json},`;
      const changed = inDetails
        ? line.replace('"details":{"', () => `"details":{${entry}"`)
        : line.replace('{', () => `{${entry}`);
      // Of one name that is there twice the last counts, in every reader of JSON that JavaScript has.
      if (changed === line || isDeepStrictEqual(JSON.parse(changed), JSON.parse(line))) return 0;
      const event = parseLine(changed);
      if (event === undefined) return 1;
      assert.ok((await faultsOf(events.map((it, index) => (index === where ? event : it)))) > 0, changed);
      return 1;
    },
  );
});

test('any text is a line or none, has details or none, and heads are found in it or none', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.constantFrom(
      '[',
      '{"id":1}',
      'null',
      '['.repeat(100_000),
      '0'.repeat(100_000),
      '00000000-0000-4000-8000-00000000000a:'.repeat(3000),
    ),
  );
  fuzz.check({ quick: 1000, whole: 40_000 }, text, (it) => {
    assert.equal(parseLine(it), undefined);
    const read = parseDetails(it);
    assert.ok(read === null || (typeof read === 'object' && !Array.isArray(read)));
    assert.deepEqual(parseHeads(it), []);
    return 3;
  });
  const head = fc.record({
    chain: fc.uuid(),
    number: fc.integer({ min: 1, max: 999_999_999_999_999 }),
    hash: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/),
  });
  fuzz.check({ quick: 500, whole: 20_000 }, fc.array(head, { maxLength: 4 }), (heads) => {
    assert.deepEqual(
      parseHeads(heads.map(formatHead).join(' ')),
      heads.map((it) => ({ ...it })),
    );
  });
});
