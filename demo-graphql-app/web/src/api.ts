import { gql, type TypedDocumentNode } from '@apollo/client';

export interface User {
  id: string;
  name: string;
}

/** `nationalId` and `notes` are tokens: only a secure frame can show what they stand for. */
export interface Person {
  id: string;
  name: string;
  nationalId: string | null;
  notes: string | null;
  updatedAt: string;
}

export interface PersonChanges {
  name: string;
  nationalId?: string | null;
  notes?: string | null;
}

const personFields = gql`
  fragment PersonFields on Person {
    id
    name
    nationalId
    notes
    updatedAt
  }
`;

export const sessionQuery: TypedDocumentNode<{ me: User | null; users: User[] }> = gql`
  query Session {
    me {
      id
      name
    }
    users {
      id
      name
    }
  }
`;

export const peopleQuery: TypedDocumentNode<{ people: Person[] }> = gql`
  query People {
    people {
      ...PersonFields
    }
  }
  ${personFields}
`;

/** A row of the app's own database, column by column. */
export type StoredRow = Person & { ownerId: string };

export const storedRowQuery: TypedDocumentNode<{ storedRow: StoredRow | null }, { id: string }> = gql`
  query StoredRow($id: ID!) {
    storedRow(id: $id) {
      id
      ownerId
      name
      nationalId
      notes
      updatedAt
    }
  }
`;

export const loginMutation: TypedDocumentNode<{ login: User }, { userId: string }> = gql`
  mutation Login($userId: ID!) {
    login(userId: $userId) {
      id
      name
    }
  }
`;

export const logoutMutation: TypedDocumentNode<{ logout: boolean }> = gql`
  mutation Logout {
    logout
  }
`;

export const createPersonMutation: TypedDocumentNode<{ createPerson: Person }, { input: PersonChanges }> =
  gql`
    mutation CreatePerson($input: CreatePersonInput!) {
      createPerson(input: $input) {
        ...PersonFields
      }
    }
    ${personFields}
  `;

export const updatePersonMutation: TypedDocumentNode<
  { updatePerson: Person },
  { id: string; input: PersonChanges }
> = gql`
  mutation UpdatePerson($id: ID!, $input: UpdatePersonInput!) {
    updatePerson(id: $id, input: $input) {
      ...PersonFields
    }
  }
  ${personFields}
`;

export const deletePersonMutation: TypedDocumentNode<{ deletePerson: boolean }, { id: string }> = gql`
  mutation DeletePerson($id: ID!) {
    deletePerson(id: $id)
  }
`;
