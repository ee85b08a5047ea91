import { forwardRef, useImperativeHandle } from 'react';
import type { SecureField } from '../core/index.js';
import type { SecureTextAreaProps } from './types.js';
import { useControl } from './useControl.js';

/** A `<textarea>` whose value this page never sees: it is typed into a frame, and `onChange` gives its token. */
export const SecureTextArea = /*#__PURE__*/ forwardRef<SecureField, SecureTextAreaProps>(
  function SecureTextArea(props, ref) {
    const { host, twin, field } = useControl<HTMLTextAreaElement>('textarea', props);
    useImperativeHandle(ref, () => field);
    return (
      <span {...host}>
        <textarea {...twin} rows={props.rows} cols={props.cols} />
      </span>
    );
  },
);
