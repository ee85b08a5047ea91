/** @jest-environment jsdom */
import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { ApolloProvider, useApolloClient, useMutation, useQuery } from '@apollo/client/react';
import { MockLink } from '@apollo/client/testing';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { LunaSecProvider, SecureForm, SecureInput, SecureParagraph } from '../index.js';
import { answerToken, answerValid } from '../test-support/app.js';
import {
  closePorts,
  emptyState,
  frameNamed,
  installFrames,
  load,
  settle,
  token,
} from '../test-support/frames.js';

beforeEach(installFrames);
afterEach(() => {
  cleanup();
  closePorts();
});

interface Person {
  __typename: 'Person';
  id: string;
  ssn: string | null;
  notes: string | null;
}
const peopleQuery = gql`
  query People {
    people {
      id
      ssn
      notes
    }
  }
`;
const updateMutation = gql`
  mutation Update($id: ID!, $ssn: String!) {
    updatePerson(id: $id, ssn: $ssn) {
      id
      ssn
    }
  }
`;
const person: Person = { __typename: 'Person', id: '1', ssn: token(1), notes: token(2) };

/** The recipe of docs/guides/apollo-client.md. */
function Secure({ children }: { children: ReactNode }) {
  const client = useApolloClient();
  return (
    <LunaSecProvider
      applicationId="demo"
      tokenizerURL="https://tokens.example"
      refresh={() => client.refetchQueries({ include: 'active' })}
    >
      {children}
    </LunaSecProvider>
  );
}

function People() {
  const { data } = useQuery<{ people: Person[] }>(peopleQuery);
  return data?.people.map(({ id, ssn, notes }) => (
    <section key={id}>
      <SecureParagraph aria-label="ssn" token={ssn} onError={(_, { refresh }) => void refresh?.()} />
      <SecureParagraph aria-label="notes" token={notes} onError={(_, { refresh }) => void refresh?.()} />
      <Edit id={id} />
    </section>
  ));
}

function Edit({ id }: { id: string }) {
  const [ssn, setSSN] = useState('');
  const [update] = useMutation(updateMutation);
  return (
    <SecureForm
      onSubmit={() =>
        update({
          variables: { id, ssn },
          optimisticResponse: { updatePerson: { __typename: 'Person', id, ssn } },
        })
      }
    >
      <SecureInput name="new ssn" token={ssn} onChange={({ target }) => setSSN(target.value)} />
      <button>Save</button>
    </SecureForm>
  );
}

const start = (mocks: MockLink.MockedResponse[]) => {
  const client = new ApolloClient({ cache: new InMemoryCache(), link: new MockLink(mocks) });
  render(
    <ApolloProvider client={client}>
      <Secure>
        <People />
      </Secure>
    </ApolloProvider>,
  );
  return client;
};

describe('with Apollo Client', () => {
  test('read grants that ran out: one refetch for all elements, and they show their tokens again', async () => {
    const answered = jest.fn(() => ({ data: { people: [person] } }));
    start([{ request: { query: peopleQuery }, result: answered, maxUsageCount: 10, delay: 5 }]);
    await waitFor(() => expect(frameNamed('ssn')).toBeTruthy());
    const frames = [load(frameNamed('ssn')), load(frameNamed('notes'))];
    for (const frame of frames) {
      await frame.next('show');
      frame.send({ type: 'problem', problem: { code: 'GRANT_EXPIRED', message: '' } });
      frame.send({ ...emptyState, shown: 'failed' });
    }
    expect((await frames[0]!.next('show')).token).toBe(token(1));
    expect((await frames[1]!.next('show')).token).toBe(token(2));
    expect(answered).toHaveBeenCalledTimes(2);
  });

  test('a token in an optimistic response is shown before the server answers; the cache holds tokens only', async () => {
    const saved = { __typename: 'Person', id: '1', ssn: token(3) };
    const client = start([
      { request: { query: peopleQuery }, result: { data: { people: [person] } }, delay: 0 },
      {
        request: { query: updateMutation, variables: { id: '1', ssn: token(3) } },
        result: { data: { updatePerson: saved } },
        delay: 200,
      },
    ]);
    await waitFor(() => expect(frameNamed('ssn')).toBeTruthy());
    const [ssn, field] = [load(frameNamed('ssn')), load(frameNamed('new ssn'))];
    expect((await ssn.next('show')).token).toBe(token(1));
    field.send(emptyState);
    fireEvent.click(screen.getByText('Save'));
    await answerValid(field);
    await answerToken(field, token(3));
    expect((await ssn.next('show')).token).toBe(token(3));
    expect(client.cache.extract(false)).toMatchObject({ 'Person:1': { ssn: token(1) } });
    await waitFor(() => expect(client.cache.extract(false)).toMatchObject({ 'Person:1': { ssn: token(3) } }));
    await settle();
    // The server's answer names the same token: nothing is fetched again.
    expect(ssn.received.filter(({ type }) => type === 'show')).toHaveLength(2);
  });
});
