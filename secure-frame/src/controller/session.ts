import { ProblemError, toProblem } from '../protocol/problem.js';
import type { Problem } from '../protocol/problem.js';
import { within } from '../shared/retry.js';
import { retryCall } from './api.js';
import type { Api } from './api.js';

export type SessionState =
  { state: 'active' } | { state: 'unauthenticated' } | { state: 'failed'; problem: Problem };

export interface Sessions {
  /** Takes an assertion, or null when the app has no session. Resolves when it has been used. */
  accept(assertion: string | null): Promise<void>;
  /**
   * Runs a call with the session's access token: waits for a session that is being made, renews one that ran out, and
   * repeats the call once after UNAUTHENTICATED.
   */
  run<T>(call: (accessToken: string) => Promise<T>): Promise<T>;
}

export interface SessionParts {
  api: Pick<Api, 'createSession'>;
  /** Asks the page for a new assertion; it arrives through `accept`. */
  askForAssertion(): void;
  onState(state: SessionState): void;
  /** Another user's session, or none, took the place of one that was active. */
  onChange(): void;
  /** Whether somebody may be looking. A page in the background is not renewed: that would keep its session alive. */
  isVisible(): boolean;
}

const renewalTimeout = 15_000;
const renewalLead = 60_000;
/** Bounds of the time to the next renewal: no answer, whatever its times, makes this page ask in a loop. */
const shortestRenewal = 10_000;
const longestRenewal = 15 * 60_000;

/** The session of this page with the tokenizer. The access token stays inside this closure. */
export function createSessions({
  api,
  askForAssertion,
  onState,
  onChange,
  isVisible,
}: SessionParts): Sessions {
  let session: { accessToken: string; renewal: ReturnType<typeof setTimeout> } | undefined;
  let subject: string | null = null;
  let state: SessionState | undefined;
  let renewing: Promise<void> | undefined;
  let arrived = deferred();
  /** Assertions are used one after the other; undefined when none is being used. */
  let queue: Promise<void> | undefined;

  function accept(assertion: string | null): Promise<void> {
    const turn: Promise<void> = (queue ?? Promise.resolve())
      .then(() => take(assertion))
      .finally(() => {
        if (queue === turn) queue = undefined;
      });
    queue = turn;
    return turn;
  }

  async function take(assertion: string | null): Promise<void> {
    const next = assertion === null ? null : subjectOf(assertion);
    if (next !== subject || assertion === null) {
      const hadSession = session !== undefined;
      clearTimeout(session?.renewal);
      session = undefined;
      // Said before the new session exists, so that nothing of the former one is on show beside it.
      if (hadSession || subject !== null) onChange();
    }
    subject = next;
    state = assertion === null ? { state: 'unauthenticated' } : await create(assertion);
    onState(state);
    arrived.resolve();
  }

  async function create(assertion: string): Promise<SessionState> {
    try {
      const { accessToken, lifetime } = await retryCall(() => api.createSession(assertion));
      clearTimeout(session?.renewal);
      const wanted = Math.max(lifetime - renewalLead, lifetime / 2);
      const pause = Math.min(Math.max(wanted, shortestRenewal), longestRenewal);
      const renewal = setTimeout(renewIfVisible, pause);
      session = { accessToken, renewal };
      return { state: 'active' };
    } catch (error) {
      return { state: 'failed', problem: toProblem(error) };
    }
  }

  function renew(): Promise<void> {
    renewing ??= (async () => {
      arrived = deferred();
      askForAssertion();
      await within(
        renewalTimeout,
        arrived.promise,
        () => new ProblemError('UNAVAILABLE', 'The page did not renew the session in time. Try again.'),
      );
    })().finally(() => (renewing = undefined));
    return renewing;
  }

  /** Renews once more where the answer to an assertion's first use was lost on the way. */
  async function renewReplayed(): Promise<void> {
    if (!session && state?.state === 'failed' && state.problem.code === 'ASSERTION_REPLAYED') await renew();
  }

  async function renewIfVisible(): Promise<void> {
    // When nobody looks, or when this fails, the next call renews.
    if (isVisible()) await renew().catch(() => undefined);
  }

  function current(): string {
    if (session) return session.accessToken;
    if (state?.state === 'failed') throw new ProblemError(state.problem.code, state.problem.message);
    throw new ProblemError('UNAUTHENTICATED', 'There is no session with the app. Log in, then try again.');
  }

  return {
    accept,
    async run(call) {
      if (queue) await queue;
      else if (!session) await renew();
      await renewReplayed();
      const used = current();
      try {
        return await call(used);
      } catch (error) {
        if (!(error instanceof ProblemError) || error.code !== 'UNAUTHENTICATED') throw error;
        if (session?.accessToken === used) {
          // Ended: should there be no new one, its own failure is what the caller has to hear.
          clearTimeout(session.renewal);
          session = undefined;
        }
        if (!session) await renew();
        await renewReplayed();
        return call(current());
      }
    },
  };
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** The assertion's `sub`, unverified: it only tells whether the session is another one. The tokenizer verifies. */
function subjectOf(assertion: string): string | null {
  try {
    const payload = (assertion.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { sub } = JSON.parse(atob(payload)) as { sub?: unknown };
    return typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
