import type { ElementAttributes, ElementKind, ValidatorName } from '../protocol/attributes.js';
import type { InvalidCode } from '../protocol/invalid.js';
import { setConstraints } from './constraints.js';
import type { ConstraintAttributes } from './constraints.js';
import type * as extras from './extras.js';

export type Extras = typeof extras;

/** What cannot be changed after the first time. */
type Fixed = keyof ConstraintAttributes | 'conceal' | 'revealable' | 'copyable' | 'hideAfter' | 'maxRows';
type Attributes = Omit<ElementAttributes, Fixed>;

/** The real element inside the frame. */
export interface Field {
  readonly element: HTMLElement;
  readonly takesInput: boolean;
  /** Whether the page's `pattern` was refused, see `compilePattern`. */
  readonly refusesPattern: boolean;
  /** When the content is concealed, unless it is revealed: never, while nobody edits it, or (a password, mere text) always. */
  readonly concealment: 'none' | 'idle' | 'always';
  text(): string;
  /** Whether nothing at all is in it: a number field has no text while what is typed is no number. */
  isEmpty(): boolean;
  setText(text: string): void;
  /** Selects the whole text of a field that takes input. */
  select(): void;
  /** The first constraint that the content fails; null if it is valid. */
  invalid(): InvalidCode | null;
  /** Everything but the constraints and what is concealed, which are fixed at creation. */
  setAttributes(attributes: Attributes): void;
  /** Whether the content is a stored value as it is: then nothing about it is judged. */
  setStored(stored: boolean): void;
  /** Shows the content concealed or as it is. Concealed at first. Repeated when text or look have changed. */
  setConcealed(concealed: boolean): void;
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

/** Whether a field with these needs {@link Extras}. */
export const needsExtras = (
  { mask, conceal, revealable, copyable, maxRows }: ElementAttributes,
  validator: ValidatorName | undefined,
): boolean =>
  Boolean(revealable || copyable) || [mask, conceal, maxRows, validator].some((each) => each !== undefined);

/** Creates a field. Throws rather than leave out what it needs of the extras. */
export function createField(
  document: Document,
  kind: ElementKind,
  attributes: ElementAttributes,
  validator: ValidatorName | undefined,
  extras: Extras | undefined,
): Field {
  const field =
    kind === 'input' || kind === 'textarea'
      ? createControl(document.createElement(kind), attributes, validator, extras)
      : createText(document.createElement(kind === 'paragraph' ? 'p' : 'span'), attributes, extras);
  field.element.id = 'field';
  field.setAttributes(attributes);
  return field;
}

function createControl(
  element: HTMLInputElement | HTMLTextAreaElement,
  fixed: Pick<ElementAttributes, Fixed>,
  validator: ValidatorName | undefined,
  extras: Extras | undefined,
): Field {
  const { type, conceal } = fixed;
  const isInput = element.localName === 'input';
  const writtenMask = isInput ? maskOf(fixed) : undefined;
  const mask = writtenMask === undefined ? undefined : extras!.createMask(writtenMask);
  const isValid = validator === undefined ? () => true : extras!.validators[validator];
  const fitsMask = (text: string) => mask?.fits(text) ?? true;
  const { refusesPattern, failing } = setConstraints(element, fixed, { fitsMask, isValid });
  if (mask) extras!.keepMask(element as HTMLInputElement, mask);
  const isPassword = type === 'password' && isInput;
  const cover = conceal === undefined || isPassword ? undefined : extras!.createCover(element, conceal);
  let required = false;
  let stored = false;

  const judge = () => {
    element.required = required && !stored;
    const invalid = stored ? null : failing();
    element.setCustomValidity(invalid ? 'Check this value.' : '');
    return invalid;
  };
  element.addEventListener('input', judge);
  const isEmpty = () => element.value === '' && !element.validity.badInput;

  return {
    element,
    takesInput: true,
    refusesPattern,
    concealment: isPassword ? 'always' : cover ? 'idle' : 'none',
    text: () => element.value,
    isEmpty,
    setText(text) {
      element.value = text;
      judge();
    },
    select: () => element.select(),
    invalid: judge,
    setAttributes(attributes) {
      setCommon(element, {
        ...attributes,
        // Some browsers send what they check to a server: only where the page asks for it.
        spellCheck: attributes.spellCheck ?? false,
        inputMode: attributes.inputMode ?? (mask?.isNumeric && type !== 'tel' ? 'numeric' : undefined),
      });
      required = attributes.required ?? false;
      element.disabled = attributes.disabled ?? false;
      element.readOnly = attributes.readOnly ?? false;
      judge();
    },
    setStored(value) {
      stored = value;
      judge();
    },
    setConcealed(concealed) {
      cover?.(concealed && !isEmpty());
      if (isPassword) element.setAttribute('type', concealed ? 'password' : 'text');
    },
  };
}

/** The mask of an input in which carets can be placed, as far as its text may go. */
const maskOf = ({ type = 'text', mask, maxLength }: Pick<ElementAttributes, Fixed>) =>
  /^(text|tel|url|password)$/.test(type) ? mask?.slice(0, maxLength) : undefined;

function createText(element: HTMLElement, { conceal }: ElementAttributes, extras: Extras | undefined): Field {
  let content = '';
  let isConcealed = true;
  const show = () => {
    const shown =
      isConcealed && conceal !== undefined
        ? extras!.concealText(content, conceal, extras!.isRightToLeft(element))
        : content;
    // Somebody may have selected it.
    if (element.textContent !== shown) element.textContent = shown;
  };
  return {
    element,
    takesInput: false,
    refusesPattern: false,
    concealment: conceal === undefined ? 'none' : 'always',
    text: () => content,
    isEmpty: () => content === '',
    setText(text) {
      content = text;
      show();
    },
    select: () => {},
    invalid: () => null,
    setAttributes: (attributes) => setCommon(element, attributes),
    setStored: () => {},
    setConcealed(concealed) {
      isConcealed = concealed;
      show();
    },
  };
}

function setCommon(element: HTMLElement, attributes: Attributes): void {
  for (const [key, name] of Object.entries(names)) {
    const value = attributes[key as keyof typeof names];
    if (value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, String(value));
  }
}
