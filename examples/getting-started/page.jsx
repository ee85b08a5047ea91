import { LunaSecProvider, SecureForm, SecureInput, SecureParagraph } from '@lunasec/react-sdk';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

async function graphql(query, variables) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data;
}

// #region person
function Person() {
  const [person, setPerson] = useState();
  const [problem, setProblem] = useState();
  useEffect(() => {
    graphql('{ me { name ssn } }').then(({ me }) => setPerson(me), setProblem);
  }, []);

  async function save(_event, tokens) {
    const { save: saved } = await graphql(
      'mutation ($ssn: String!) { save(ssn: $ssn) { name ssn } }',
      { ssn: tokens.ssn }, // a token: the value has gone to the tokenizer's store
    );
    setPerson(saved);
  }

  return (
    <>
      <h1>{person?.name}</h1>
      <SecureForm onSubmit={(event, tokens) => save(event, tokens).catch(setProblem)} onError={setProblem}>
        <label htmlFor="ssn">National id</label>
        <SecureInput id="ssn" name="ssn" required />
        <button>Save</button>
      </SecureForm>
      {problem && <p role="alert">{problem.message}</p>}
      {person?.ssn && (
        <>
          <p>
            The page and the server have <code>{person.ssn}</code>. The frame shows:
          </p>
          <SecureParagraph token={person.ssn} aria-label="National id" />
        </>
      )}
    </>
  );
}
// #endregion person

// #region provider
await fetch('/login', { method: 'POST' });

createRoot(document.getElementById('root')).render(
  <LunaSecProvider applicationId="getting-started" tokenizerURL="http://127.0.0.1:4010">
    <Person />
  </LunaSecProvider>,
);
// #endregion provider
