import type { Problem } from '@lunasec/secure-frame/protocol';
import { createContext } from 'react';
import type { SecureField } from '../elements/types.js';

/** A secure field as its form knows it. */
export interface FormField extends SecureField {
  /** For the order of fields. */
  node: Node;
  isDisabled(): boolean;
  stored(token: string | null): void;
  failed(problem: Problem): void;
}

export interface FormFieldList {
  /** Returns a function that removes the field. */
  add(field: FormField): () => void;
}

export const FormFields = createContext<FormFieldList | null>(null);

/** Apart from the fields, which need not render again when it changes. */
export const FormStatus = createContext<{ pending: boolean; submit(): void } | null>(null);
