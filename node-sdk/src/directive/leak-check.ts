import { ReadGrantMissingError, UnavailableError } from '../errors/index.js';
import type { LunaSecError } from '../errors/index.js';
import type { Charge } from './charge.js';
import { countLookalikes, findTokens } from './leaks.js';
import type { LeakPolicy } from './leaks.js';
import { markedPlaces } from './outputs.js';
import type { Payload } from './payload.js';
import type { Plan } from './plan.js';
import { valueAt } from './positions.js';
import type { Locate, Position, ResponsePath } from './positions.js';

export interface LeakCheck {
  plan: Plan;
  charge: Charge;
  leaks: LeakPolicy;
  locate(): Locate;
  /** Told of a field that is not marked, under `warn`. */
  report(coordinate: string): void;
  fail(payload: Payload, path: ResponsePath, error: LunaSecError): void;
}

/** Looks for tokens that nothing granted. `granted`, if known, is how many places of the payloads have one that was. */
export function checkLeaks(
  payloads: readonly Payload[],
  granted: number | undefined,
  { plan, charge, leaks, locate, report, fail }: LeakCheck,
): void {
  if (leaks === 'off' && !plan.hasOutputs) return;
  // Counting is much less work than telling them apart, and nearly always enough.
  if (granted !== undefined && countIn(payloads) === granted) return;
  const seen = new Map<string, number>();
  for (const payload of payloads) {
    const isMarked = markedPlaces(payload, charge);
    for (const start of payload.starts) {
      const holder = valueAt(payload.data, start.slice(0, -1));
      if (typeof holder !== 'object' || holder === null) continue;
      if (start.length > 0 && isMarked(holder, start.at(-1)!)) continue;
      for (const found of findTokens(valueAt(payload.data, start), isMarked)) {
        const path = [...start, ...found];
        // A response may hold thousands of the same; to warn about a field, its first are enough.
        const shape = path.filter((key) => typeof key === 'string').join('.');
        const count = seen.get(shape) ?? 0;
        if (leaks === 'warn' && count >= 100 && !plan.hasOutputs) continue;
        seen.set(shape, count + 1);
        judge(payload, path, locate()(payload.data, path));
      }
    }
  }

  function judge(payload: Payload, path: ResponsePath, positions: readonly Position[]): void {
    const fields = positions.at(-1)?.fields;
    if (!fields) return;
    const at = path.slice(0, positions.length);
    const names = fields.map(({ typeName, fieldName }) => `${typeName}.${fieldName}`).join(' or ');
    if (fields.every(({ typeName, fieldName }) => plan.field(typeName, fieldName)?.output))
      fail(
        payload,
        at,
        new UnavailableError(
          `${names} is marked @token, but nothing granted its token: the schema was not passed through lunaSec.tokenDirective.transform().`,
        ),
      );
    else if (leaks === 'warn') report(names);
    else if (leaks === 'error')
      fail(payload, at, new ReadGrantMissingError(`${names} returned a token, but is not marked @token.`));
  }
}

function countIn(payloads: readonly Payload[]): number {
  let count = 0;
  for (const { data, starts } of payloads)
    for (const start of starts) count += countLookalikes(valueAt(data, start));
  return count;
}
