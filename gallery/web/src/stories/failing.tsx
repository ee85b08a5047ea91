import type { SecureTextProps } from '@lunasec/react-sdk';
import { choice } from '../story/types.js';
import type { Look } from '../preview/themes.js';

/** A token of nobody: no session has a read grant for it. */
export const foreignToken = 'lunasec-00000000-0000-4000-8000-000000000000';

export const fallbacks = choice('fallback', ['none', 'text', 'function'], 'function', {
  hint: 'What stands there instead.',
});
type Fallback = (typeof fallbacks.options)[number];

export const fallbackOf = (kind: Fallback, look?: Look): SecureTextProps['fallback'] =>
  ({
    none: undefined,
    text: 'Not available',
    function: (problem: { code: string }, retry: () => void) => (
      <span className={look?.error} role="alert">
        Not shown: {problem.code}.{' '}
        <button type="button" onClick={retry}>
          Try again
        </button>
      </span>
    ),
  })[kind];

export const fallbackCode = (kind: Fallback): string | undefined =>
  ({
    none: undefined,
    text: "'Not available'",
    function: `(problem, retry) => (
  <span role="alert">
    Not shown: {problem.code}. <button onClick={retry}>Try again</button>
  </span>
)`,
  })[kind];
