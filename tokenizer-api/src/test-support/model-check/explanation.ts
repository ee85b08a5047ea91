import { explain } from './explain.js';
import type { Operation } from './explain.js';
import { describeCall } from './history.js';
import type { Call, Entry, History } from './history.js';
import { nothing } from './model.js';
import { assertionProgram, sessionProgram, tokenProgram } from './programs.js';
import type { Atomicity } from './programs.js';

/**
 * Which answers of a history no order of its calls explains, by the model. Each token, access token and assertion is
 * explained for itself: a history can be ordered as a whole if it can for each object (M. Herlihy and J. Wing,
 * Linearizability, 1990, theorem 1).
 */
export function unexplainedIn(
  { calls, advances, start }: History,
  tokens: readonly string[],
  atomicity: Atomicity,
): { violations: string[]; ways: number } {
  const violations: string[] = [];
  let ways = 0;

  function check<State>(what: string, initial: State, operations: Operation<State>[]): void {
    const verdict = explain(initial, start, operations, advances);
    ways += verdict.ways;
    if (verdict.unexplained === undefined) return;
    const concerned = new Set(operations.map(({ id }) => id));
    violations.push(
      [
        `${what}: no order explains the answer of #${verdict.unexplained}`,
        ...calls.filter(({ id }) => concerned.has(id)).map((call) => `  ${describeCall(call, start)}`),
        ...advances.map(({ at, to }) => `  [${at}] the clock is turned to ${(to - start) / 1000} s`),
      ].join('\n'),
    );
  }

  for (const token of tokens)
    check(
      token,
      nothing,
      calls.flatMap((call) => {
        const entry = entryFor(call, token);
        return entry ? [operationOf(call, tokenProgram(call, entry, atomicity))] : [];
      }),
    );

  const logins = calls.filter(({ request }) => request.kind === 'login');
  for (const login of logins.filter(({ answer }) => answer.code === 'ok')) {
    const { request } = login;
    if (request.kind !== 'login') continue;
    check(
      `the access token of ${request.handle}`,
      { until: null, isEnded: false },
      calls.flatMap((call) => {
        const other = call.request;
        const isUse = other.kind !== 'login' && 'handle' in other && other.handle === request.handle;
        const isEnd = other.kind === 'end' && other.app === request.app && other.sid === request.sid;
        return call === login || isUse || isEnd ? [operationOf(call, sessionProgram(call, isUse))] : [];
      }),
    );
  }

  const assertionOf = ({ request }: Call) => (request.kind === 'login' ? request.assertion : undefined);
  for (const assertion of new Set(logins.map(assertionOf)))
    check(
      `the assertion ${assertion}`,
      false,
      logins
        .filter((call) => assertionOf(call) === assertion)
        .map((call) => operationOf(call, assertionProgram(call))),
    );
  return { violations, ways };
}

const operationOf = <State>(
  { id, invoked, responded }: Call,
  program: Operation<State>['program'],
): Operation<State> => ({
  id,
  invoked,
  responded,
  program,
});

/** What a call was answered for a token, if it may have had to do with it. */
function entryFor({ request, answer }: Call, token: string): Entry | undefined {
  if (request.kind === 'end' || request.kind === 'sweep') return { token, code: answer.code };
  return answer.entries.find((entry) => entry.token === token);
}
