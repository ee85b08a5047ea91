import { bool, exactly, integer, optional, shape, text } from './guards.js';
import type { Guard, Guarded } from './guards.js';

/** What a secure frame can render. `input` and `textarea` take values, the others show them. */
export const elementKind = exactly('input', 'textarea', 'paragraph', 'span');
export type ElementKind = Guarded<typeof elementKind>;

/** Validators that a frame brings along; each is checked inside the frame. */
export const validatorName = exactly('SSN', 'Email', 'CardNumber', 'Phone');
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
  min: optional(text(32)),
  max: optional(text(32)),
  step: optional(text(32)),
  rows: optional(integer(1, 1000)),
  maxRows: optional(integer(1, 1000)),
  spellCheck: optional(bool),
  mask: optional(text(64)),
  conceal: optional(integer(0, 64)),
  revealable: optional(bool),
  copyable: optional(bool),
  hideAfter: optional(integer(1, 3600)),
  labels: optional(shape({ reveal: label, hide: label, copy: label, copied: label })),
  dir: optional(exactly('ltr', 'rtl', 'auto')),
  lang: optional(text(35)),
  ariaLabel: optional(text(1000)),
  ariaDescription: optional(text(1000)),
  ariaInvalid: optional(bool),
};

/**
 * Attributes a page may set on the real element inside a frame, named as React names them.
 * None of them loads, runs or navigates. `maxLength`, `minLength` count UTF-16 units, `rows`, `maxRows` lines.
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
