import type { Problem } from '@lunasec/secure-frame/protocol';
import { useEffect, useRef, useState } from 'react';
import { createText } from '../core/index.js';
import { usePage } from '../provider/context.js';
import type { SecureElementProps } from './types.js';
import { useIsomorphicLayoutEffect } from './useLatest.js';
import { wornBy } from './wornBy.js';

/** The common part of paragraphs and spans: what their element wears, and why it shows nothing. */
export function useText<T extends HTMLElement>(kind: 'paragraph' | 'span', props: SecureElementProps) {
  const page = usePage();
  const host = useRef<T>(null);
  const [text] = useState(() => createText(kind));
  const [failure, setFailure] = useState<{ token: unknown; problem: Problem }>();

  useIsomorphicLayoutEffect(() =>
    text.update({
      ...props,
      onFailure: (problem) => setFailure(problem && { token: props.token, problem }),
    }),
  );
  useEffect(() => text.mount(page, host.current!), [page, text]);

  return {
    host: { ...wornBy(props), style: props.style, 'data-lunasec': kind, ref: host },
    /** Of the present token. */
    problem: failure?.token === props.token ? failure?.problem : undefined,
    retry: text.retry,
  };
}
