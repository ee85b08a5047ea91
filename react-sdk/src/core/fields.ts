import type { Batch, Problem } from '@lunasec/secure-frame/protocol';
import { engine } from './engine.js';
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

export type StorableField = Pick<SecureField, 'focus' | 'validate' | 'tokenize'> &
  Partial<Pick<FormField, 'refused' | 'failed'>>;

/**
 * Checks all fields and then stores them in one batch, which makes one call to the tokenizer. Returns the tokens in order, null
 * for an empty field, when every upload has succeeded. Throws {@link ProblemError}: VALIDATION_FAILED with the focus on the first
 * invalid field, or else the first failure; each field that failed is told its own.
 */
export const storeFields = async (fields: readonly StorableField[]): Promise<(string | null)[]> =>
  fields.length === 0 ? [] : (await engine.get()).storeFields(fields);
