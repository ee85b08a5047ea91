import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { proofSeed, proofSize, recordFigures } from '@lunasec/proof';
import { checkHistories, startChecker, sumOf } from '../test-support/model-check/check.js';
import type { Checker } from '../test-support/model-check/check.js';

describe('random histories of two tokenizers over SQLite', () => {
  let checkers: Checker[];
  beforeAll(async () => {
    checkers = await Promise.all([1, 2, 3].map(() => startChecker({ isTransactional: true })));
  });
  afterAll(async () => {
    for (const checker of checkers) await checker.close();
  });

  test('are explained by the model and break none of its rules', async () => {
    const histories = proofSize({ quick: 300, whole: 10_000 });
    await checkHistories(checkers, { histories, seed: proofSeed() });
    for (const checker of checkers) expect(await checker.checkAudit()).toEqual([]);
    recordFigures('Model check', { store: 'SQLite', ...sumOf(checkers.map((it) => it.figures())) });
  }, 7_200_000);
});
