import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { proofSeed, proofSize, recordFigures } from '@lunasec/proof';
import { checkHistories, startChecker, startRenewed, sumOf } from '../test-support/model-check/check.js';
import type { Checker } from '../test-support/model-check/check.js';
import { drop, newDatabaseName } from '../test-support/token-store/mongodb.js';

const uri = process.env.MONGODB_URI ?? '';

describe('random histories of two tokenizers over MongoDB', () => {
  if (uri === '') {
    test.skip('needs a real one: set MONGODB_URI', () => undefined);
    return;
  }
  let checkers: Checker[];

  async function open(): Promise<Checker> {
    const database = newDatabaseName();
    const checker = await startChecker({
      config: { tokenStore: { kind: 'mongodb', uri, database } },
      isTransactional: false,
    });
    return {
      ...checker,
      async close() {
        await checker.close();
        await drop(uri, database);
      },
    };
  }

  beforeAll(async () => {
    // FerretDB reads a whole collection for most questions, so that none may grow large.
    checkers = await Promise.all([1, 2, 3, 4].map(() => startRenewed(open, 25)));
  }, 120_000);
  afterAll(async () => {
    for (const checker of checkers) await checker.close();
  }, 120_000);

  test('are explained by the model and break none of its rules', async () => {
    const histories = proofSize({ quick: 60, whole: 3000 });
    await checkHistories(checkers, { histories, seed: proofSeed() });
    for (const checker of checkers) expect(await checker.checkAudit()).toEqual([]);
    recordFigures('Model check', { store: 'MongoDB', ...sumOf(checkers.map((it) => it.figures())) });
  }, 7_200_000);
});
