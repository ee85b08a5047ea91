import { ProblemError } from '@lunasec/secure-frame/protocol';
import { createBox } from './box.js';
import type { Box } from './box.js';
import { createElement } from './element.js';
import type { SecureElement } from './element.js';
import type { FormField } from './fields.js';
import { createMounting } from './mounting.js';
import type { Page } from './page.js';
import type { ControlProps, InputProps, TextAreaProps } from './props.js';

export type Twin = HTMLInputElement | HTMLTextAreaElement;

/** A field that takes input: its frame over a twin, its label, and its part in a form. */
export interface Control extends FormField {
  /** What the app says now. Before the first call nothing is said. */
  update(props: InputProps & TextAreaProps): void;
  /**
   * Makes `host` take the place that `twin`, which it must hold alone, would take in it. To be called before `mount`, as soon as
   * both are in the document, and when the page shows them again after hiding them.
   */
  arrange(host: HTMLElement, twin: Twin): void;
  /**
   * Puts the frame over the twin that was arranged. `labelled` is the element whose labels name it, by default the twin. Returns
   * a function that takes the frame away.
   */
  mount(page: Page, labelled?: HTMLElement): () => void;
}

/** What every twin wears: seen, reached and read aloud by nobody, and no part of its form. */
export const twinAttributes: Record<string, string> = {
  'aria-hidden': 'true',
  tabindex: '-1',
  autocomplete: 'off',
  // The form of no such id: it takes no part in submission, validation or reset.
  form: '',
};

export function createControl(kind: 'input' | 'textarea'): Control {
  let props: ControlProps = {};
  let host!: HTMLElement;
  let twin!: Twin;
  let box: Box | undefined;
  let element: SecureElement | undefined;

  const target = () => ({ name: props.name ?? '' });
  const command = (name: 'focus' | 'blur' | 'select' | 'clear') => () => element?.command(name);
  const mounted = () => {
    if (!element) throw new ProblemError('UNAVAILABLE', 'The secure field is not mounted.');
    return element;
  };
  const arrange = () => {
    // A page may hide it for a while, as React does where something suspends.
    if (!host.style.getPropertyPriority('display') || host.style.display !== 'none') box!.arrange();
  };

  const control: Control = {
    focus: command('focus'),
    blur: command('blur'),
    select: command('select'),
    clear: command('clear'),
    reset: () => element?.reset(),
    validate: async () => mounted().validate(),
    tokenize: async (batch = { id: crypto.randomUUID(), size: 1 }) => mounted().tokenize(batch),

    name: () => target().name,
    node: () => twin,
    form: () =>
      props.form === undefined
        ? host.closest('form')
        : ((host.getRootNode() as Document).getElementById(props.form) as HTMLFormElement | null),
    isDisabled: () => twin.matches(':disabled'),
    stored: (token) => props.onChange?.({ type: 'change', target: { ...target(), value: token ?? '' } }),
    refused: () => props.onRefused?.(),
    failed: (problem) => props.onError?.(problem, { refresh: undefined }),

    update(next) {
      props = next;
      element?.update(next);
    },
    arrange(wantedHost, wantedTwin) {
      host = wantedHost;
      if (twin !== wantedTwin) box = createBox(host, wantedTwin);
      twin = wantedTwin;
      arrange();
    },
    mount: (page, labelled = twin) => mount(page, labelled),
  };

  const mount = createMounting((page: Page, labelled: HTMLElement) => {
    const made = createElement({
      page,
      kind,
      host,
      twin,
      labelled,
      props,
      arrange,
      onState(state, before) {
        const { focused, valid, invalid } = state;
        if (focused !== (before?.focused ?? false))
          if (focused) props.onFocus?.({ type: 'focus', target: target() });
          else props.onBlur?.({ type: 'blur', target: target() });
        if (valid !== before?.valid || invalid !== before.invalid) props.onValidate?.(valid, invalid);
        props.onState?.(state);
      },
      onError: (...problem) => props.onError?.(...problem),
      onSubmit: () => submitForm(control.form()),
    });
    element = made;
    if (props.autoFocus) control.focus();

    const root = host.getRootNode();
    const reset = (event: Event) => {
      if (event.target === control.form() && !event.defaultPrevented) made.reset();
    };
    // Whatever fills it in, such as a password manager: not here.
    const empty = () => (mountedTwin.value = '');
    const mountedTwin = twin;
    root.addEventListener('reset', reset);
    mountedTwin.addEventListener('click', control.focus);
    mountedTwin.addEventListener('input', empty);
    page.fields.add(control);
    return () => {
      page.fields.delete(control);
      root.removeEventListener('reset', reset);
      mountedTwin.removeEventListener('click', control.focus);
      mountedTwin.removeEventListener('input', empty);
      made.close();
      element = undefined;
    };
  });
  return control;
}

/** As Enter in a native field does: through the form's submit button, unless that is disabled. */
function submitForm(form: HTMLFormElement | null): void {
  const button = [...(form?.elements ?? [])].find((element) =>
    /^(submit|image)$/.test((element as HTMLButtonElement | HTMLInputElement).type),
  ) as HTMLButtonElement | HTMLInputElement | undefined;
  if (button) button.click();
  else form?.requestSubmit();
}
