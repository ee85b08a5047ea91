import { useEffect, useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** `useLayoutEffect` where there is a document; React 18 warns about it on a server. */
export const useIsomorphicLayoutEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;

/** A ref to the value of the last finished render, for callbacks that come later. */
export function useLatest<T>(value: T): RefObject<T> {
  const ref = useRef(value);
  useIsomorphicLayoutEffect(() => {
    ref.current = value;
  });
  return ref;
}
