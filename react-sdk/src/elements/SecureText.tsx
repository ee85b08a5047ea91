import { forwardRef, useImperativeHandle } from 'react';
import type { CSSProperties, ForwardedRef } from 'react';
import type { SecureText, SecureTextProps } from './types.js';
import { useText } from './useText.js';

/**
 * A `<p>` that shows a stored value, which this page never sees. The page does not learn how long the text is: without a size
 * from its classes or style it is one line high, and longer text scrolls inside.
 */
export const SecureParagraph = /*#__PURE__*/ forwardRef<SecureText, SecureTextProps>(
  function SecureParagraph(props, ref) {
    return useRendered('p', props, ref);
  },
);

/**
 * A `<span>` that shows a stored value, which this page never sees. It is laid out as `inline-block`; without a width from its
 * classes or style it is 10em wide.
 */
export const SecureSpan = /*#__PURE__*/ forwardRef<SecureText, SecureTextProps>(
  function SecureSpan(props, ref) {
    return useRendered('span', props, ref);
  },
);

/** Holds the place of text: a line's height, and a span's default width. */
const filler: CSSProperties = { display: 'inline-block', width: '10em', maxWidth: '100%' };

function useRendered(Tag: 'p' | 'span', props: SecureTextProps, ref: ForwardedRef<SecureText>) {
  const { host, problem, retry } = useText<HTMLParagraphElement>(Tag === 'p' ? 'paragraph' : 'span', props);
  useImperativeHandle(ref, () => ({ retry }));
  const { fallback, style } = props;
  const failed = problem !== undefined && fallback !== undefined;
  return (
    <>
      <Tag
        {...host}
        style={{
          ...(Tag === 'span' && { display: 'inline-block' }),
          ...style,
          ...(failed && { display: 'none' }),
        }}
      >
        <span aria-hidden style={filler}>
          {'\u200b'}
        </span>
      </Tag>
      {failed && (typeof fallback === 'function' ? fallback(problem, retry) : fallback)}
    </>
  );
}
