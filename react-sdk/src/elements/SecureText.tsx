import type { ElementAttributes, Problem } from '@lunasec/secure-frame/protocol';
import { forwardRef, useImperativeHandle, useRef, useState } from 'react';
import type { CSSProperties, ForwardedRef, Ref } from 'react';
import { dataAttributes } from './dataAttributes.js';
import { frameAttributes } from './frameAttributes.js';
import type { SecureText, SecureTextProps } from './types.js';
import { useElement } from './useElement.js';

/**
 * A `<p>` that shows a stored value, which this page never sees. The page does not learn how long the text is: without a size
 * from its classes or style it is one line high, and longer text scrolls inside.
 */
export const SecureParagraph = forwardRef<SecureText, SecureTextProps>(function SecureParagraph(props, ref) {
  return useText('paragraph', props, ref, {});
});

/**
 * A `<span>` that shows a stored value, which this page never sees. It is laid out as `inline-block`; without a width from its
 * classes or style it is 10em wide.
 */
export const SecureSpan = forwardRef<SecureText, SecureTextProps>(function SecureSpan(props, ref) {
  return useText('span', props, ref, { display: 'inline-block' });
});

/** Holds the place of text: a line's height, and a span's default width. */
const filler: CSSProperties = { display: 'inline-block', width: '10em', maxWidth: '100%' };

function useText(
  kind: 'paragraph' | 'span',
  props: SecureTextProps,
  ref: ForwardedRef<SecureText>,
  ownStyle: CSSProperties,
) {
  const host = useRef<HTMLElement>(null);
  const [failure, setFailure] = useState<{ token: unknown; problem: Problem }>();
  const { token, fallback } = props;

  const element = useElement({
    kind,
    host,
    twin: host,
    props,
    arrange: () => position(host.current!),
    settings: {
      name: undefined,
      validator: undefined,
      describedBy: undefined,
      attributes: frameAttributes(props as ElementAttributes),
    },
    events: {
      state({ shown }) {
        if (shown !== 'failed') setFailure(undefined);
      },
      problem: (problem) => setFailure({ token, problem }),
    },
  });
  const retry = () => element.current?.show(token || null);
  useImperativeHandle(ref, () => ({ retry }));

  const failed = failure !== undefined && failure.token === token && fallback !== undefined;
  const attributes = {
    ...dataAttributes(props),
    'data-lunasec': kind,
    id: props.id,
    className: props.className,
    style: { ...ownStyle, ...props.style, ...(failed && { display: 'none' }) },
    dir: props.dir,
    lang: props.lang,
  };
  const content = (
    <span aria-hidden style={filler}>
      {'\u200b'}
    </span>
  );
  return (
    <>
      {kind === 'paragraph' ? (
        <p {...attributes} ref={host as Ref<HTMLParagraphElement>}>
          {content}
        </p>
      ) : (
        <span {...attributes} ref={host}>
          {content}
        </span>
      )}
      {failed && (typeof fallback === 'function' ? fallback(failure.problem, retry) : fallback)}
    </>
  );
}

/** The frame lies over the element, so that must be positioned, in whichever way. */
function position(element: HTMLElement): void {
  if (getComputedStyle(element).position === 'static') element.style.position = 'relative';
}
