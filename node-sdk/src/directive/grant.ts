import type { GrantResult, ReadGrantRequest } from '../client/index.js';
import { createError, UnavailableError } from '../errors/index.js';
import type { LunaSecError } from '../errors/index.js';
import { refKey } from './charge.js';
import type { OutputPlace, Outputs } from './outputs.js';

export interface Refusal extends OutputPlace {
  error: LunaSecError;
}

export interface GrantParts {
  /** Asks the tokenizer; called once or, when there is nothing to grant, not at all. */
  ask(requests: readonly ReadGrantRequest[]): Promise<readonly GrantResult[]>;
  asError(error: unknown): LunaSecError;
}

/** Grants the tokens of a response, each once however often it is there. Returns the places that get none, and why. */
export async function grantTokens(
  tokens: Outputs['tokens'],
  { ask, asError }: GrantParts,
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  const requests = new Map<string, ReadGrantRequest>();
  /** Of places whose binding could be written. */
  const bindings = new Map<OutputPlace, string>();
  const bound: Promise<void>[] = [];

  function add(request: ReadGrantRequest): void {
    const key = grantKey(request);
    if (!requests.has(key)) requests.set(key, request);
  }

  for (const place of tokens) {
    const { token, record } = place;
    const { duration } = record.mark;
    if (record.binding)
      bound.push(
        record.binding().then(
          (binding) => {
            bindings.set(place, binding);
            add({ token, binding, duration });
          },
          (error: unknown) => void refusals.push({ ...place, error: asError(error) }),
        ),
      );
    else add({ token, binding: undefined, duration });
  }
  if (bound.length > 0) await Promise.all(bound);
  if (requests.size === 0) return refusals;

  const failures = await failuresOf([...requests.values()], grantKey, ask, asError);
  if (failures.size === 0) return refusals;
  for (const place of tokens) {
    const { token, record } = place;
    const binding = bindings.get(place);
    if (record.binding && binding === undefined) continue;
    const error = failures.get(grantKey({ token, binding, duration: record.mark.duration }));
    if (error) refusals.push({ ...place, error });
  }
  return refusals;
}

/** Asks for all at once. Returns what was refused, by key; if nobody answers, that is everything. */
export async function failuresOf<T>(
  asked: readonly T[],
  keyOf: (each: T) => string,
  ask: (asked: readonly T[]) => Promise<readonly GrantResult[]>,
  asError: (error: unknown) => LunaSecError,
): Promise<Map<string, LunaSecError>> {
  const failures = new Map<string, LunaSecError>();
  if (asked.length === 0) return failures;
  let answers: readonly GrantResult[];
  try {
    answers = await ask(asked);
  } catch (error) {
    const failure = asError(error);
    return new Map(asked.map((each) => [keyOf(each), failure]));
  }
  for (let index = 0; index < asked.length; index++) {
    const answer = answers[index];
    if (answer && !answer.problem) continue;
    const failure = answer?.problem
      ? createError(answer.problem.code, answer.problem.message)
      : new UnavailableError('The tokenizer gave no answer for a token.');
    failures.set(keyOf(asked[index]!), failure);
  }
  return failures;
}

/** Most tokens have neither binding nor duration, and are their own key: others have a space in theirs. */
const grantKey = (request: ReadGrantRequest): string =>
  request.binding === undefined && request.duration === undefined
    ? request.token
    : `${refKey(request)} ${request.duration ?? ''}`;
