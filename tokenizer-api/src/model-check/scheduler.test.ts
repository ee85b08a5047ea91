import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startChecker } from '../test-support/model-check/check.js';
import { plan } from '../test-support/model-check/plan.js';
import type { Plan } from '../test-support/model-check/plan.js';
import { runPlan } from '../test-support/model-check/run.js';

describe('the scheduler', () => {
  let checker: Awaited<ReturnType<typeof startChecker>>;
  let runs = 0;
  beforeAll(async () => {
    checker = await startChecker({ isTransactional: true });
  });
  afterAll(() => checker.close());

  /** What was asked, when it began and ended, and what came of it. */
  async function orderOf(wanted: Plan): Promise<string[]> {
    const { history } = await runPlan(checker.cluster, `run${runs++}`, wanted);
    checker.cluster.removeApplications();
    return history.calls.map(({ request, invoked, responded, answer }) =>
      [request.kind, invoked, responded, answer.code, ...answer.entries.map(({ code }) => code)].join(' '),
    );
  }
  const samples = fc.sample(plan, { seed: 1, numRuns: 15 });

  test('repeats an interleaving by its seed', async () => {
    for (const sample of samples) expect(await orderOf(sample)).toEqual(await orderOf(sample));
  });

  test('interleaves otherwise by other seeds', async () => {
    let others = 0;
    for (const sample of samples) {
      const [one, other] = [await orderOf(sample), await orderOf({ ...sample, seed: sample.seed + 1 })];
      if (one.join() !== other.join()) others++;
    }
    expect(others).toBeGreaterThan(samples.length / 2);
  });
});
