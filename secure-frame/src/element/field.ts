import type { ElementAttributes, ElementKind, ValidatorName } from '../protocol/attributes.js';
import { compilePattern } from './pattern.js';
import { validators } from './validators.js';

type Attributes = Omit<ElementAttributes, Constraint>;
type Constraint = 'type' | 'pattern' | 'minLength' | 'maxLength';

/** The real element inside the frame. */
export interface Field {
  readonly element: HTMLElement;
  readonly takesInput: boolean;
  /** Whether the page's `pattern` was refused, see {@link compilePattern}. */
  readonly refusesPattern: boolean;
  text(): string;
  /** Whether nothing at all is in it: a number field has no text while what is typed is no number. */
  isEmpty(): boolean;
  setText(text: string): void;
  /** Selects the whole text of a field that takes input. */
  select(): void;
  isValid(): boolean;
  /** Everything but the constraints, which are fixed at creation. */
  setAttributes(attributes: Attributes): void;
  /** Whether the content is a stored value as it is: then nothing about it is judged. */
  setStored(stored: boolean): void;
}

/** React's name → attribute. */
const names = {
  placeholder: 'placeholder',
  autoComplete: 'autocomplete',
  autoCapitalize: 'autocapitalize',
  enterKeyHint: 'enterkeyhint',
  inputMode: 'inputmode',
  rows: 'rows',
  spellCheck: 'spellcheck',
  dir: 'dir',
  lang: 'lang',
  ariaLabel: 'aria-label',
  ariaDescription: 'aria-description',
  ariaInvalid: 'aria-invalid',
} as const satisfies Partial<Record<keyof ElementAttributes, string>>;

export function createField(
  document: Document,
  kind: ElementKind,
  attributes: ElementAttributes,
  validator: ValidatorName | undefined,
): Field {
  const field =
    kind === 'input' || kind === 'textarea'
      ? createControl(document.createElement(kind), attributes, validator)
      : createText(document.createElement(kind === 'paragraph' ? 'p' : 'span'));
  field.element.id = 'field';
  field.setAttributes(attributes);
  return field;
}

function createControl(
  element: HTMLInputElement | HTMLTextAreaElement,
  { type, pattern, minLength, maxLength }: Pick<ElementAttributes, Constraint>,
  validator: ValidatorName | undefined,
): Field {
  const wanted = { type, minlength: minLength, maxlength: maxLength };
  for (const [name, value] of Object.entries(wanted)) setAttribute(element, name, value);
  const matches = pattern === undefined ? undefined : compilePattern(pattern);
  const isRight = (text: string) =>
    (matches?.(text) ?? true) && (validator === undefined || validators[validator](text));
  let required = false;
  let stored = false;

  const judge = () => {
    element.required = required && !stored;
    const wrong = !stored && element.value !== '' && !isRight(element.value);
    element.setCustomValidity(wrong ? 'Check this value.' : '');
  };
  element.addEventListener('input', judge);

  return {
    element,
    takesInput: true,
    refusesPattern: pattern !== undefined && matches === undefined,
    text: () => element.value,
    isEmpty: () => element.value === '' && !element.validity.badInput,
    setText(text) {
      element.value = text;
      judge();
    },
    select: () => element.select(),
    isValid() {
      judge();
      return stored || element.validity.valid;
    },
    setAttributes(attributes) {
      // Some browsers send what they check to a server: only where the page asks for it.
      setCommon(element, { ...attributes, spellCheck: attributes.spellCheck ?? false });
      required = attributes.required ?? false;
      element.disabled = attributes.disabled ?? false;
      element.readOnly = attributes.readOnly ?? false;
      judge();
    },
    setStored(value) {
      stored = value;
      judge();
    },
  };
}

function createText(element: HTMLElement): Field {
  return {
    element,
    takesInput: false,
    refusesPattern: false,
    text: () => element.textContent,
    isEmpty: () => element.textContent === '',
    setText: (text) => (element.textContent = text),
    select: () => {},
    isValid: () => true,
    setAttributes: (attributes) => setCommon(element, attributes),
    setStored: () => {},
  };
}

function setCommon(element: HTMLElement, attributes: Attributes): void {
  for (const [key, name] of Object.entries(names))
    setAttribute(element, name, attributes[key as keyof typeof names]);
}

function setAttribute(
  element: HTMLElement,
  name: string,
  value: string | number | boolean | undefined,
): void {
  if (value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, String(value));
}
