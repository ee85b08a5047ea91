const pattern = /^lunasec-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a value is a well-formed token: `lunasec-` and a lower-case version 4 UUID (RFC 9562). */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length === 44 && pattern.test(value);
}

/** A token, with the binding that it must have, if any. */
export interface TokenRef {
  token: string;
  /** Names the one place that the token may be read from, such as `User.ssn:42`. */
  binding?: string | undefined;
}
