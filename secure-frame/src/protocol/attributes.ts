import { bool, exactly, integer, optional, shape, text } from './guards.js';
import type { Guard, Guarded } from './guards.js';

/** What a secure frame can render. `input` and `textarea` take values, the others show them. */
export const elementKind = exactly('input', 'textarea', 'paragraph', 'span');
export type ElementKind = Guarded<typeof elementKind>;

/** Validators that a frame brings along; each is checked inside the frame. */
export const validatorName = exactly('SSN', 'Email', 'CardNumber', 'Phone', 'IBAN', 'Date');
export type ValidatorName = Guarded<typeof validatorName>;

/** The types of a secure input. None lets a page read anything out or navigate. */
export const inputType = exactly('text', 'email', 'tel', 'number', 'password', 'url');
export type InputType = Guarded<typeof inputType>;

const label = optional(text(100));

const attributes = {
  type: optional(inputType),
  placeholder: optional(text(1000)),
  required: optional(bool),
  disabled: optional(bool),
  readOnly: optional(bool),
  autoComplete: optional(text(100)),
  autoCapitalize: optional(text(20)),
  enterKeyHint: optional(text(20)),
  inputMode: optional(exactly('none', 'text', 'tel', 'url', 'email', 'numeric', 'decimal', 'search')),
  maxLength: optional(integer(0, 1 << 20)),
  minLength: optional(integer(0, 1 << 20)),
  pattern: optional(text(1000)),
  /** Of a number input, as HTML writes them: `0.01`, `any`. */
  min: optional(text(32)),
  max: optional(text(32)),
  step: optional(text(32)),
  /**
   * The form that text takes as it is typed into a one-line input of type text, tel, url or password: `#` stands for a digit,
   * `A` for a letter, `*` for either, anything else for itself.
   */
  mask: optional(text(64)),
  /**
   * While hidden, all letters and digits but this many last ones are shown as •. Of a value with no more than that many, all.
   * An input is hidden except while somebody edits it.
   */
  conceal: optional(integer(0, 64)),
  /** A button in the frame shows a concealed value or a password, and hides it again. */
  revealable: optional(bool),
  /** A button in the frame copies the value. */
  copyable: optional(bool),
  /** Seconds after which a revealed value hides again. */
  hideAfter: optional(integer(1, 3600)),
  /** Names of these buttons, and what is said after copying. Default: Show, Hide, Copy, Copied. */
  labels: optional(shape({ reveal: label, hide: label, copy: label, copied: label })),
  /** A text area asks for as many lines as its typed text takes, from `rows` to this many. Tells the page their number. */
  maxRows: optional(integer(1, 1000)),
  rows: optional(integer(1, 1000)),
  spellCheck: optional(bool),
  dir: optional(exactly('ltr', 'rtl', 'auto')),
  lang: optional(text(35)),
  ariaLabel: optional(text(1000)),
  ariaDescription: optional(text(1000)),
  ariaInvalid: optional(bool),
};

/**
 * Attributes a page may set on the real element inside a frame, named as React names them.
 * None of them loads, runs or navigates. `maxLength`, `minLength` count UTF-16 units, `rows`, `maxRows` lines.
 *
 * The constraints (`type`, `pattern`, `mask`, lengths, `min`, `max`, `step`) and what may be seen of a value (`conceal`,
 * `revealable`, `copyable`, `hideAfter`, `maxRows`) are those of the first `configure` for good.
 */
export const elementAttributes = shape(attributes);
export type ElementAttributes = Guarded<typeof elementAttributes>;

/** Those of a page's attributes that a frame takes. One that is wrong goes alone: the rest of the field still works. */
export function validAttributes(wanted: Record<string, unknown>): ElementAttributes {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, guard]: [string, Guard<unknown>]) =>
      Object.hasOwn(wanted, name) && guard(wanted[name]) ? [[name, wanted[name]]] : [],
    ),
  );
}
