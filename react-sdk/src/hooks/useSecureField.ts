import type { ElementState } from '@lunasec/secure-frame/protocol';
import { useState } from 'react';
import type { Twin } from '../core/index.js';
import type { SecureInputProps, SecureTextAreaProps } from '../elements/types.js';
import { useControl } from '../elements/useControl.js';

const nothingYet: ElementState = {
  filled: false,
  valid: true,
  invalid: null,
  dirty: false,
  focused: false,
  shown: 'none',
};

/**
 * A secure field in markup of one's own: put `hostProps` on an element that holds nothing but an `<input>` (or `<textarea>`)
 * with `twinProps`. `options` are the props of `SecureInput` or `SecureTextArea`. `field` drives it, and `state` is all that a
 * page may know of its content.
 */
export function useSecureField<T extends Twin = HTMLInputElement, H extends HTMLElement = HTMLSpanElement>(
  kind: 'input' | 'textarea',
  options: SecureInputProps & SecureTextAreaProps = {},
) {
  const [state, setState] = useState(nothingYet);
  const { host, twin, field } = useControl<T, H>(kind, { ...options, onState: setState });
  return { hostProps: host, twinProps: twin, field, state };
}
