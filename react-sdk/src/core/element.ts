import { elementAttributes } from '@lunasec/secure-frame/protocol';
import type { ElementAttributes, ElementKind, ValidatorName } from '@lunasec/secure-frame/protocol';
import { setStyles } from './frames.js';
import { createElementLink } from './link.js';
import type { ElementEvents, ElementLink } from './link.js';
import { labelOf, textOf } from './name.js';
import type { Page } from './page.js';
import { setState, stateAttributes, userInvalid } from './states.js';
import { readFrameStyles, readStyles, takesInput } from './style.js';

/** What an app says about an element. */
export interface ElementSettings {
  attributes: ElementAttributes;
  validator: ValidatorName | undefined;
  /** Ids of elements that name or describe this one. */
  labelledBy: string | undefined;
  describedBy: string | undefined;
  /** Name of last resort, for the frame's title. */
  name: string | undefined;
  tabIndex: number | undefined;
}

export interface ElementOptions {
  page: Page;
  kind: ElementKind;
  /** Positioned; the frame is put into it and covers it. */
  host: HTMLElement;
  /** Wears the app's classes. Of a paragraph or span this is the host itself, of a control a hidden sibling of the frame. */
  twin: HTMLElement;
  events: ElementEvents;
  /** Called before the twin's style is read. */
  arrange(): void;
}

/** One secure element of a page: its frame, what goes over the line to it, and its look. */
export interface SecureElement extends Pick<ElementLink, 'show' | 'validate' | 'tokenize'> {
  configure(settings: ElementSettings): void;
  /** The twin's classes or styles may have changed. */
  restyle(): void;
  focus(): void;
  blur(): void;
  clear(): void;
  close(): void;
}

export function createElement({ page, kind, host, twin, events, arrange }: ElementOptions): SecureElement {
  const isControl = takesInput(kind);
  const frame = host.ownerDocument.createElement('iframe');
  setStyles(frame, {
    all: 'initial',
    position: 'absolute',
    top: '0',
    left: '0',
    width: '100%',
    height: '100%',
    // Until its look is set; then nothing flashes.
    visibility: 'hidden',
  });

  let settings: ElementSettings | undefined;
  /** Whether what is invalid is so in the eyes of a person as well, `:user-invalid`. */
  let touched = false;

  const link = createElementLink({
    page,
    frame,
    takesInput: isControl,
    onConnect: restyle,
    events: {
      ...events,
      state(state, before) {
        setStyles(frame, { visibility: 'inherit' });
        mark(stateAttributes.focus, state.focused);
        mark(stateAttributes.invalid, !state.valid);
        // As browsers do: from when somebody leaves what they have changed.
        if (before?.focused && !state.focused && state.dirty) touch();
        mark(userInvalid, touched && !state.valid);
        mark('data-lunasec-filled', state.filled);
        events.state(state, before);
      },
    },
  });

  function touch(): void {
    if (touched) return;
    touched = true;
    restyle();
  }

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
    if (settings) configure(settings);
  }

  function configure(next: ElementSettings): void {
    settings = next;
    const { attributes, validator, labelledBy, describedBy, name, tabIndex } = next;
    const label = textOf(twin, labelledBy) ?? attributes.ariaLabel ?? labelOf(twin);
    frame.title = label ?? attributes.placeholder ?? name ?? '';
    if (tabIndex === undefined) frame.removeAttribute('tabindex');
    else frame.tabIndex = tabIndex;
    const wanted: ElementAttributes = {
      ...attributes,
      ...(isControl && {
        ariaLabel: label,
        ariaDescription: attributes.ariaDescription ?? textOf(twin, describedBy),
        // A disabled fieldset disables what is in it.
        disabled: twin.matches(':disabled'),
      }),
      lang: attributes.lang ?? twin.closest<HTMLElement>('[lang]')?.lang,
    };
    link.configure({ kind, attributes: onlyValid(wanted), ...(validator && { validator }) });
  }

  const hover = ({ type }: Event) => mark(stateAttributes.hover, type === 'mouseenter');
  frame.addEventListener('mouseenter', hover);
  frame.addEventListener('mouseleave', hover);
  const unwatch = page.appearance.watch(host, restyle);
  frame.src = page.elementURL;
  host.append(frame);

  return {
    configure,
    restyle,
    show: (token) => link.show(token),
    validate() {
      touch();
      return link.validate();
    },
    tokenize: link.tokenize,
    focus: () => link.command('focus'),
    blur() {
      link.command('blur');
      frame.blur();
    },
    clear: () => link.command('clear'),
    close() {
      unwatch();
      link.close();
      frame.remove();
      for (const name of [...Object.values(stateAttributes), userInvalid, 'data-lunasec-filled'])
        setState(twin, name, false);
    },
  };
}

/** A frame drops a message with anything unknown in it; better to lose the one attribute than the whole message. */
function onlyValid(attributes: ElementAttributes): ElementAttributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name, value]) => value !== undefined && elementAttributes({ [name]: value }),
    ),
  );
}
