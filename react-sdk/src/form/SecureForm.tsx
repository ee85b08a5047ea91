import { forwardRef, useImperativeHandle, useMemo, useRef } from 'react';
import type { ComponentPropsWithoutRef } from 'react';
import { useLatest } from '../elements/useLatest.js';
import { FormStatus } from './context.js';
import { useStoring } from './useStoring.js';
import type { Submit, SubmitHandlers } from './useStoring.js';

export interface SecureFormProps
  extends
    Omit<ComponentPropsWithoutRef<'form'>, 'onSubmit' | 'onError' | 'action' | 'method'>,
    SubmitHandlers {
  /**
   * Runs when every secure field of the form is stored and its `onChange` has been called, with the state set there in place. The
   * form stays `pending` until a returned promise settles. The browser's own submission never happens.
   */
  onSubmit?: Submit | undefined;
}

/** A `<form>` of secure fields, plain ones among them. While a submission runs, another is ignored. */
export const SecureForm = /*#__PURE__*/ forwardRef<HTMLFormElement, SecureFormProps>(function SecureForm(
  { onSubmit, onError, beforeStore, children, ...rest },
  ref,
) {
  const form = useRef<HTMLFormElement>(null);
  const latest = useLatest({ onSubmit, onError, beforeStore });
  const { pending, handleSubmit } = useStoring();
  useImperativeHandle(ref, () => form.current!, []);
  const status = useMemo(() => ({ pending, submit: () => form.current?.requestSubmit() }), [pending]);

  return (
    <form
      {...rest}
      ref={form}
      aria-busy={pending || undefined}
      onSubmit={handleSubmit((...event) => latest.current.onSubmit?.(...event), {
        onError: (problem) => latest.current.onError?.(problem),
        beforeStore: () => latest.current.beforeStore?.(),
      })}
    >
      <FormStatus.Provider value={status}>{children}</FormStatus.Provider>
    </form>
  );
});
