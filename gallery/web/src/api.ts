import { CombinedGraphQLErrors, gql, type TypedDocumentNode } from '@apollo/client';
import type { Failure } from './story/types.js';

/** A value that an example of this session stored. `token` is all that the server and this page have of it. */
export interface StoredValue {
  name: string;
  token: string;
  storedAt: string;
}

export const valuesQuery: TypedDocumentNode<{ values: StoredValue[] }> = gql`
  query Values {
    values {
      name
      token
      storedAt
    }
  }
`;

export const revokeMutation: TypedDocumentNode<{ revoke: boolean }, { name: string }> = gql`
  mutation Revoke($name: ID!) {
    revoke(name: $name)
  }
`;

export const storeMutation: TypedDocumentNode<
  { store: StoredValue[] },
  { values: { name: string; token: string }[] }
> = gql`
  mutation Store($values: [ValueInput!]!) {
    store(values: $values) {
      name
      token
      storedAt
    }
  }
`;

export const beginSessionMutation: TypedDocumentNode<{ beginSession: boolean }> = gql`
  mutation BeginSession {
    beginSession
  }
`;

export const endSessionMutation: TypedDocumentNode<{ endSession: boolean }> = gql`
  mutation EndSession {
    endSession
  }
`;

/** A failure by its stable code, whether of GraphQL or of a secure field. */
export function failureOf(error: unknown): Failure {
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors;
    return { code: String(first?.extensions?.code ?? 'UNKNOWN'), message: first?.message ?? error.message };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'UNAVAILABLE';
  return { code, message };
}
