import { describe, expect, test } from '@jest/globals';
import { AuditConflictError } from '../../stores/token-store/audit-conflict.js';
import type { AuditEvent, AuditFilter, AuditPeriod, AuditPlace } from '../../stores/token-store/port.js';
import type { OpenedStore } from './contract.js';
import { alice, app, at, auditEvent as event, mallory, otherApp, someChain } from './fixtures.js';
import { readPages } from './lists.js';

const otherChain = '00000000-0000-4000-8000-000000000002';
const many = (count: number, changes: Partial<AuditEvent> = {}) =>
  Array.from({ length: count }, (_, index) => event(index + 1, changes));

export function auditContract(store: OpenedStore): void {
  const list = async (filter: AuditFilter, application: string | null = app) =>
    (await store().listAudit(application, filter, { first: 100, after: null })).items.map(({ item }) => item);

  describe('the audit', () => {
    test('keeps events as they were, the newest first', async () => {
      const events = [
        event(1),
        event(2, { sessionId: null, requestId: null, token: null, details: '{"repeated":3}' }),
        event(3, { outcome: 'denied', code: 'READ_GRANT_MISSING' }),
      ];
      await store().appendAudit(events);
      expect(await list({})).toEqual([...events].reverse());
    });

    test.each([1, 2, 5, 6])('comes in pages of %d', async (first) => {
      const events = many(5);
      await store().appendAudit(events);
      expect(await readPages(first, (page) => store().listAudit(app, {}, page))).toEqual(events.reverse());
    });

    test('is for its own application only, or for none', async () => {
      const events = [event(1), event(2, { applicationId: otherApp }), event(3, { applicationId: null })];
      await store().appendAudit(events);
      expect(await list({})).toEqual([events[0]]);
      expect(await list({}, null)).toEqual([events[2]]);
    });

    test.each<[string, AuditFilter, number[]]>([
      ['session', { sessionId: mallory }, [2]],
      ['token', { token: 'lunasec-2' }, [3]],
      ['action', { action: 'tokenize' }, [4]],
      ['outcome', { outcome: 'failed' }, [5]],
      ['times, both ends left out', { after: at(1), before: at(4) }, [3, 2]],
      ['several at once', { sessionId: alice, action: 'detokenize', after: at(2) }, [5, 3]],
      ['what never was', { action: "' OR ''='" }, []],
    ])('can be filtered by %s', async (_name, filter, expected) => {
      const events = [
        event(1),
        event(2, { sessionId: mallory }),
        event(3, { token: 'lunasec-2' }),
        event(4, { action: 'tokenize' }),
        event(5, { outcome: 'failed', code: 'UNAVAILABLE' }),
      ];
      await store().appendAudit(events);
      expect((await list(filter)).map(({ number }) => number)).toEqual(expected);
    });

    test('an empty batch touches nothing', async () => {
      await store().appendAudit([]);
      expect(await list({})).toEqual([]);
    });

    test('the same events again are stored once, with those that follow', async () => {
      await store().appendAudit(many(3));
      await store().appendAudit(many(5));
      await store().appendAudit(many(5));
      await store().appendAudit(many(6).slice(4));
      expect(await list({})).toEqual(many(6).reverse());
    });

    test.each<[string, AuditEvent]>([
      ['place', event(2, { id: event(9).id, hash: 'other' })],
      ['id', event(9, { id: event(2).id })],
      ['id and place, with another hash', event(2, { hash: 'other' })],
    ])('an event with the %s of another one is refused, and changes nothing', async (_name, other) => {
      await store().appendAudit(many(2));
      await expect(store().appendAudit([other])).rejects.toBeInstanceOf(AuditConflictError);
      expect(await list({})).toEqual(many(2).reverse());
    });

    test('appends of the same events at the same time store each once', async () => {
      await Promise.all([1, 2, 3].map(() => store().appendAudit(many(40))));
      expect((await list({})).map(({ number }) => number)).toEqual(many(40).map((it) => 41 - it.number));
    });

    test('the heads of chains are their last events', async () => {
      const [one, two] = [many(3), many(2, { chain: otherChain, at: at(60) })];
      await store().appendAudit(one);
      await store().appendAudit(two);
      const heads = await store().findAuditHeads([otherChain, someChain, 'unknown']);
      expect(new Set(heads)).toEqual(new Set([one[2], two[1]]));
      expect(await store().findAuditHeads([])).toEqual([]);
    });

    const readAll = async (period: AuditPeriod, limit: number) => {
      const all: AuditEvent[] = [];
      for (;;) {
        const page = await store().readAudit(period, all.at(-1)?.id ?? null, limit);
        expect(page.length).toBeLessThanOrEqual(limit);
        if (page.length === 0) return all;
        all.push(...page);
      }
    };

    test.each<[string, AuditPeriod, number[]]>([
      ['everything', {}, [1, 2, 3, 4, 5]],
      ['one application', { applicationId: otherApp }, [2]],
      ['from a time on', { since: at(3) }, [3, 4, 5]],
      ['up to a time', { until: at(3) }, [1, 2]],
      ['a period', { since: at(2), until: at(4), applicationId: app }, [3]],
    ])('can be read from the oldest on: %s', async (_name, period, expected) => {
      const events = many(5);
      events[1] = event(2, { applicationId: otherApp });
      events[3] = event(4, { applicationId: null });
      await store().appendAudit(events);
      for (const limit of [1, 2, 100])
        expect(await readAll(period, limit)).toEqual(expected.map((number) => events[number - 1]));
    });

    test('can be read chain by chain', async () => {
      const [one, two] = [many(3, { at: at(60) }), many(11, { chain: otherChain, applicationId: null })];
      for (let index = 0; index < 11; index++) {
        await store().appendAudit(two.slice(index, index + 1));
        await store().appendAudit(one.slice(index, index + 1));
      }
      for (const limit of [1, 3, 14, 100]) {
        const all: AuditEvent[] = [];
        for (let place: AuditPlace | null = null; ; place = all.at(-1)!) {
          const page = await store().readAuditChains(place, limit);
          all.push(...page);
          if (page.length === 0) break;
        }
        expect(all).toEqual([...one, ...two]);
      }
    });
  });
}
