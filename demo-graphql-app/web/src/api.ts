import { gql, type TypedDocumentNode } from '@apollo/client';

export type Right = 'READ_IDENTITY' | 'READ_CLINICAL' | 'EDIT' | 'DELETE' | 'READ_AUDIT';

export interface Staff {
  id: string;
  name: string;
  role: string;
  about: string;
  rights: Right[];
}

/** What everybody at the desk may see. */
export interface ListedPatient {
  id: string;
  name: string;
  born: string;
  city: string;
  reason: string;
}

export interface PatientDocument {
  id: string;
  token: string;
  addedBy: string;
  addedAt: string;
}

/** The others are tokens: only a secure frame can show what they stand for. Undefined: one may not read it. */
export interface Patient extends ListedPatient {
  nationalId?: string | null;
  card?: string | null;
  notes?: string | null;
  documents?: PatientDocument[];
  updatedAt: string;
}

/** What is left out stays as it is. */
export interface PatientInput {
  name?: string;
  born?: string;
  city?: string;
  reason?: string;
  nationalId?: string | null;
  card?: string | null;
  notes?: string | null;
  addDocuments?: string[];
}

export interface StoredColumn {
  name: string;
  value: string | null;
  isToken: boolean;
}

export interface AuditEntry {
  id: string;
  at: string;
  by: { name: string; role: string } | null;
  action: 'LOGGED_IN' | 'LOGGED_OUT' | 'CREATED' | 'OPENED' | 'CHANGED' | 'DELETED' | 'REFUSED';
  patientName: string | null;
  fields: string[];
}

const staffFields = gql`
  fragment StaffFields on Staff {
    id
    name
    role
    about
    rights
  }
`;
const plainFields = gql`
  fragment PlainFields on Patient {
    id
    name
    born
    city
    reason
  }
`;

export const sessionQuery: TypedDocumentNode<{ me: Staff | null; staff: Staff[] }> = gql`
  query Session {
    me {
      ...StaffFields
    }
    staff {
      ...StaffFields
    }
  }
  ${staffFields}
`;

export const loginMutation: TypedDocumentNode<{ login: { id: string } }, { userId: string }> = gql`
  mutation Login($userId: ID!) {
    login(userId: $userId) {
      id
    }
  }
`;

export const logoutMutation: TypedDocumentNode<{ logout: boolean }> = gql`
  mutation Logout {
    logout
  }
`;

export const patientsQuery: TypedDocumentNode<{ patients: ListedPatient[] }, { search: string }> = gql`
  query Patients($search: String!) {
    patients(search: $search) {
      ...PlainFields
    }
  }
  ${plainFields}
`;

/** Asks only for what somebody may read. Each answer lets this session's frames read its tokens for some minutes. */
export const patientQuery: TypedDocumentNode<
  { patient: Patient | null },
  { id: string; identity: boolean; clinical: boolean }
> = gql`
  query Patient($id: ID!, $identity: Boolean!, $clinical: Boolean!) {
    patient(id: $id) {
      ...PlainFields
      nationalId @include(if: $identity)
      card @include(if: $identity)
      notes @include(if: $clinical)
      documents @include(if: $clinical) {
        id
        token
        addedBy
        addedAt
      }
      updatedAt
    }
  }
  ${plainFields}
`;

export const storedRowQuery: TypedDocumentNode<{ storedRow: StoredColumn[] | null }, { id: string }> = gql`
  query StoredRow($id: ID!) {
    storedRow(id: $id) {
      name
      value
      isToken
    }
  }
`;

export const createPatientMutation: TypedDocumentNode<
  { createPatient: { id: string } },
  { input: PatientInput }
> = gql`
  mutation CreatePatient($input: PatientInput!) {
    createPatient(input: $input) {
      id
    }
  }
`;

export const updatePatientMutation: TypedDocumentNode<
  { updatePatient: { id: string } },
  { id: string; input: PatientInput }
> = gql`
  mutation UpdatePatient($id: ID!, $input: PatientInput!) {
    updatePatient(id: $id, input: $input) {
      id
    }
  }
`;

export const deletePatientMutation: TypedDocumentNode<{ deletePatient: boolean }, { id: string }> = gql`
  mutation DeletePatient($id: ID!) {
    deletePatient(id: $id)
  }
`;

export const removeDocumentMutation: TypedDocumentNode<{ removeDocument: boolean }, { id: string }> = gql`
  mutation RemoveDocument($id: ID!) {
    removeDocument(id: $id)
  }
`;

export const auditQuery: TypedDocumentNode<{ audit: AuditEntry[] }, { first: number }> = gql`
  query Audit($first: Int!) {
    audit(first: $first) {
      id
      at
      by {
        name
        role
      }
      action
      patientName
      fields
    }
  }
`;
