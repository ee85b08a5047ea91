/**
 * Why a value is invalid: the first constraint, in this order, that it fails. The names are those of HTML's `ValidityState`;
 * `VALIDATOR_MISMATCH` is the built-in validator. An app turns them into messages in its own words and language.
 */
export const invalidCodes = [
  'VALUE_MISSING',
  'BAD_INPUT',
  'TYPE_MISMATCH',
  'PATTERN_MISMATCH',
  'TOO_SHORT',
  'TOO_LONG',
  'RANGE_UNDERFLOW',
  'RANGE_OVERFLOW',
  'STEP_MISMATCH',
  'VALIDATOR_MISMATCH',
] as const;
export type InvalidCode = (typeof invalidCodes)[number];
