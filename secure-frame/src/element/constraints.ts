import type { ElementAttributes } from '../protocol/attributes.js';
import type { InvalidCode } from '../protocol/invalid.js';
import { compilePattern } from './pattern.js';

export type ConstraintAttributes = Pick<
  ElementAttributes,
  'type' | 'pattern' | 'minLength' | 'maxLength' | 'min' | 'max' | 'step' | 'mask'
>;

export interface Constraints {
  /** Whether the page's `pattern` was refused, see {@link compilePattern}. */
  readonly refusesPattern: boolean;
  /** The first constraint that what is in the element fails, in the order of {@link InvalidCode}; null if none. */
  failing(): InvalidCode | null;
}

type Control = HTMLInputElement | HTMLTextAreaElement;

/** Constraints beyond those of HTML. */
export interface Checks {
  /** Whether a text has the form of the field's mask. */
  fitsMask(text: string): boolean;
  /** What the built-in validator says. */
  isValid(text: string, mask: string | undefined): boolean;
}

/** Sets the constraints of a control, once: changed later, they would probe the value. */
export function setConstraints(
  control: Control,
  attributes: ConstraintAttributes,
  { fitsMask, isValid }: Checks,
): Constraints {
  const { type, pattern, minLength, maxLength, min, max, step, mask } = attributes;
  const native = { type, minlength: minLength, maxlength: maxLength, min, max, step };
  for (const [name, value] of Object.entries(native))
    if (value !== undefined) control.setAttribute(name, String(value));
  const matches = pattern === undefined ? undefined : compilePattern(pattern);

  return {
    refusesPattern: pattern !== undefined && matches === undefined,
    failing() {
      const { value, validity } = control;
      if (validity.valueMissing) return 'VALUE_MISSING';
      if (validity.badInput) return 'BAD_INPUT';
      if (value === '') return null;
      if (validity.typeMismatch) return 'TYPE_MISMATCH';
      if (!(matches?.(value) ?? true) || !fitsMask(value)) return 'PATTERN_MISMATCH';
      // A browser counts only what was typed, and a mask sets text.
      if (minLength !== undefined && value.length < minLength) return 'TOO_SHORT';
      if (validity.tooLong) return 'TOO_LONG';
      if (validity.rangeUnderflow) return 'RANGE_UNDERFLOW';
      if (validity.rangeOverflow) return 'RANGE_OVERFLOW';
      if (validity.stepMismatch) return 'STEP_MISMATCH';
      return isValid(value, mask) ? null : 'VALIDATOR_MISMATCH';
    },
  };
}
