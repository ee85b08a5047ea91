import type { RequestHandler } from 'express';
import type { ReportFailure } from '../services/problems.js';

/** Longest wait for one part, in milliseconds. */
const patience = 3000;

/**
 * 200 when every part answers, else 503; the body says which do. Requests at the same time share one check. A server
 * that is about to stop is not ready, whatever answers.
 */
export function createReadiness(
  parts: Record<string, () => Promise<void>>,
  { isDraining, report }: { isDraining: () => boolean; report: ReportFailure },
): RequestHandler {
  async function check(): Promise<Record<string, 'ok' | 'unavailable'>> {
    const results = await Promise.all(
      Object.entries(parts).map(async ([name, ping]) => {
        try {
          await inTime(ping());
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
  return async (_request, response) => {
    if (isDraining()) {
      response.status(503).set('Cache-Control', 'no-store').json({ status: 'stopping' });
      return;
    }
    running ??= check().finally(() => (running = undefined));
    const results = await running;
    const isReady = Object.values(results).every((result) => result === 'ok');
    response
      .status(isReady ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status: isReady ? 'ok' : 'unavailable', ...results });
  };
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer in ${patience} ms.`)), patience);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
