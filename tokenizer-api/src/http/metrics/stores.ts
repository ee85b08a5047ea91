import { Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** Counts a call of a store, and how long it took in seconds. */
export type CountStoreCall = (
  store: string,
  method: string,
  outcome: 'ok' | 'error',
  seconds: number,
) => void;

/** Metrics of the calls to database, object store and key provider. */
export function createStoreMeter(registry: Registry): CountStoreCall {
  const durations = new Histogram({
    name: 'lunasec_store_call_duration_seconds',
    help: 'How long calls of database, objects and keys took, by store, method and outcome.',
    labelNames: ['store', 'method', 'outcome'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  return (store, method, outcome, seconds) => durations.observe({ store, method, outcome }, seconds);
}
