import { bool, exactly, integer, optional, options, shape, text } from './parsers.js';
import type { Parsed } from './parsers.js';

/** What a secure frame can render. `input` and `textarea` take values, the others show them. */
export const elementKind = exactly('input', 'textarea', 'paragraph', 'span');
export type ElementKind = Parsed<typeof elementKind>;

/** Validators that a frame brings along; each is checked inside the frame. */
export const validatorName = exactly('SSN', 'Email', 'CardNumber', 'Phone', 'IBAN', 'Date');
export type ValidatorName = Parsed<typeof validatorName>;

/** The types of a secure input. None lets a page read anything out or navigate. */
export const inputType = exactly('text', 'email', 'tel', 'number', 'password', 'url');
export type InputType = Parsed<typeof inputType>;

const label = optional(text(100));

/**
 * Attributes a page may set on the real element inside a frame, named as React names them.
 * None of them loads, runs or navigates. `maxLength`, `minLength` count UTF-16 units, `rows`, `maxRows` lines.
 *
 * The constraints (`type`, `pattern`, `mask`, lengths, `min`, `max`, `step`) and what may be seen of a value (`conceal`,
 * `revealable`, `copyable`, `hideAfter`, `maxRows`) are those of the first `configure` for good.
 *
 * One that is wrong is left out alone: the rest of the field still works.
 */
export const elementAttributes = options({
  type: inputType,
  placeholder: text(1000),
  required: bool,
  disabled: bool,
  readOnly: bool,
  autoComplete: text(100),
  autoCapitalize: text(20),
  enterKeyHint: text(20),
  inputMode: exactly('none', 'text', 'tel', 'url', 'email', 'numeric', 'decimal', 'search'),
  maxLength: integer(0, 1 << 20),
  minLength: integer(0, 1 << 20),
  pattern: text(1000),
  /** Of a number input, as HTML writes them: `0.01`, `any`. */
  min: text(32),
  max: text(32),
  step: text(32),
  /**
   * The form that text takes as it is typed into a one-line input of type text, tel, url or password: `#` stands for a digit,
   * `A` for a letter, `*` for either, anything else for itself.
   */
  mask: text(64),
  /**
   * While hidden, all letters and digits but this many last ones are shown as •. Of a value with no more than that many, all.
   * An input is hidden except while somebody edits it.
   */
  conceal: integer(0, 64),
  /** A button in the frame shows a concealed value or a password, and hides it again. */
  revealable: bool,
  /** A button in the frame copies the value. */
  copyable: bool,
  /** Seconds after which a revealed value hides again. */
  hideAfter: integer(1, 3600),
  /** Names of these buttons, and what is said after copying. Default: Show, Hide, Copy, Copied. */
  labels: shape({ reveal: label, hide: label, copy: label, copied: label }),
  /** A text area asks for as many lines as its typed text takes, from `rows` to this many. Tells the page their number. */
  maxRows: integer(1, 1000),
  rows: integer(1, 1000),
  spellCheck: bool,
  dir: exactly('ltr', 'rtl', 'auto'),
  lang: text(35),
  ariaLabel: text(1000),
  ariaDescription: text(1000),
  ariaInvalid: bool,
});
export type ElementAttributes = Parsed<typeof elementAttributes>;
