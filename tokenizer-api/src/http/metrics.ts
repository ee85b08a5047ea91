import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CountOperation, CountRefusal } from '../graphql/context.js';
import type { RateMeter } from '../graphql/rate-limits.js';
import type { SweeperMeter } from '../services/sweeper.js';
import type { Usage } from '../stores/token-store/port.js';
import { createStoreMeter } from './metrics/stores.js';
import type { CountStoreCall } from './metrics/stores.js';
import type { ShedReason } from './overload.js';
import { createSweeperMeter } from './metrics/sweeper.js';

export interface Metrics {
  countOperation: CountOperation;
  countRefusal: CountRefusal;
  /** A request that was refused because of overload. */
  countShed(reason: ShedReason): void;
  rates: RateMeter;
  sweeper: SweeperMeter;
  /** What an application with a quota uses. */
  usage(applicationId: string, usage: Usage): void;
  countStoreCall: CountStoreCall;
  /** In the text format of Prometheus. */
  render(): Promise<{ contentType: string; text: string }>;
}

/** Metrics of one tokenizer, in a registry of its own, and of its process. */
export function createMetrics({ inFlight }: { inFlight: () => number }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'lunasec_requests_in_flight',
    help: 'HTTP requests that are being answered.',
    registers: [registry],
    collect() {
      this.set(inFlight());
    },
  });
  const operations = new Counter({
    name: 'lunasec_operations_total',
    help: 'Root fields of GraphQL calls that were executed, by field and outcome.',
    labelNames: ['operation', 'outcome'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'lunasec_operation_duration_seconds',
    help: 'How long root fields took.',
    labelNames: ['operation'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const refusals = new Counter({
    name: 'lunasec_refusals_total',
    help: 'Calls, and entries of calls, that were refused or failed, by root field and code.',
    labelNames: ['operation', 'code'],
    registers: [registry],
  });
  const shed = new Counter({
    name: 'lunasec_requests_shed_total',
    help: 'Requests that were refused with status 503 because of overload: too many calls at a time, or too long a wait.',
    labelNames: ['reason'],
    registers: [registry],
  });
  const limited = new Counter({
    name: 'lunasec_rate_limited_total',
    help: 'Calls that were refused because a rate was used up, by the name of the rate.',
    labelNames: ['rate'],
    registers: [registry],
  });
  const countedAlone = new Counter({
    name: 'lunasec_rate_counter_failures_total',
    help: 'Times that a rate was counted by this replica alone, because the database did not answer.',
    labelNames: ['rate'],
    registers: [registry],
  });
  const usage = {
    tokens: new Gauge({
      name: 'lunasec_application_tokens',
      help: 'Stored tokens of applications with a quota, of all replicas.',
      labelNames: ['application'],
      registers: [registry],
    }),
    bytes: new Gauge({
      name: 'lunasec_application_bytes',
      help: 'Stored ciphertext of applications with a quota, of all replicas.',
      labelNames: ['application'],
      registers: [registry],
    }),
  };
  return {
    countOperation(operation, outcome, seconds) {
      operations.inc({ operation, outcome });
      durations.observe({ operation }, seconds);
    },
    countRefusal: (operation, code) => refusals.inc({ operation, code }),
    countShed: (reason) => shed.inc({ reason }),
    rates: {
      limited: (rate) => limited.inc({ rate }),
      countedAlone: (rate) => countedAlone.inc({ rate }),
    },
    sweeper: createSweeperMeter(registry),
    usage(application, { tokens, bytes }) {
      usage.tokens.set({ application }, tokens);
      usage.bytes.set({ application }, bytes);
    },
    countStoreCall: createStoreMeter(registry),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
