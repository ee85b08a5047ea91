import type { Problem } from '@lunasec/secure-frame/protocol';
import type { CSSProperties, ReactNode } from 'react';
import type { ControlProps, ElementProps, InputProps, TextAreaProps } from '../core/index.js';

/** The style is a component's own. `data-…` attributes are passed on as well. */
interface Styled {
  style?: CSSProperties | undefined;
}
export interface SecureElementProps extends ElementProps, Styled {
  style?: CSSProperties | undefined;
}
export interface SecureControlProps extends ControlProps, Styled {
  style?: CSSProperties | undefined;
}
export interface SecureInputProps extends InputProps, Styled {
  style?: CSSProperties | undefined;
}
export interface SecureTextAreaProps extends TextAreaProps, Styled {
  style?: CSSProperties | undefined;
}

export interface SecureTextProps extends SecureElementProps {
  /** Shown in place of the element when its token cannot be shown. `retry` renews read grants first, if it can. */
  fallback?: ReactNode | ((problem: Problem, retry: () => void) => ReactNode);
}

/** What a `ref` to a secure paragraph or span gives. */
export interface SecureText {
  /** Shows the token again after a failure, with a renewed read grant if that can help. */
  retry(): void;
}
