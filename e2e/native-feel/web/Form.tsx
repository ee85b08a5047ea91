import { SecureForm, SecureInput, SecureTextArea } from '@lunasec/react-sdk';
import { useState } from 'react';

/** A form of plain and secure fields, as an app has them. */
export function Form() {
  const [status, setStatus] = useState('editing');
  const [isLocked, lock] = useState(false);
  const [hasMore, setMore] = useState(false);
  const [error, setError] = useState('');
  return (
    <SecureForm
      onSubmit={() => setStatus('submitted')}
      onError={({ code }) => {
        setStatus(code);
        setError('Enter the number of your card.');
      }}
    >
      <p>
        <label htmlFor="name">Name</label> <input id="name" name="name" autoComplete="name" />
      </p>
      <p>
        <label htmlFor="card">Card number</label>{' '}
        <SecureInput
          id="card"
          name="card"
          required
          inputMode="numeric"
          autoComplete="cc-number"
          enterKeyHint="next"
          placeholder="0000 0000"
          aria-describedby="hint error"
          aria-invalid={error !== ''}
        />{' '}
        <small id="hint">Sixteen digits.</small> <b id="error">{error}</b>
      </p>
      <p>
        <label>
          Email <SecureInput type="email" name="email" autoComplete="email" />
        </label>
      </p>
      <p>
        <label htmlFor="city">City</label> <input id="city" name="city" />
      </p>
      <p>
        <label htmlFor="notes">Notes</label> <SecureTextArea id="notes" name="notes" />
      </p>
      <p>
        <SecureInput aria-label="Hebrew" name="hebrew" dir="rtl" lang="he" />
      </p>
      <fieldset disabled={isLocked}>
        <SecureInput aria-label="In the fieldset" name="inside" />
      </fieldset>
      <SecureInput aria-label="Far" name="far" tabIndex={-1} />
      <button type="button" onClick={() => lock(!isLocked)}>
        Lock
      </button>
      <button>Send</button>
      <button type="button" onClick={() => setMore(true)}>
        More
      </button>
      {hasMore && <SecureInput aria-label="More" name="more" autoFocus />}
      <output>{status}</output>
    </SecureForm>
  );
}
