import { expect, jest } from '@jest/globals';

/** Tries random cases, or attacks: what fails there once has failed. */
const proofs = /\/(faults|hostile-client|hostile-page)[/.]/;

// A browser on a busy machine may crash or lose an event by itself. `npm test` names what needed the second attempt.
if (!proofs.test(expect.getState().testPath!))
  jest.retryTimes(1, { retryImmediately: true, logErrorsBeforeRetry: true });
