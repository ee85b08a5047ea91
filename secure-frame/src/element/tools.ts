import type { ElementAttributes } from '../protocol/attributes.js';
import { copyText } from './copy.js';
import type { Field } from './field.js';
import { createIcon } from './icons.js';
import type { IconName } from './icons.js';
import type { Reveal } from './reveal.js';

type Labels = NonNullable<ElementAttributes['labels']>;

export interface Tools {
  /** Shows the buttons for what is in the field now. */
  refresh(): void;
  /** Places the buttons and gives them the field's colour and size. To be called when the field's look has changed. */
  place(): void;
  setLabels(labels: Labels | undefined): void;
}

export interface ToolParts {
  document: Document;
  field: Field;
  reveal: Reveal;
  attributes: Pick<ElementAttributes, 'revealable' | 'copyable'>;
  clipboard: Pick<Clipboard, 'writeText'> | undefined;
  /** Whether an event comes from a person: a page cannot reveal or copy anything. */
  isByPerson(event: Event): boolean;
}

const english = { reveal: 'Show', hide: 'Hide', copy: 'Copy', copied: 'Copied' };
/** Milliseconds for which it is said that something was copied. */
const notice = 2000;
/** CSS pixels between text and buttons. */
const gap = 4;

/** Buttons inside the frame, at the end of the field: to reveal what is concealed, and to copy it. */
export function createTools(parts: ToolParts): Tools | undefined {
  const { document, field, reveal, attributes, clipboard, isByPerson } = parts;
  const { element } = field;
  const isRevealable = attributes.revealable === true && field.concealment !== 'none';
  if (!isRevealable && !attributes.copyable) return undefined;

  let labels: typeof english = english;
  let wasCopied = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const bar = document.createElement('div');
  bar.id = 'tools';
  const status = document.createElement('span');
  status.id = 'status';
  status.setAttribute('role', 'status');

  const toggle = isRevealable ? addButton(() => reveal.toggle()) : undefined;
  const copy = attributes.copyable ? addButton(() => void copyContent()) : undefined;
  bar.append(status);
  element.after(bar);

  function addButton(act: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.addEventListener('mousedown', (event) => {
      // Somebody who is typing goes on.
      if (document.activeElement === element) event.preventDefault();
    });
    button.addEventListener('click', (event) => {
      if (isByPerson(event)) act();
    });
    bar.append(button);
    return button;
  }

  async function copyContent(): Promise<void> {
    if (!(await copyText(document, clipboard, field.text()))) return;
    wasCopied = true;
    refresh();
    clearTimeout(timer);
    timer = setTimeout(() => {
      wasCopied = false;
      refresh();
    }, notice);
  }

  function refresh(): void {
    bar.hidden = field.isEmpty();
    const isRevealed = reveal.isRevealed();
    // Its name says what it does next; `aria-pressed` besides would say it twice, and once wrongly.
    if (toggle) dress(toggle, isRevealed ? 'hide' : 'reveal', isRevealed ? labels.hide : labels.reveal);
    if (copy) dress(copy, wasCopied ? 'copied' : 'copy', labels.copy);
    const text = wasCopied ? labels.copied : '';
    if (status.textContent !== text) status.textContent = text;
  }

  function place(): void {
    const style = document.defaultView!.getComputedStyle(element);
    const { direction, color, fontSize } = style;
    const pixels = (name: string) => parseFloat(style.getPropertyValue(name)) || 0;
    const end = direction === 'rtl' ? 'left' : 'right';
    const padding = pixels(`padding-${end}`);
    const inset = padding + pixels(`border-${end}-width`);
    bar.style.cssText = '';
    for (const [name, value] of Object.entries({ direction, color, 'font-size': fontSize }))
      bar.style.setProperty(name, value);
    bar.style.setProperty(end, `${inset}px`);
    const isOfLines = element.localName === 'textarea' || element.localName === 'p';
    bar.classList.toggle('top', isOfLines);
    if (isOfLines)
      bar.style.setProperty('padding-top', `${pixels('padding-top') + pixels('border-top-width')}px`);
    // Room is kept also while there is nothing to reveal, so that text does not move.
    const { hidden } = bar;
    bar.hidden = false;
    element.style.setProperty(`padding-${end}`, `${padding + bar.offsetWidth + gap}px`);
    bar.hidden = hidden;
  }

  refresh();
  return {
    refresh,
    place,
    setLabels(given = {}) {
      const wanted = Object.entries(given).filter(([, label]) => label);
      labels = { ...english, ...Object.fromEntries(wanted) };
      refresh();
    },
  };
}

function dress(button: HTMLButtonElement, icon: IconName, label: string): void {
  if (button.dataset.icon !== icon) button.replaceChildren(createIcon(button.ownerDocument, icon));
  button.dataset.icon = icon;
  button.setAttribute('aria-label', label);
  button.title = label;
}
