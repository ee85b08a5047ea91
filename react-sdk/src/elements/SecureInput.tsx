import { forwardRef } from 'react';
import type { SecureField, SecureInputProps } from './types.js';
import { useControl } from './useControl.js';

/** An `<input>` whose value this page never sees: it is typed into a frame, and `onChange` gives its token. */
export const SecureInput = forwardRef<SecureField, SecureInputProps>(function SecureInput(props, ref) {
  const { type = 'text', pattern } = props;
  const { host, twin } = useControl<HTMLInputElement>('input', props, { type, pattern }, ref);
  return (
    <span {...host}>
      <input {...twin} type={type} />
    </span>
  );
});
