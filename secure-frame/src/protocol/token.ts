const pattern = /^lunasec-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a value is a well-formed token: `lunasec-` and a lower-case version 4 UUID (RFC 9562). */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length === 44 && pattern.test(value);
}

/** A new token name. Made where the value is encrypted, because the ciphertext is bound to it. */
export function createToken(): string {
  return `lunasec-${crypto.randomUUID()}`;
}
