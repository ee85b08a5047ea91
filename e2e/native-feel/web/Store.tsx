import { SecureForm, SecureTextArea } from '@lunasec/react-sdk';
import { useState } from 'react';
import { graphql } from '../../fixture/graphql.js';
import { texts } from './texts.js';

/** A form in which the test types the texts, once. */
export function Store() {
  const [tokens, setTokens] = useState<Record<string, string>>({});
  const [status, setStatus] = useState('');
  const names = Object.keys(texts);
  const submit = async () => {
    await graphql('mutation ($values: [String!]!) { save(values: $values) }', {
      values: names.map((name) => tokens[name]),
    });
    setStatus('stored');
  };
  return (
    <SecureForm onSubmit={() => submit()} onError={({ code }) => setStatus(code)}>
      {names.map((name) => (
        <SecureTextArea
          key={name}
          name={name}
          aria-label={name}
          onChange={({ target }) => setTokens((before) => ({ ...before, [target.name]: target.value }))}
        />
      ))}
      <button>Store</button>
      <output>{status}</output>
    </SecureForm>
  );
}
