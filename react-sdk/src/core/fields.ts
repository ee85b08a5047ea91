import { ProblemError, toProblem } from '@lunasec/secure-frame/protocol';
import type { Batch, Problem } from '@lunasec/secure-frame/protocol';
import type { Page } from './page.js';

/** What can be done with a secure input or text area from outside. */
export interface SecureField {
  focus(): void;
  blur(): void;
  /** Selects the whole text. */
  select(): void;
  /** Empties the field. */
  clear(): void;
  /** Forgets what was typed: back to the token that the app gave, as `form.reset()` does. */
  reset(): void;
  /** Checks the constraints in the frame. Rejects with a `ProblemError` if the frame does not answer. */
  validate(): Promise<boolean>;
  /**
   * Stores what was typed and resolves with its token, null for an empty field. Rejects with a `ProblemError`. Fields that are
   * stored together share a batch: see {@link storeFields}.
   */
  tokenize(batch?: Batch): Promise<string | null>;
}

/** A field as forms know it. */
export interface FormField extends SecureField {
  /** For the order of fields. */
  node(): Node;
  name(): string;
  form(): HTMLFormElement | null;
  isDisabled(): boolean;
  /** Tells its owner that it is stored, invalid, or could not be stored. */
  stored(token: string | null): void;
  refused(): void;
  failed(problem: Problem): void;
}

/** The enabled secure fields of a form, in document order. */
export const fieldsOf = (page: Page, form: HTMLFormElement): FormField[] =>
  [...page.fields]
    .filter((field) => field.form() === form && !field.isDisabled())
    .sort((a, b) => (a.node().compareDocumentPosition(b.node()) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));

type Stored = Pick<SecureField, 'focus' | 'validate' | 'tokenize'> &
  Partial<Pick<FormField, 'refused' | 'failed'>>;

/**
 * Checks all fields and then stores them in one batch, which makes one call to the tokenizer. Returns the tokens in order, null
 * for an empty field, when every upload has succeeded. Throws {@link ProblemError}: VALIDATION_FAILED with the focus on the first
 * invalid field, or else the first failure; each field that failed is told its own.
 */
export async function storeFields(fields: readonly Stored[]): Promise<(string | null)[]> {
  if (fields.length === 0) return [];
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

async function all<T>(fields: readonly Stored[], task: (field: Stored) => Promise<T>): Promise<T[]> {
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
