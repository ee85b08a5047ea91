import { toProblem } from '@lunasec/secure-frame/protocol';
import type { Problem } from '@lunasec/secure-frame/protocol';
import { forwardRef, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import type { ComponentPropsWithoutRef, SyntheticEvent } from 'react';
import { flushSync } from 'react-dom';
import { useLatest } from '../elements/useLatest.js';
import { FormFields, FormStatus } from './context.js';
import type { FormField, FormFieldList } from './context.js';
import { storeFields } from './store.js';

export interface SecureFormProps extends Omit<
  ComponentPropsWithoutRef<'form'>,
  'onSubmit' | 'onError' | 'action' | 'method'
> {
  /**
   * Runs when every secure field of the form is stored and its `onChange` has been called, with the state set there in place. The
   * form stays `pending` until a returned promise settles. The browser's own submission never happens.
   */
  onSubmit?: ((event: SyntheticEvent<HTMLFormElement>) => unknown) | undefined;
  /** A field is invalid (VALIDATION_FAILED) or could not be stored. `onSubmit` does not run. */
  onError?: ((problem: Problem) => void) | undefined;
}

/** A `<form>` of secure fields, plain ones among them. While a submission runs, another is ignored. */
export const SecureForm = forwardRef<HTMLFormElement, SecureFormProps>(function SecureForm(
  { onSubmit, onError, children, ...rest },
  ref,
) {
  const form = useRef<HTMLFormElement>(null);
  const latest = useLatest({ onSubmit, onError });
  const running = useRef(false);
  const mounted = useRef(false);
  const [pending, setPending] = useState(false);
  const [fields] = useState(() => new Set<FormField>());

  useImperativeHandle(ref, () => form.current!, []);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  const list = useMemo<FormFieldList>(
    () => ({
      add(field) {
        fields.add(field);
        return () => fields.delete(field);
      },
    }),
    [fields],
  );
  const status = useMemo(() => ({ pending, submit: () => form.current?.requestSubmit() }), [pending]);

  async function submit(event: SyntheticEvent<HTMLFormElement>): Promise<void> {
    if (running.current) return;
    running.current = true;
    setPending(true);
    try {
      const taking = [...fields].filter((field) => !field.isDisabled()).sort(inDocumentOrder);
      let tokens;
      try {
        tokens = await storeFields(taking);
      } catch (error) {
        if (mounted.current) latest.current.onError?.(toProblem(error));
        return;
      }
      if (!mounted.current) return;
      // So that `onSubmit`, a closure of the app's latest render, sees what `onChange` has set.
      flushSync(() => taking.forEach((field, index) => field.stored(tokens[index]!)));
      await latest.current.onSubmit?.(event);
    } finally {
      running.current = false;
      if (mounted.current) setPending(false);
    }
  }

  return (
    <form
      {...rest}
      ref={form}
      aria-busy={pending || undefined}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(kept(event));
      }}
    >
      <FormStatus.Provider value={status}>
        <FormFields.Provider value={list}>{children}</FormFields.Provider>
      </FormStatus.Provider>
    </form>
  );
});

/** React empties `currentTarget` of an event once its handler has returned; the app's handler runs later. */
function kept(event: SyntheticEvent<HTMLFormElement>): SyntheticEvent<HTMLFormElement> {
  return Object.create(event, { currentTarget: { value: event.currentTarget, enumerable: true } });
}

const inDocumentOrder = (a: FormField, b: FormField) =>
  a.node.compareDocumentPosition(b.node) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
