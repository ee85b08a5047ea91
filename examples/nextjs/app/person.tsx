'use client';

import { LunaSecProvider, SecureForm, SecureInput, SecureParagraph, type Tokens } from '@lunasec/react-sdk';
import { useEffect, useState } from 'react';

interface PersonData {
  name: string;
  ssn: string | null;
}

export function Person({ tokenizerURL }: { tokenizerURL: string }) {
  const [person, setPerson] = useState<PersonData>();
  const [problem, setProblem] = useState<Error>();
  useEffect(() => {
    graphql<{ me: PersonData }>('{ me { name ssn } }').then(({ me }) => setPerson(me), setProblem);
  }, []);

  const save = (tokens: Tokens) =>
    graphql<{ save: PersonData }>('mutation ($ssn: String!) { save(ssn: $ssn) { name ssn } }', {
      ssn: tokens.ssn,
    }).then((data) => setPerson(data.save), setProblem);

  return (
    <LunaSecProvider applicationId="nextjs" tokenizerURL={tokenizerURL}>
      <h1>{person?.name}</h1>
      <SecureForm onSubmit={(_event, tokens) => save(tokens)}>
        <label htmlFor="ssn">National id</label>
        <SecureInput id="ssn" name="ssn" required />
        <button>Save</button>
      </SecureForm>
      {problem && <p role="alert">{problem.message}</p>}
      {person?.ssn && <SecureParagraph token={person.ssn} aria-label="National id" />}
    </LunaSecProvider>
  );
}

async function graphql<Data>(query: string, variables?: object): Promise<Data> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data;
}
