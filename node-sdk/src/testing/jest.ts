/** Adds this package's matchers to jest: name it in `setupFilesAfterEnv`, or import it in a test file. */
import { expect } from '@jest/globals';
import { matchers } from './matchers.js';

expect.extend(matchers);

declare module 'expect' {
  interface Matchers<R> {
    /** The value is a well-formed token. */
    toBeToken(): R;
    /** The secure frames of the session, from `lunaSec.asSession(…)`, may show the token's value now. To be awaited. */
    toHaveReadGrant(token: string): Promise<R>;
  }
}
