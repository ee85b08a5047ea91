import { useContext, useState } from 'react';
import type { SecureField } from '../elements/types.js';
import { FormStatus } from '../form/context.js';
import { storeFields } from '../form/store.js';

export interface SecureFormControls {
  /** Whether values are being stored, or an `onSubmit` has not finished. */
  pending: boolean;
  /** Submits the surrounding form as its submit button would. Throws an Error outside a `SecureForm`. */
  submit(): void;
  /**
   * Stores the values of these fields without a form, in one batch. Returns their tokens in order, null for an empty field.
   * Rejects with a `ProblemError`: VALIDATION_FAILED after putting the focus on the first invalid field, or the first failure.
   */
  tokenize(fields: readonly SecureField[]): Promise<(string | null)[]>;
}

/** State and actions of the surrounding `SecureForm`; outside one, storing values from code. */
export function useSecureForm(): SecureFormControls {
  const form = useContext(FormStatus);
  const [storing, setStoring] = useState(0);
  return {
    pending: storing > 0 || (form?.pending ?? false),
    submit() {
      if (!form) throw new Error('submit() needs a <SecureForm> around the component.');
      form.submit();
    },
    async tokenize(fields) {
      setStoring((count) => count + 1);
      try {
        return await storeFields(fields);
      } finally {
        setStoring((count) => count - 1);
      }
    },
  };
}
