import type { Field } from './field.js';

export interface Reveal {
  isRevealed(): boolean;
  /** Shows the content, or hides it again. Call it for a person only. */
  toggle(): void;
  /** Hides the content, also if somebody edits it: it is another one. */
  hide(): void;
  /** Repeats what it is after text or look have changed. */
  refresh(): void;
}

export interface RevealParts {
  document: Document;
  field: Field;
  /** Seconds after which what is revealed hides again. */
  hideAfter: number | undefined;
  /** Whether an event comes from a person: a page can move the focus, and must not reveal anything by that. */
  isByPerson(event: Event): boolean;
  /** It is revealed or hidden now. */
  changed(): void;
}

/** Keys that edit, or move the caret. With a Tab or a shortcut nobody asks to see anything. */
const editing = /^(?:.|Arrow\w+|Home|End|Backspace|Delete)$/u;

/**
 * Decides when a field conceals what is in it: always but while a person has it revealed, which ends when they look elsewhere,
 * and, in a control, while they edit it.
 */
export function createReveal({ document, field, hideAfter, isByPerson, changed }: RevealParts): Reveal {
  const { element, concealment } = field;
  const view = document.defaultView!;
  let isRevealed = false;
  let isEdited = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function refresh(): void {
    if (concealment !== 'none') field.setConcealed(!isRevealed && !isEdited);
  }

  function set(revealed: boolean): void {
    clearTimeout(timer);
    if (revealed && hideAfter !== undefined) timer = setTimeout(() => set(false), hideAfter * 1000);
    const was = isRevealed;
    isRevealed = revealed;
    refresh();
    if (was !== revealed) changed();
  }

  function hide(): void {
    isEdited = false;
    set(false);
  }

  if (concealment === 'idle') {
    const edit = (event: Event) => {
      if (isEdited || document.activeElement !== element || !isByPerson(event)) return;
      isEdited = true;
      refresh();
    };
    element.addEventListener('click', edit);
    element.addEventListener('input', edit);
    element.addEventListener('keydown', (event) => {
      if (!event.ctrlKey && !event.metaKey && editing.test(event.key)) edit(event);
    });
    element.addEventListener('blur', () => {
      isEdited = false;
      refresh();
    });
  }
  view.addEventListener('blur', hide);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) hide();
  });
  refresh();

  return { isRevealed: () => isRevealed, toggle: () => set(!isRevealed), hide, refresh };
}
