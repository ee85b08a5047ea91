import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { SweeperMeter } from '../../services/sweeper.js';

/** Metrics of sweeping. Gauges of a replica that does not sweep are 0, so that sums over replicas are right. */
export function createSweeperMeter(registry: Registry): SweeperMeter {
  const registers = [registry];
  const sweeps = new Counter({
    name: 'lunasec_sweeps_total',
    help: 'Sweeps by outcome: done, skipped (another replica sweeps), lost (to another replica), failed.',
    labelNames: ['outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'lunasec_sweep_duration_seconds',
    help: 'How long sweeps took that were not skipped.',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300],
    registers,
  });
  const lastSuccess = new Gauge({
    name: 'lunasec_sweep_last_success_timestamp_seconds',
    help: 'When this replica completed a sweep last, in seconds since 1970; 0 if it never did.',
    registers,
  });
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const removed = {
    objects: counter('lunasec_swept_objects_total', 'Objects of expired and deleted tokens that are gone.'),
    tokens: counter('lunasec_swept_tokens_total', 'Tokens that no server accepted in time, forgotten.'),
    readGrants: counter('lunasec_swept_read_grants_total', 'Expired read grants, forgotten.'),
    sessions: counter('lunasec_swept_sessions_total', 'Expired sessions, forgotten.'),
    orphans: counter('lunasec_swept_orphans_total', 'Objects without a token, removed.'),
  };
  const orphans = new Gauge({
    name: 'lunasec_orphaned_objects',
    help: 'Objects without a token, as of the last look through the whole object store.',
    registers,
  });
  const lease = new Gauge({
    name: 'lunasec_sweeper_lease_held',
    help: 'Whether this replica is the one that sweeps: 1 or 0.',
    registers,
  });
  return {
    swept(swept, seconds) {
      sweeps.inc({ outcome: swept.outcome });
      if (swept.outcome !== 'skipped') durations.observe(seconds);
      if (swept.outcome === 'done') lastSuccess.setToCurrentTime();
      for (const [name, metric] of Object.entries(removed)) metric.inc(swept[name as keyof typeof removed]);
    },
    failed(seconds) {
      sweeps.inc({ outcome: 'failed' });
      durations.observe(seconds);
    },
    leaseHeld: (isHeld) => lease.set(isHeld ? 1 : 0),
    orphansFound: (count) => orphans.set(count),
  };
}
