import { readChains } from '../../services/audit/read.js';
import { verifyAudit } from '../../services/audit/verify.js';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../config/settings.js';
import type { TokenizerConfig } from '../../config/settings.js';
import { DeadlineError } from '../../stores/deadline.js';
import { violationsAfter } from './aftermath.js';
import { unexplainedIn } from './explanation.js';
import { violationsIn } from './invariants.js';
import { plan, racyPlan } from './plan.js';
import type { Plan } from './plan.js';
import { startCluster } from './replicas.js';
import type { Cluster, WrapStores } from './replicas.js';
import { runPlan } from './run.js';

/** What was tried. */
export interface Figures {
  histories: number;
  operations: number;
  /** Pairs of calls that overlapped. */
  overlaps: number;
  /** Answers for tokens. */
  answers: number;
  /** How often one of several waiting calls was let go first. */
  choices: number;
  /** Ways to explain a history that were looked at. */
  ways: number;
}

export interface Checker {
  /** Runs a plan and judges what came of it. Returns the violations. */
  check(plan: Plan): Promise<string[]>;
  /** Violations of the audit's chains, of all histories so far. */
  checkAudit(): Promise<string[]>;
  figures(): Figures;
  close(): Promise<void>;
}

/** Starts tokenizers, on a memory disk where there is one: what is proved here has nothing to do with power cuts. */
export async function startChecker({
  config = {},
  isTransactional,
  wrapStores,
}: {
  config?: Pick<Partial<TokenizerConfig>, 'tokenStore'>;
  isTransactional: boolean;
  wrapStores?: WrapStores | undefined;
}): Promise<Checker & { cluster: Cluster }> {
  const directory = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'model-check-'));
  const settings = parseConfig(
    {
      dataDirectory: directory,
      logLevel: 'silent',
      applications: [{ id: 'none', jwksURL: 'http://127.0.0.1/', origins: ['https://none.example.com'] }],
      ...config,
    },
    { environment: {} },
  );
  const cluster = await startCluster({ settings, ...(wrapStores ? { wrapStores } : {}) });
  const figures: Figures = { histories: 0, operations: 0, overlaps: 0, answers: 0, choices: 0, ways: 0 };

  return {
    figures: () => figures,
    cluster,
    async check(wanted) {
      cluster.removeApplications();
      const run = await runPlan(cluster, `h${figures.histories++}`, wanted);
      const { calls } = run.history;
      const { violations, ways } = unexplainedIn(run.history, run.tokens, { isTransactional });
      figures.operations += calls.length;
      figures.answers += calls.reduce((sum, { answer }) => sum + answer.entries.length, 0);
      figures.overlaps += calls.reduce(
        (sum, one) =>
          sum + calls.filter((it) => one.invoked < it.invoked && it.invoked < one.responded).length,
        0,
      );
      figures.choices = cluster.scheduler.choices();
      figures.ways += ways;
      return [
        ...run.history.seen,
        ...violations,
        ...violationsIn(run.history, run.apps),
        ...(await violationsAfter(cluster, run)),
        ...cluster.failures
          .splice(0)
          // By the clock of the machine, which may be busy with other things. What follows from one is judged as any answer is.
          .filter((failure) => !(failure instanceof DeadlineError))
          .map((failure) => `A tokenizer reported ${String(failure)}`),
      ];
    },
    async checkAudit() {
      const violations: string[] = [];
      const { stores, auditKey } = cluster.replicas[0]!;
      const { events } = await verifyAudit({
        events: readChains(stores.tokens),
        key: auditKey,
        onFault: ({ message }) => violations.push(message),
      });
      return events > 0 ? violations : ['The audit is empty'];
    },
    async close() {
      await cluster.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Checks random histories, with several checkers at the same time, and reduces one that fails to a short one. Throws what
 * is wrong with it.
 */
export async function checkHistories(
  checkers: readonly Pick<Checker, 'check'>[],
  { histories, seed }: { histories: number; seed: number },
): Promise<void> {
  const results = await Promise.allSettled(
    checkers.map((checker, index) =>
      fc.assert(fc.asyncProperty(plan, holds(checker)), {
        numRuns: Math.ceil(histories / checkers.length),
        seed: seed + index,
      }),
    ),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/**
 * A checker that begins anew with stores of its own after so many histories, for databases in which many are slow. The
 * audit is checked each time.
 */
export async function startRenewed(open: () => Promise<Checker>, every: number): Promise<Checker> {
  let checker = await open();
  const past: Checker[] = [];

  async function renew(): Promise<string[]> {
    const violations = await checker.checkAudit();
    await checker.close();
    past.push(checker);
    checker = await open();
    return violations;
  }

  return {
    async check(wanted) {
      const violations = checker.figures().histories < every ? [] : await renew();
      return [...violations, ...(await checker.check(wanted))];
    },
    checkAudit: () => checker.checkAudit(),
    figures: () => sumOf([...past, checker].map((it) => it.figures())),
    close: () => checker.close(),
  };
}

/** What was promised does not hold. */
export class ViolationError extends Error {
  override name = 'ViolationError';
}

/** How many random histories it takes to find a violation, with the first that is found; undefined if none is. */
export async function findViolation(
  checker: Pick<Checker, 'check'>,
  { histories, seed }: { histories: number; seed: number },
): Promise<{ histories: number; what: string } | undefined> {
  const { failed, numRuns, errorInstance } = await fc.check(fc.asyncProperty(racyPlan, holds(checker)), {
    numRuns: histories,
    seed,
    endOnFailure: true,
  });
  if (!failed) return undefined;
  if (!(errorInstance instanceof ViolationError)) throw errorInstance;
  return { histories: numRuns, what: errorInstance.message };
}

const holds =
  ({ check }: Pick<Checker, 'check'>) =>
  async (wanted: Plan): Promise<void> => {
    const violations = await check(wanted);
    if (violations.length > 0) throw new ViolationError(violations.join('\n'));
  };

export const sumOf = (all: readonly Figures[]): Figures =>
  all.reduce((sum, it) => ({
    histories: sum.histories + it.histories,
    operations: sum.operations + it.operations,
    overlaps: sum.overlaps + it.overlaps,
    answers: sum.answers + it.answers,
    choices: sum.choices + it.choices,
    ways: sum.ways + it.ways,
  }));
