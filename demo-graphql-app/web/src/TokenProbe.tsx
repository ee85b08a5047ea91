import { SecureParagraph } from '@lunasec/react-sdk';
import { useState } from 'react';
import { explain } from './problems.js';
import { Notice } from './ui.js';

/** Lets a curious person paste any token: without a read grant of the own session, the frame shows nothing. */
export function TokenProbe() {
  const [token, setToken] = useState<string>();
  const [problem, setProblem] = useState<string>();

  return (
    <details className="probe">
      <summary>Try somebody else’s token</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setProblem(undefined);
          setToken(String(new FormData(event.currentTarget).get('probe')).trim() || undefined);
        }}
      >
        <label className="field">
          <span>Token</span>
          <input
            className="control"
            name="probe"
            placeholder="lunasec-…"
            autoComplete="off"
            spellCheck={false}
          />
        </label>
        <button type="submit" className="secondary">
          Show
        </button>
      </form>
      {token && (
        <SecureParagraph
          key={token}
          token={token}
          className="value"
          aria-label="Value of the token"
          fallback={<span className="muted">Nothing to show.</span>}
          onError={(failure) => setProblem(explain(failure))}
        />
      )}
      <Notice problem={problem} />
    </details>
  );
}
