import { SecureForm, SecureInput } from '@lunasec/react-sdk';
import { useRef, useState } from 'react';
import { failureOf } from '../api.js';
import { useStoredValues } from '../values.js';

/** Asks for a value where a story needs one: this session has stored none yet. */
export function StoreFirst({ of, prefix }: { of: 'text' | 'file'; prefix: string }) {
  const { store } = useStoredValues();
  const token = useRef('');
  const [problem, setProblem] = useState('');
  if (of === 'file')
    return (
      <p className="g-first g-quiet">
        <span>
          This story shows a stored file, and your session has none yet.{' '}
          <a className="g-link" href="#/secure-upload/plain">
            Upload one first
          </a>
          .
        </span>
      </p>
    );
  return (
    <SecureForm
      className="g-first"
      onError={({ code, message }) => setProblem(`${code}: ${message}`)}
      onSubmit={async () => {
        try {
          await store({ [`${prefix}/value`]: token.current });
        } catch (error) {
          setProblem(failureOf(error).message);
        }
      }}
    >
      <label className="g-label" htmlFor="store-first">
        A value to show
      </label>
      <p className="g-hint" id="store-first-hint">
        This story shows a stored value, and your session has none yet. Type anything; this page will not see
        it.
      </p>
      <SecureInput
        id="store-first"
        className="g-input"
        required
        autoComplete="off"
        aria-describedby="store-first-hint"
        onChange={(event) => {
          token.current = event.target.value;
        }}
      />
      <div className="g-bar g-bar-plain">
        <button className="g-button g-primary">Store</button>
        <p className="g-notice g-bad" role="status">
          {problem}
        </p>
      </div>
    </SecureForm>
  );
}
