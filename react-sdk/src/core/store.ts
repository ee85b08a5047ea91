import { ProblemError, toProblem } from '@lunasec/secure-frame/protocol';
import type { StorableField } from './fields.js';

/** See `storeFields` in `fields.ts`. */
export async function storeFields(fields: readonly StorableField[]): Promise<(string | null)[]> {
  const verdicts = await all(fields, (field) => field.validate());
  const invalid = fields.filter((_, index) => !verdicts[index]);
  if (invalid.length > 0) {
    invalid[0]!.focus();
    for (const field of invalid) field.refused?.();
    throw new ProblemError('VALIDATION_FAILED', 'A secure field is empty or not as it should be. Check it.');
  }
  const batch = { id: crypto.randomUUID(), size: fields.length };
  return all(fields, (field) => field.tokenize(batch));
}

async function all<T>(
  fields: readonly StorableField[],
  task: (field: StorableField) => Promise<T>,
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
