export { isToken } from '@lunasec/secure-frame/protocol';

/** A token, with the binding that it must have, if any. */
export interface TokenRef {
  token: string;
  /** Names the one place that the token may be read from, such as `User.ssn:42`. */
  binding?: string | undefined;
}

const inText = /lunasec-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** A text with `[token]` in the place of every token; the very same text when it has none. */
export const cutTokens = (text: string): string => text.replace(inText, '[token]');
