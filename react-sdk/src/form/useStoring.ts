import { toProblem } from '@lunasec/secure-frame/protocol';
import type { Problem } from '@lunasec/secure-frame/protocol';
import { useRef, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { flushSync } from 'react-dom';
import { fieldsOf, storeFields } from '../core/index.js';
import { usePage } from '../provider/context.js';

type SubmitEvent = SyntheticEvent<HTMLFormElement>;

/** Name of a field → its token, an empty string for an empty field. */
export type Tokens = Record<string, string>;

export interface SubmitHandlers {
  /** A field is invalid (VALIDATION_FAILED) or could not be stored. `onSubmit` does not run. */
  onError?: ((problem: Problem) => void) | undefined;
  /** Runs before anything is stored, to check the other fields: `false`, or a promise of it, ends the submission. */
  beforeStore?: (() => unknown) | undefined;
}

export type Submit = (event: SubmitEvent, tokens: Tokens) => unknown;

/** Storing the fields of a form, or others, one submission at a time. */
export function useStoring() {
  const page = usePage();
  const isRunning = useRef(false);
  const [storing, setStoring] = useState(0);

  async function during<T>(task: Promise<T>): Promise<T> {
    setStoring((count) => count + 1);
    try {
      return await task;
    } finally {
      setStoring((count) => count - 1);
    }
  }

  async function store(
    form: HTMLFormElement,
    event: SubmitEvent,
    onSubmit: Submit | undefined,
    { onError, beforeStore }: SubmitHandlers,
  ) {
    if ((await beforeStore?.()) === false) return;
    const fields = fieldsOf(page, form);
    let tokens: (string | null)[];
    try {
      tokens = await storeFields(fields);
    } catch (error) {
      if (form.isConnected) onError?.(toProblem(error));
      return;
    }
    if (!form.isConnected) return;
    // So that `onSubmit`, a closure of the app's latest render, sees what `onChange` has set.
    flushSync(() => fields.forEach((field, index) => field.stored(tokens[index]!)));
    await onSubmit?.(
      event,
      Object.fromEntries(fields.map((field, index) => [field.name(), tokens[index] ?? ''])),
    );
  }

  return {
    pending: storing > 0,
    tokenize: (...fields: Parameters<typeof storeFields>) => during(storeFields(...fields)),
    handleSubmit:
      (onSubmit?: Submit, handlers: SubmitHandlers = {}) =>
      async (event: SubmitEvent): Promise<void> => {
        const { target, currentTarget: form } = event;
        // Events of a form in a portal arrive here too.
        if (target !== form) return;
        event.preventDefault();
        if (isRunning.current) return;
        isRunning.current = true;
        // React empties `currentTarget` once its handler has returned; the app's handler runs later.
        const kept = Object.create(event, {
          currentTarget: { value: form, enumerable: true },
        }) as SubmitEvent;
        await during(store(form, kept, onSubmit, handlers)).finally(() => (isRunning.current = false));
      },
  };
}
