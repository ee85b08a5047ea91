import { useQuery } from '@apollo/client/react';
import { patientQuery, type Staff } from './api.js';
import { PatientForm } from './PatientForm.js';
import { PatientView } from './PatientView.js';
import { explain } from './problems.js';
import { go, hrefOf } from './route.js';
import { ServerView } from './ServerView.js';
import { Notice } from './ui.js';

interface Props {
  id: string;
  me: Staff;
  isEdited: boolean;
  onChanged(): unknown;
  onGone(): unknown;
}

/** One patient: shown or edited, and beside it what the server has of them. */
export function PatientDetail({ id, me, isEdited, onChanged, onGone }: Props) {
  // Every answer of this query renews this session's read grants, so it is not served from the cache.
  const { data, error, refetch } = useQuery(patientQuery, {
    variables: {
      id,
      identity: me.rights.includes('READ_IDENTITY'),
      clinical: me.rights.includes('READ_CLINICAL'),
    },
    fetchPolicy: 'network-only',
  });
  if (error) return <Notice problem={explain(error)} />;
  if (!data) return null;
  const { patient } = data;
  if (!patient)
    return (
      <section className="card empty">
        <h2>There is no such patient</h2>
        <p className="muted">Somebody may have deleted the record.</p>
      </section>
    );
  const changed = async () => {
    await Promise.all([refetch(), onChanged()]);
  };
  return (
    <>
      {isEdited ? (
        <PatientForm
          me={me}
          patient={patient}
          onSaved={async () => {
            await changed();
            go(hrefOf.patient(id));
          }}
          onCancel={() => go(hrefOf.patient(id))}
        />
      ) : (
        <PatientView patient={patient} me={me} onChanged={changed} onDeleted={onGone} onStale={refetch} />
      )}
      <ServerView key={`${patient.updatedAt} ${patient.documents?.length}`} id={id} />
    </>
  );
}
