import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { createControl } from '../core/index.js';
import type { SecureField, Twin } from '../core/index.js';
import { usePage } from '../provider/context.js';
import type { SecureInputProps, SecureTextAreaProps } from './types.js';
import { useIsomorphicLayoutEffect } from './useLatest.js';
import { wornBy } from './wornBy.js';

const never = () => () => {};

/** The common part of inputs and text areas: what their hidden twin and the box around it wear, and how to drive them. */
export function useControl<T extends Twin, H extends HTMLElement = HTMLSpanElement>(
  kind: 'input' | 'textarea',
  props: SecureInputProps & SecureTextAreaProps,
) {
  const page = usePage();
  const host = useRef<H>(null);
  const twin = useRef<T>(null);
  const [control] = useState(() => createControl(kind));
  // In markup from a server, before this script runs, the twin is disabled: nobody can type into it.
  const running = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );

  // Before the first paint, so that nothing moves; again when it is shown after a suspense hid it.
  useIsomorphicLayoutEffect(() => control.arrange(host.current!, twin.current!), [control]);
  useIsomorphicLayoutEffect(() => control.update(props));
  useEffect(() => control.mount(page), [page, control]);

  return {
    field: control as SecureField,
    host: { ref: host, style: { all: 'unset', position: 'relative', display: 'inline' } },
    twin: {
      ...wornBy(props),
      'data-lunasec': kind,
      'data-lunasec-required': props.required ? '' : undefined,
      ref: twin,
      // Seen and reached by nobody, and it has its final look at once.
      style: { ...props.style, visibility: 'hidden', transition: 'none', animation: 'none' },
      placeholder: props.placeholder,
      disabled: !running || props.disabled,
      readOnly: props.readOnly,
      tabIndex: -1,
      'aria-hidden': true,
      autoComplete: 'off',
      form: '',
    },
  } as const;
}
