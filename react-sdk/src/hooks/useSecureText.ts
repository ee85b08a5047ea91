import type { SecureElementProps } from '../elements/types.js';
import { useText } from '../elements/useText.js';

/**
 * A stored value in markup of one's own: put `hostProps` on an element with a size. `problem` says why the token cannot be
 * shown; `retry` shows it again, after renewing read grants where that can help.
 */
export function useSecureText<T extends HTMLElement = HTMLElement>(
  kind: 'paragraph' | 'span',
  options: SecureElementProps = {},
) {
  const { host, problem, retry } = useText<T>(kind, options);
  return { hostProps: host, problem, retry };
}
