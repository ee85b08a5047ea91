import type { Batch, ElementAttributes } from '@lunasec/secure-frame/protocol';
import { ProblemError } from '@lunasec/secure-frame/protocol';
import { useContext, useEffect, useImperativeHandle, useRef, useSyncExternalStore } from 'react';
import type { FormEvent, ForwardedRef } from 'react';
import { createBox } from '../core/index.js';
import type { Box } from '../core/index.js';
import { FormFields } from '../form/context.js';
import { dataAttributes } from './dataAttributes.js';
import type { SecureControlProps, SecureField } from './types.js';
import { useElement } from './useElement.js';
import { useIsomorphicLayoutEffect, useLatest } from './useLatest.js';

const never = () => () => {};

/** The common part of inputs and text areas. Returns what their hidden twin and the box around it wear. */
export function useControl<Twin extends HTMLInputElement | HTMLTextAreaElement>(
  kind: 'input' | 'textarea',
  props: SecureControlProps,
  own: ElementAttributes,
  ref: ForwardedRef<SecureField>,
) {
  const host = useRef<HTMLSpanElement>(null);
  const twin = useRef<Twin>(null);
  const box = useRef<Box>(null);
  const form = useContext(FormFields);
  const latest = useLatest(props);
  // In markup from a server, before this script runs, the twin is disabled: nobody can type into it.
  const running = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );

  const element = useElement({
    kind,
    host,
    twin,
    props,
    arrange: () => box.current?.arrange(),
    settings: {
      name: props.name,
      validator: props.validator,
      describedBy: props['aria-describedby'],
      attributes: {
        ...own,
        placeholder: props.placeholder,
        required: props.required,
        readOnly: props.readOnly,
        autoComplete: props.autoComplete,
        autoCapitalize: props.autoCapitalize,
        enterKeyHint: props.enterKeyHint,
        inputMode: props.inputMode,
        spellCheck: props.spellCheck,
        maxLength: props.maxLength,
        minLength: props.minLength,
        ariaDescription: props['aria-description'],
        ariaInvalid: props['aria-invalid'],
      },
    },
    events: {
      state({ focused, valid }, before) {
        const { name = '', onFocus, onBlur, onValidate } = latest.current;
        if (focused !== (before?.focused ?? false))
          if (focused) onFocus?.({ type: 'focus', target: { name } });
          else onBlur?.({ type: 'blur', target: { name } });
        if (valid !== before?.valid) onValidate?.(valid);
      },
      submit: () => submitForm(host.current?.closest('form')),
    },
  });

  // Before the first paint, so that nothing moves.
  useIsomorphicLayoutEffect(() => {
    box.current = createBox(host.current!, twin.current!);
    box.current.arrange();
  }, []);

  useEffect(() => {
    if (latest.current.autoFocus) element.current?.focus();
  }, [element, latest]);
  useImperativeHandle(ref, () => fieldOf(element), [element]);
  useEffect(
    () =>
      form?.add({
        ...fieldOf(element),
        node: twin.current!,
        isDisabled: () => twin.current?.matches(':disabled') ?? true,
        stored(token) {
          const { name = '', onChange } = latest.current;
          onChange?.({ type: 'change', target: { name, value: token ?? '' } });
        },
        failed: (problem) => latest.current.onError?.(problem),
      }),
    [form, element, latest],
  );

  return {
    host: { ref: host, style: { all: 'unset', position: 'relative', display: 'inline' } },
    twin: {
      ...dataAttributes(props),
      'data-lunasec': kind,
      'data-lunasec-required': props.required ? '' : undefined,
      ref: twin,
      id: props.id,
      className: props.className,
      // Seen and reached by nobody, and it has its final look at once.
      style: { ...props.style, visibility: 'hidden', transition: 'none', animation: 'none' },
      dir: props.dir,
      lang: props.lang,
      placeholder: props.placeholder,
      disabled: !running || props.disabled,
      readOnly: props.readOnly,
      tabIndex: -1,
      'aria-hidden': true,
      autoComplete: 'off',
      // The form of no such id: it takes no part in submission, validation or reset.
      form: '',
      // A click on its label.
      onClick: () => element.current?.focus(),
      // Whatever fills it in, such as a password manager: not here.
      onInput(event: FormEvent<Twin>) {
        event.currentTarget.value = '';
      },
    },
  } as const;
}

function fieldOf(element: { current: SecureElementLike | null }): SecureField {
  const mounted = () => {
    if (!element.current) throw new ProblemError('UNAVAILABLE', 'The secure field is not mounted.');
    return element.current;
  };
  return {
    focus: () => element.current?.focus(),
    blur: () => element.current?.blur(),
    clear: () => element.current?.clear(),
    validate: async () => mounted().validate(),
    tokenize: async (batch: Batch = { id: crypto.randomUUID(), size: 1 }) => mounted().tokenize(batch),
  };
}
type SecureElementLike = SecureField & { tokenize(batch: Batch): Promise<string | null> };

/** As Enter in a native field does: through the form's submit button, unless that is disabled. */
function submitForm(form: HTMLFormElement | null | undefined): void {
  if (!form) return;
  const button = [...form.elements].find(
    (element) =>
      (element as HTMLButtonElement | HTMLInputElement).type === 'submit' ||
      (element as HTMLInputElement).type === 'image',
  ) as HTMLButtonElement | HTMLInputElement | undefined;
  if (button) button.click();
  else form.requestSubmit();
}
