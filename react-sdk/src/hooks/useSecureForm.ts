import { useContext } from 'react';
import type { SyntheticEvent } from 'react';
import type { SecureField } from '../core/index.js';
import { FormStatus } from '../form/context.js';
import { useStoring } from '../form/useStoring.js';
import type { Submit, SubmitHandlers } from '../form/useStoring.js';

export interface SecureFormControls {
  /** Whether values are being stored, or an `onSubmit` has not finished. */
  pending: boolean;
  /** Submits the surrounding form as its submit button would. Throws an Error outside a `SecureForm`. */
  submit(): void;
  /**
   * For a form that is no `SecureForm`: `<form onSubmit={handleSubmit(save)}>`. Stores its secure fields, calls their `onChange`
   * and then `onSubmit` with the event and the tokens by name. It is the closure of the render in which somebody submitted, so take the
   * tokens from there. The browser's own submission does not happen.
   */
  handleSubmit(
    onSubmit: Submit,
    handlers?: SubmitHandlers,
  ): (event: SyntheticEvent<HTMLFormElement>) => Promise<void>;
  /**
   * Stores the values of these fields without a form, in one batch. Returns their tokens in order, null for an empty field.
   * Rejects with a `ProblemError`: VALIDATION_FAILED after putting the focus on the first invalid field, or the first failure.
   */
  tokenize(fields: readonly SecureField[]): Promise<(string | null)[]>;
}

/** State and actions of the surrounding `SecureForm`; outside one, storing values of a plain form or from code. */
export function useSecureForm(): SecureFormControls {
  const form = useContext(FormStatus);
  const { pending, tokenize, handleSubmit } = useStoring();
  return {
    pending: pending || (form?.pending ?? false),
    submit() {
      if (!form) throw new Error('submit() needs a <SecureForm> around the component.');
      form.submit();
    },
    handleSubmit,
    tokenize,
  };
}
