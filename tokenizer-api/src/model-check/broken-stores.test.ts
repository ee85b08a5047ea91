import { expect, test } from '@jest/globals';
import { proofSeed, proofSize } from '@lunasec/proof';
import { brokenStores } from '../test-support/model-check/broken-stores.js';
import { findViolation, startChecker } from '../test-support/model-check/check.js';

/** A checker that finds nothing proves nothing: each of these stores breaks one promise. */
const patience = proofSize({ quick: 500, whole: 5000 });

test.each(Object.entries(brokenStores))(
  'a store in which %s is found out',
  async (_name, breakStores) => {
    const checker = await startChecker({ isTransactional: true, wrapStores: breakStores() });
    try {
      const found = await findViolation(checker, { histories: patience, seed: proofSeed() });
      expect(found).toBeDefined();
    } finally {
      await checker.close();
    }
  },
  120_000,
);
