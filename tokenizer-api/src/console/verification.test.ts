import { describe, expect, test } from '@jest/globals';
import { auditEvent } from '../test-support/token-store/fixtures.js';
import { createAuditVerifier } from './verification.js';

describe('a verification of the audit in the background', () => {
  test('ends when the tokenizer does, however long the audit is, and is not called done', async () => {
    const reports: string[] = [];
    let number = 0;
    const verifier = createAuditVerifier({
      store: { readAuditChains: async () => [auditEvent(++number)] },
      openKey: async () => new Uint8Array(32),
      now: () => new Date(0),
      report: (_error, _requestId, what) => void reports.push(what),
    });
    expect(verifier.start('ada')).toBe(true);
    expect(verifier.start('grace')).toBe(false);
    while (number < 100) await new Promise(setImmediate);
    expect(verifier.state()).toMatchObject({ kind: 'running', operator: 'ada' });
    await verifier.stop();
    expect(verifier.state()).toMatchObject({ kind: 'failed', operator: 'ada' });
    expect(verifier.start('grace')).toBe(false);
    expect(reports).toEqual([]);
  });

  test('shows the first hundred faults, and counts them all', async () => {
    const events = Array.from({ length: 250 }, (_, index) => auditEvent(index + 1));
    const verifier = createAuditVerifier({
      store: { readAuditChains: async (after) => (after === null ? events : []) },
      openKey: async () => new Uint8Array(32),
      now: () => new Date(0),
      report: () => undefined,
    });
    verifier.start('ada');
    while (verifier.state().kind === 'running') await new Promise(setImmediate);
    const state = verifier.state();
    expect(state).toMatchObject({ kind: 'ended', events: 250, result: { faults: 250 } });
    expect(state.kind === 'ended' && state.faults.length).toBe(100);
  });
});
