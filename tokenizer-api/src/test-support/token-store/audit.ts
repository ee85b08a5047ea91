import { describe, expect, test } from '@jest/globals';
import type { AuditEvent, AuditFilter } from '../../stores/token-store/port.js';
import type { OpenedStore } from './contract.js';
import { alice, app, at, mallory, otherApp } from './fixtures.js';
import { readPages } from './lists.js';

const event = (index: number, changes: Partial<AuditEvent> = {}): AuditEvent => ({
  id: `0194f000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  at: at(index),
  applicationId: app,
  sessionId: alice,
  requestId: 'request-1',
  action: 'detokenize',
  token: 'lunasec-1',
  outcome: 'ok',
  code: null,
  ...changes,
});

export function auditContract(store: OpenedStore): void {
  const list = async (filter: AuditFilter) =>
    (await store().listAudit(app, filter, { first: 100, after: null })).items.map(({ item }) => item);

  describe('the audit', () => {
    test('keeps events as they were, the newest first', async () => {
      const events = [
        event(1),
        event(2, { sessionId: null, requestId: null, token: null }),
        event(3, { outcome: 'denied', code: 'READ_GRANT_MISSING' }),
      ];
      await store().appendAudit(events);
      expect(await list({})).toEqual([...events].reverse());
    });

    test.each([1, 2, 5, 6])('comes in pages of %d', async (first) => {
      const events = Array.from({ length: 5 }, (_, index) => event(index));
      await store().appendAudit(events);
      expect(await readPages(first, (page) => store().listAudit(app, {}, page))).toEqual(events.reverse());
    });

    test('is for its own application only', async () => {
      await store().appendAudit([event(1), event(2, { applicationId: otherApp })]);
      expect(await list({})).toEqual([event(1)]);
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
      expect((await list(filter)).map(({ id }) => Number(id.slice(-12)))).toEqual(expected);
    });

    test('an empty batch touches nothing', async () => {
      await store().appendAudit([]);
      expect(await list({})).toEqual([]);
    });

    test('an event is never replaced', async () => {
      await store().appendAudit([event(1)]);
      await expect(store().appendAudit([event(1, { outcome: 'denied' })])).rejects.toHaveProperty('message');
      expect(await list({})).toEqual([event(1)]);
    });
  });
}
