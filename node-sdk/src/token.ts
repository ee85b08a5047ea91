export { isToken } from '@lunasec/secure-frame/protocol';

/** A token, with the binding that it must have, if any. */
export interface TokenRef {
  token: string;
  /** Names the one place that the token may be read from, such as `User.ssn:42`. */
  binding?: string | undefined;
}
