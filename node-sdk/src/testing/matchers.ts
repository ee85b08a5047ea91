import { isToken } from '../token.js';
import type { TestSession } from './test-lunasec.js';

interface Verdict {
  pass: boolean;
  message(): string;
}

/**
 * Matchers for `expect.extend(matchers)` of jest and of those that share its form. With jest, importing
 * `@lunasec/node-sdk/testing/jest` does that, and adds their types.
 */
export const matchers = {
  /** `expect(row.ssn).toBeToken()`: a well-formed token, and not the value itself. */
  toBeToken(received: unknown): Verdict {
    const pass = isToken(received);
    return {
      pass,
      message: () =>
        pass ? `expected ${String(received)} not to be a token` : `expected ${show(received)} to be a token`,
    };
  },

  /** `await expect(lunaSec.asSession('s1')).toHaveReadGrant(token)`: its frames may show the token's value now. */
  async toHaveReadGrant(received: unknown, token: unknown): Promise<Verdict> {
    if (!isTestSession(received))
      throw new TypeError('toHaveReadGrant needs a session: expect(lunaSec.asSession("…")).');
    if (!isToken(token)) return { pass: false, message: () => `expected a token, and got ${show(token)}` };
    const code = await received.detokenize(token).then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
    return {
      pass: code === undefined,
      message: () =>
        code === undefined
          ? `expected session ${received.sessionId} not to have a read grant for ${token}`
          : `expected session ${received.sessionId} to have a read grant for ${token}, and got ${code}`,
    };
  },
};

const isTestSession = (value: unknown): value is TestSession =>
  typeof value === 'object' && value !== null && 'sessionId' in value && 'detokenize' in value;

/** What is no token might be a value: only its kind and size are shown. */
const show = (value: unknown): string =>
  typeof value === 'string' ? `a text of ${value.length} characters` : String(value);
