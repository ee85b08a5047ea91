import { ProblemError, toProblem } from '@lunasec/secure-frame/protocol';
import type { Problem } from '@lunasec/secure-frame/protocol';
import type { SecureField } from '../elements/types.js';

type StoredField = Pick<SecureField, 'focus' | 'validate' | 'tokenize'> & {
  failed?(problem: Problem): void;
};

/**
 * Checks all fields and then stores them in one batch, which makes one call to the tokenizer. Returns the tokens in order, null
 * for an empty field, when every upload has succeeded. Throws {@link ProblemError}: VALIDATION_FAILED with the focus on the first
 * invalid field, or else the first failure; each field that failed is told its own.
 */
export async function storeFields(fields: readonly StoredField[]): Promise<(string | null)[]> {
  if (fields.length === 0) return [];
  const verdicts = await all(fields, (field) => field.validate());
  const invalid = verdicts.indexOf(false);
  if (invalid >= 0) {
    fields[invalid]!.focus();
    throw new ProblemError('VALIDATION_FAILED', 'A secure field is empty or not as it should be. Check it.');
  }
  const batch = { id: crypto.randomUUID(), size: fields.length };
  return all(fields, (field) => field.tokenize(batch));
}

async function all<T>(
  fields: readonly StoredField[],
  task: (field: StoredField) => Promise<T>,
): Promise<T[]> {
  const results = await Promise.allSettled(fields.map(task));
  let first: ProblemError | undefined;
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') return;
    const problem = toProblem(result.reason);
    fields[index]!.failed?.(problem);
    first ??= new ProblemError(problem.code, problem.message);
  });
  if (first) throw first;
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}
