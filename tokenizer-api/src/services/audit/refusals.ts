import type { ProblemCode } from '@lunasec/secure-frame/protocol';
import type { NewAuditEvent } from './chain.js';

/** A call that was refused, or failed, as a whole. */
export interface Refusal {
  /** Name of the call. */
  action: string;
  code: ProblemCode;
  requestId: string;
  /** Null for a caller that is not known to belong to one. */
  applicationId: string | null;
  sessionId: string | null;
  token: string | null;
}

export interface Refusals {
  /** Never rejects: a refusal is answered, come what may. */
  record(refusal: Refusal): Promise<void>;
  /** Writes how often refusals were repeated, and begins to count anew. */
  flush(): Promise<void>;
}

/** Most callers that are told apart between two flushes; the others count for their application only. */
const capacity = 1000;

/**
 * Refusals cost a caller nothing, so they must not fill the database: the first of its kind is written at once, and
 * how often it was repeated when `flush` is called.
 */
export function createRefusals({
  append,
  now,
  onFailure,
}: {
  append: (events: readonly NewAuditEvent[]) => Promise<void>;
  now: () => Date;
  onFailure: (error: unknown, requestId: string) => void;
}): Refusals {
  interface Repeated {
    refusal: Refusal;
    since: Date;
    count: number;
  }
  let kinds = new Map<string, Repeated>();

  return {
    async record(given) {
      const refusal =
        kinds.has(kindOf(given)) || kinds.size < capacity
          ? given
          : { ...given, sessionId: null, token: null };
      const kind = kindOf(refusal);
      const known = kinds.get(kind);
      if (known) {
        known.count++;
        return;
      }
      const at = now();
      kinds.set(kind, { refusal, since: at, count: 0 });
      await append([eventOf(refusal, at, null)]).catch((error: unknown) => onFailure(error, given.requestId));
    },

    async flush() {
      const repeated = [...kinds.values()].filter(({ count }) => count > 0);
      kinds = new Map();
      if (repeated.length === 0) return;
      const at = now();
      await append(
        repeated.map(({ refusal, since, count }) =>
          eventOf({ ...refusal, requestId: null }, at, { repeated: count, since: since.toISOString() }),
        ),
      );
    },
  };
}

const kindOf = ({ action, code, applicationId, sessionId, token }: Refusal): string =>
  JSON.stringify([action, code, applicationId, sessionId, token]);

const eventOf = (
  {
    action,
    code,
    requestId,
    applicationId,
    sessionId,
    token,
  }: Omit<Refusal, 'requestId'> & {
    requestId: string | null;
  },
  at: Date,
  details: object | null,
): NewAuditEvent => ({
  at,
  applicationId,
  sessionId,
  requestId,
  action,
  token,
  outcome: code === 'UNAVAILABLE' ? 'failed' : 'denied',
  code,
  details: details && JSON.stringify(details),
});
