import type { RequestHandler } from 'express';
import type { ReportFailure } from '../services/problems.js';
import { inTime } from '../stores/deadline.js';

/** Longest wait for one part, in milliseconds. */
const patience = 3000;

export type PartHealth = 'ok' | 'unavailable';
/** Which parts answer, by their names. */
export type CheckParts = () => Promise<Record<string, PartHealth>>;

/** Asks every part, of those who ask at the same time once. */
export function createPartsCheck(
  parts: Record<string, () => Promise<void>>,
  report: ReportFailure,
): CheckParts {
  async function check(): Promise<Record<string, PartHealth>> {
    const results = await Promise.all(
      Object.entries(parts).map(async ([name, ping]) => {
        try {
          await inTime(ping(), patience);
          return [name, 'ok'] as const;
        } catch (error) {
          report(error, null, `${name} is not ready`);
          return [name, 'unavailable'] as const;
        }
      }),
    );
    return Object.fromEntries(results);
  }

  let running: ReturnType<typeof check> | undefined;
  return () => (running ??= check().finally(() => (running = undefined)));
}

/**
 * 200 when every part answers, else 503; the body says which do. A server that is about to stop is not ready, whatever
 * answers. One that is overloaded says so and stays ready: taken out, it would leave its load to the others, and none of
 * them would stay.
 */
export const createReadiness =
  (
    check: CheckParts,
    { isDraining, isOverloaded }: { isDraining: () => boolean; isOverloaded: () => boolean },
  ): RequestHandler =>
  async (_request, response) => {
    if (isDraining()) {
      response.status(503).set('Cache-Control', 'no-store').json({ status: 'stopping' });
      return;
    }
    const results = await check();
    const isReady = Object.values(results).every((result) => result === 'ok');
    response
      .status(isReady ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status: isReady ? (isOverloaded() ? 'overloaded' : 'ok') : 'unavailable', ...results });
  };
