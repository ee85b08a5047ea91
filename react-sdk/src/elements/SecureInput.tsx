import { forwardRef, useImperativeHandle } from 'react';
import type { SecureField } from '../core/index.js';
import type { SecureInputProps } from './types.js';
import { useControl } from './useControl.js';

/** An `<input>` whose value this page never sees: it is typed into a frame, and `onChange` gives its token. */
export const SecureInput = /*#__PURE__*/ forwardRef<SecureField, SecureInputProps>(
  function SecureInput(props, ref) {
    const { host, twin, field } = useControl<HTMLInputElement>('input', props);
    useImperativeHandle(ref, () => field);
    return (
      <span {...host}>
        <input {...twin} type={props.type} size={props.size} />
      </span>
    );
  },
);
