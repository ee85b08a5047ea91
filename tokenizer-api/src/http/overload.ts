import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { sendUnavailable } from './errors.js';

export interface OverloadLimits {
  /** Most GraphQL calls that are worked on at a time. */
  maxCalls: number;
  /** How long requests may have to wait before work is done for them, in milliseconds. */
  maxDelay: number;
}

/** Why a request was refused: too many calls are worked on, or the process does not keep up with what arrives. */
export type ShedReason = 'calls' | 'delay';

/**
 * Refuses what cannot be served soon, at once and before work is done for it: 503, Retry-After and UNAVAILABLE. What was
 * let in is finished, so that a tokenizer that is asked for too much goes on doing as much as it can.
 */
export interface Overload {
  /** Answers a request that has arrived if it must be refused, without reading it; says whether it did. */
  refuses(request: IncomingMessage, response: ServerResponse): boolean;
  /**
   * Works on a call that was read. Its place is kept until the work has ended, not only until the client is gone: who
   * hangs up and calls again must not have more of it. A call that must be refused is answered, and not run.
   */
  run(response: ServerResponse, work: () => unknown): Promise<void>;
  /** Whether requests were refused in the last seconds. */
  isOverloaded(): boolean;
  stop(): void;
}

/** After so long without a refusal the overload is over, in milliseconds. */
const quietTime = 5000;
/**
 * Pages and scripts of the frames are let in for so many times longer: they cost little more than a refusal, and nothing
 * asks for them again by itself.
 */
const pagePatience = 4;
/** So much of the calls that may be worked on are many. */
const crowd = 0.1;
/** What is left unread of a larger body is not waited for, in bytes: the connection ends with the answer. */
const maxUnread = 2 * 1024 * 1024;

const healthChecks = ['/healthz', '/readyz'];
const pathOf = ({ url }: Pick<IncomingMessage, 'url'>) => url?.split('?', 1)[0] ?? '';
/** Whether it asks for health or readiness, which is answered whatever else waits. */
export const isHealthCheck = (request: Pick<IncomingMessage, 'url'>): boolean =>
  healthChecks.includes(pathOf(request));

export function createOverload({
  limits: { maxCalls, maxDelay },
  delay: delayOf,
  setHeaders,
  count,
  onBegin,
  onEnd,
}: {
  limits: OverloadLimits;
  /** How long what arrives now has waited, or will, in milliseconds; for the database as well, if asked. */
  delay: (ofDatabase: boolean) => number;
  /** Sets the headers that every answer has. */
  setHeaders: RequestListener;
  count: (reason: ShedReason) => void;
  onBegin: (reason: ShedReason) => void;
  /** Hears how many requests were refused. */
  onEnd: (refused: number) => void;
}): Overload {
  let calls = 0;
  const delay = () => delayOf(calls > maxCalls * crowd);
  let refused = 0;
  let quiet: NodeJS.Timeout | undefined;

  function note(reason: ShedReason): void {
    count(reason);
    refused++;
    if (quiet) {
      quiet.refresh();
      return;
    }
    onBegin(reason);
    quiet = setTimeout(() => {
      quiet = undefined;
      onEnd(refused);
      refused = 0;
    }, quietTime);
    quiet.unref();
  }

  function reasonToRefuseCall(): ShedReason | undefined {
    if (delay() > maxDelay) return 'delay';
    return calls >= maxCalls ? 'calls' : undefined;
  }

  function reasonToRefuse(path: string): ShedReason | undefined {
    if (healthChecks.includes(path)) return undefined;
    if (path.startsWith('/graphql')) return reasonToRefuseCall();
    return delay() > maxDelay * (path.startsWith('/frame/') ? pagePatience : 1) ? 'delay' : undefined;
  }

  function answer(response: ServerResponse, reason: ShedReason): void {
    note(reason);
    sendUnavailable(response, 'The tokenizer is overloaded. Try again.');
  }

  return {
    refuses(request, response) {
      const reason = reasonToRefuse(pathOf(request));
      if (reason === undefined) return false;
      setHeaders(request, response);
      const { 'content-length': length = 0, 'transfer-encoding': encoding } = request.headers;
      if (encoding !== undefined || Number(length) > maxUnread) response.setHeader('Connection', 'close');
      answer(response, reason);
      return true;
    },
    async run(response, work) {
      // Asked again: the body may have come long after its head.
      const reason = reasonToRefuseCall();
      if (reason !== undefined) {
        answer(response, reason);
        return;
      }
      calls++;
      try {
        await work();
      } finally {
        calls--;
      }
    },
    isOverloaded: () => quiet !== undefined,
    stop: () => clearTimeout(quiet),
  };
}
