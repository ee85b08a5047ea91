/**
 * A text that no version 7 UUID of that time or later comes before, and every earlier one does: such ids begin with
 * their time in milliseconds, 12 hexadecimal digits (RFC 9562 §5.7).
 */
export function firstIdAt(time: Date): string {
  const digits = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-`;
}
