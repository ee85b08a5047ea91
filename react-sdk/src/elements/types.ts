import type {
  Batch,
  ElementAttributes,
  InputType,
  Problem,
  ValidatorName,
} from '@lunasec/secure-frame/protocol';
import type { CSSProperties, ReactNode } from 'react';

/** Like an event of an input, but what the page gets as `value` is a token. */
export interface SecureChangeEvent {
  type: 'change';
  /** `value`: the token, or an empty string for an empty field. */
  target: { name: string; value: string };
}
export interface SecureFocusEvent {
  type: 'focus' | 'blur';
  target: { name: string };
}

/** What every secure element takes. `data-…` attributes are passed on as well. */
export interface SecureElementProps {
  /** On the element that wears the classes, for `<label for>` and style sheets. */
  id?: string | undefined;
  /** The frame's look and the size of its place come from these, as with a real element. */
  className?: string | undefined;
  style?: CSSProperties | undefined;
  dir?: ElementAttributes['dir'];
  lang?: string | undefined;
  /** The element's name to assistive technology, and the frame's title. Default: the text of its labels. */
  'aria-label'?: string | undefined;
  'aria-labelledby'?: string | undefined;
  tabIndex?: number | undefined;
  /** The stored value to show. */
  token?: string | null | undefined;
  /** Something failed in this element: showing its token, storing its value, or the frame did not start. */
  onError?: ((problem: Problem) => void) | undefined;
}

export interface SecureControlProps extends SecureElementProps {
  name?: string | undefined;
  placeholder?: string | undefined;
  required?: boolean | undefined;
  disabled?: boolean | undefined;
  readOnly?: boolean | undefined;
  /** Puts the caret into the field when it appears. */
  autoFocus?: boolean | undefined;
  autoComplete?: string | undefined;
  autoCapitalize?: string | undefined;
  enterKeyHint?: string | undefined;
  inputMode?: ElementAttributes['inputMode'];
  spellCheck?: boolean | undefined;
  /** In UTF-16 units. Constraints (`type`, `pattern`, lengths, `validator`) are those of the first render for good. */
  maxLength?: number | undefined;
  minLength?: number | undefined;
  /** Checked inside the frame, besides the other constraints. */
  validator?: ValidatorName | undefined;
  'aria-describedby'?: string | undefined;
  'aria-description'?: string | undefined;
  'aria-invalid'?: boolean | undefined;
  /** The form is being submitted and the value is stored: `event.target.value` is its token. */
  onChange?: ((event: SecureChangeEvent) => void) | undefined;
  onFocus?: ((event: SecureFocusEvent) => void) | undefined;
  onBlur?: ((event: SecureFocusEvent) => void) | undefined;
  /** The verdict on the content, at first and each time it changes. Not told at each key, which would tell keys apart. */
  onValidate?: ((valid: boolean) => void) | undefined;
}

export interface SecureInputProps extends SecureControlProps {
  type?: InputType | undefined;
  pattern?: string | undefined;
}

export interface SecureTextAreaProps extends SecureControlProps {
  rows?: number | undefined;
  cols?: number | undefined;
}

export interface SecureTextProps extends SecureElementProps {
  /** Shown in place of the element when its token cannot be shown. */
  fallback?: ReactNode | ((problem: Problem, retry: () => void) => ReactNode);
}

/** What a `ref` to a secure input or text area gives. */
export interface SecureField {
  focus(): void;
  blur(): void;
  clear(): void;
  /** Checks the constraints in the frame. Rejects with a `ProblemError` if the frame does not answer. */
  validate(): Promise<boolean>;
  /**
   * Stores what was typed and resolves with its token, null for an empty field. Rejects with a `ProblemError`. Fields that are
   * stored together share a batch: see `useSecureForm`.
   */
  tokenize(batch?: Batch): Promise<string | null>;
}

/** What a `ref` to a secure paragraph or span gives. */
export interface SecureText {
  /** Shows the token again after a failure: the app may have granted it since. */
  retry(): void;
}
