import { forwardRef } from 'react';
import type { SecureField, SecureTextAreaProps } from './types.js';
import { useControl } from './useControl.js';

/** A `<textarea>` whose value this page never sees: it is typed into a frame, and `onChange` gives its token. */
export const SecureTextArea = forwardRef<SecureField, SecureTextAreaProps>(
  function SecureTextArea(props, ref) {
    const { rows, cols } = props;
    const { host, twin } = useControl<HTMLTextAreaElement>('textarea', props, { rows }, ref);
    return (
      <span {...host}>
        <textarea {...twin} rows={rows} cols={cols} />
      </span>
    );
  },
);
