import { bool, exactly, integer, optional, shape, text } from './parsers.js';
import type { Parsed } from './parsers.js';

/** What a secure frame can render. `input` and `textarea` take values, the others show them. */
export const elementKind = exactly('input', 'textarea', 'paragraph', 'span');
export type ElementKind = Parsed<typeof elementKind>;

/** Validators that a frame brings along; each is checked inside the frame. */
export const validatorName = exactly('SSN', 'Email', 'CardNumber', 'Phone');
export type ValidatorName = Parsed<typeof validatorName>;

/** The types of a secure input. None lets a page read anything out or navigate. */
export const inputType = exactly('text', 'email', 'tel', 'number', 'password', 'url');
export type InputType = Parsed<typeof inputType>;

/**
 * Attributes a page may set on the real element inside a frame, named as React names them.
 * None of them loads, runs or navigates. `maxLength`, `minLength` count UTF-16 units, `rows` lines.
 */
export const elementAttributes = shape({
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
  rows: optional(integer(1, 1000)),
  spellCheck: optional(bool),
  dir: optional(exactly('ltr', 'rtl', 'auto')),
  lang: optional(text(35)),
  ariaLabel: optional(text(1000)),
  ariaDescription: optional(text(1000)),
  ariaInvalid: optional(bool),
});
export type ElementAttributes = Parsed<typeof elementAttributes>;
