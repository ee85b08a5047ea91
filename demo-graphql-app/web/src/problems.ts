import { CombinedGraphQLErrors } from '@apollo/client';

/** What a person can do about a failure, by its stable code. */
const advice: Record<string, string> = {
  UNAUTHENTICATED:
    'You are no longer logged in. Reload the page and log in again; what you typed is still here until then.',
  STORE_GRANT_MISSING: 'This value was not entered in your session. Type it again and save.',
  READ_GRANT_MISSING: 'You may not read this value, or your permission ran out. Reload the page.',
  GRANT_EXPIRED: 'Too much time has passed. Reload the page, or type the value again.',
  TOKEN_NOT_FOUND: 'This value no longer exists. Type it again and save.',
  TOKEN_DELETED: 'This value was deleted. Type it again and save.',
  UPLOAD_MISSING: 'The value did not arrive. Save again.',
  TOO_LARGE: 'This text is too long to store. Shorten it and save again.',
  QUOTA_EXCEEDED:
    'The secure store is full. What you typed is still here; tell the people who run this site.',
  RATE_LIMITED: 'Too many requests. Wait a moment, then try again.',
  VALIDATION_FAILED: 'Check the marked field.',
  FORBIDDEN: 'Your role may not do this.',
  UNAVAILABLE:
    'The secure store can’t be reached right now. Nothing you typed is lost; try again in a moment.',
};

/** The stable code of an error of GraphQL or of a secure field. */
export function codeOf(error: unknown): string {
  if (CombinedGraphQLErrors.is(error)) return String(error.errors[0]?.extensions?.code ?? 'UNKNOWN');
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return 'UNAVAILABLE';
}

export function explain(error: unknown): string {
  const known = advice[codeOf(error)];
  if (known) return known;
  return error instanceof Error ? error.message : 'Something went wrong. Try again.';
}
