import type { ElementKind, ElementState } from '@lunasec/secure-frame/protocol';
import { createAppearance } from './appearance.js';
import type { Appearance } from './appearance.js';
import { setStyles } from './frames.js';
import type { ElementLink } from './link.js';
import { setState, stateAttributes, takesInput, userInvalid } from './marks.js';
import { labelOf, textOf } from './name.js';
import { attributesOf } from './props.js';
import type { ControlProps } from './props.js';
import { setRows } from './rows.js';
import { readFrameStyles, readStyles } from './style.js';

export { createAppearance };

export interface PresentationOptions {
  appearance: Appearance;
  kind: ElementKind;
  host: HTMLElement;
  twin: HTMLElement;
  labelled: HTMLElement;
  frame: HTMLIFrameElement;
  link: Pick<ElementLink, 'configure' | 'style'>;
  props: ControlProps;
  arrange(): void;
}

/** How an element shows itself: its look, its name, and what its twin wears. */
export interface Presentation {
  update(props: ControlProps): void;
  /** Reads the twin's look anew, and sends it. */
  restyle(): void;
  /** Has the twin and the frame's surroundings follow the state of what is in the frame. */
  follow(state: ElementState, before: ElementState | undefined): void;
  /** From now on, what is invalid is so in the eyes of a person as well: `:user-invalid`. */
  touch(): void;
  close(): void;
}

/** What decides the look, as far as the app says it here. */
const lookOf = ({ className, style, hidden }: ControlProps) => JSON.stringify([className, style, hidden]);

/** Not needed before a frame is there: this module and what it imports are fetched while frames load. */
export function createPresentation({
  appearance,
  kind,
  host,
  twin,
  labelled,
  frame,
  link,
  props,
  arrange,
}: PresentationOptions): Presentation {
  let touched = false;

  /** A state of the element in the frame, for the app's style sheets and for what the page draws around the frame. */
  function mark(attribute: string, on: boolean): void {
    if (twin.hasAttribute(attribute) === on) return;
    setState(twin, attribute, on);
    paint();
  }

  function paint(): void {
    setStyles(frame, readFrameStyles(twin, kind));
  }

  function restyle(): void {
    arrange();
    link.style(readStyles(twin, kind, touched));
    paint();
    // A fieldset around or the text of a label may have changed too.
    configure();
  }

  const texts = new MutationObserver(configure);
  const textAt = (ids: string | undefined) => textOf(twin, ids, texts);

  function configure(): void {
    const attributes = attributesOf(props);
    const { tabIndex, validator } = props;
    texts.disconnect();
    const label = textAt(props['aria-labelledby']) ?? attributes.ariaLabel ?? labelOf(labelled, texts);
    frame.title = label ?? props.placeholder ?? props.name ?? '';
    if (tabIndex === undefined) frame.removeAttribute('tabindex');
    else frame.tabIndex = tabIndex;
    if (takesInput(kind)) {
      attributes.ariaLabel = label;
      const description = attributes.ariaDescription ?? textAt(props['aria-describedby']) ?? props.title;
      const error = attributes.ariaInvalid ? textAt(props['aria-errormessage']) : undefined;
      attributes.ariaDescription = [description, error].filter(Boolean).join(' ').slice(0, 1000) || undefined;
      // A disabled fieldset disables what is in it.
      attributes.disabled = twin.matches(':disabled');
    }
    attributes.lang ??= twin.closest<HTMLElement>('[lang]')?.lang;
    link.configure({
      kind,
      attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
      ...(validator && { validator }),
    });
  }

  function touch(): void {
    if (touched) return;
    touched = true;
    restyle();
  }

  const hover = ({ type }: Event) => mark(stateAttributes.hover, type === 'mouseenter');
  frame.addEventListener('mouseenter', hover);
  frame.addEventListener('mouseleave', hover);
  const unwatch = appearance.watch(host, restyle);
  configure();

  return {
    restyle,
    touch,
    update(next) {
      const before = props;
      props = next;
      if (lookOf(next) !== lookOf(before)) restyle();
      else configure();
    },
    follow(state, before) {
      setStyles(frame, { visibility: 'inherit' });
      mark(stateAttributes.focus, state.focused);
      mark(stateAttributes.invalid, !state.valid);
      // As browsers do: from when somebody leaves what they have changed.
      if (before?.focused && !state.focused && state.dirty) touch();
      mark(userInvalid, touched && !state.valid);
      mark('data-lunasec-filled', state.filled);
      if (setRows(twin, state.rows)) restyle();
    },
    close() {
      unwatch();
      texts.disconnect();
      frame.removeEventListener('mouseenter', hover);
      frame.removeEventListener('mouseleave', hover);
      for (const name of [...Object.values(stateAttributes), userInvalid, 'data-lunasec-filled'])
        setState(twin, name, false);
    },
  };
}
