import { useMutation } from '@apollo/client/react';
import { SecureParagraph } from '@lunasec/react-sdk';
import { useState } from 'react';
import { deletePatientMutation, type Patient, type Staff } from './api.js';
import { Documents } from './Documents.js';
import { explain } from './problems.js';
import { hrefOf } from './route.js';
import { dateText, Notice } from './ui.js';

interface Props {
  patient: Patient;
  me: Staff;
  onChanged(): unknown;
  onDeleted(): unknown;
  /** Read grants ran out: the data must be asked for again. */
  onStale(): Promise<unknown>;
}

export function PatientView({ patient, me, onChanged, onDeleted, onStale }: Props) {
  const [remove, { loading, error }] = useMutation(deletePatientMutation);
  const [isAsking, ask] = useState(false);
  const [problem, setProblem] = useState<string>();
  /** Counts the tries to show the values: a new one mounts them anew. */
  const [attempt, setAttempt] = useState(0);

  /** Ids and cards are covered, but for their last four, until somebody presses the button inside the frame. */
  const show = (token: string | null | undefined, name: string, isCovered: boolean) => {
    if (token === undefined) return <p className="muted locked">Not for a {me.role.toLowerCase()}</p>;
    if (token === null) return <p className="muted">Not given</p>;
    return (
      <SecureParagraph
        key={`${attempt} ${token}`}
        token={token}
        className={isCovered ? 'value' : 'value value-long'}
        aria-label={name}
        {...(isCovered ? { conceal: 4, revealable: true, hideAfter: 20, copyable: true } : {})}
        onError={(failure) => setProblem(explain(failure))}
      />
    );
  };

  return (
    <section className="card" aria-labelledby="patient-name">
      <div className="card-head">
        <div>
          <h2 id="patient-name">{patient.name}</h2>
          <p className="muted">
            Born {dateText(patient.born)}
            {patient.city && ` · ${patient.city}`}
          </p>
        </div>
        <div className="actions">
          {me.rights.includes('DELETE') && (
            <button type="button" className="quiet danger" disabled={loading} onClick={() => ask(true)}>
              Delete
            </button>
          )}
          {me.rights.includes('EDIT') && (
            <a className="button secondary" href={hrefOf.edit(patient.id)}>
              Edit
            </a>
          )}
        </div>
      </div>
      {isAsking && (
        <div className="notice confirm" role="alertdialog" aria-label="Delete this patient?">
          <span>Delete {patient.name}, with all values and documents? They cannot be had back.</span>
          <span className="actions">
            <button type="button" className="quiet" onClick={() => ask(false)}>
              Keep
            </button>
            <button
              type="button"
              className="danger"
              autoFocus
              onClick={() => void remove({ variables: { id: patient.id } }).then(onDeleted, () => ask(false))}
            >
              Delete for good
            </button>
          </span>
        </div>
      )}
      <dl className="facts">
        <dt>Reason for the visit</dt>
        <dd>{patient.reason || <span className="muted">Not given</span>}</dd>
        <dt>National id</dt>
        <dd>{show(patient.nationalId, 'National id', true)}</dd>
        <dt>Card</dt>
        <dd>{show(patient.card, 'Card', true)}</dd>
        <dt>Notes</dt>
        <dd>{show(patient.notes, 'Notes', false)}</dd>
        <dt>Documents</dt>
        <dd>
          {patient.documents ? (
            <Documents
              documents={patient.documents}
              mayRemove={me.rights.includes('EDIT')}
              onChanged={onChanged}
              onProblem={setProblem}
            />
          ) : (
            <p className="muted locked">Not for a {me.role.toLowerCase()}</p>
          )}
        </dd>
      </dl>
      <Notice problem={error && explain(error)} />
      <Notice
        problem={
          problem && (
            <>
              {problem}{' '}
              <button
                type="button"
                className="link"
                onClick={() => {
                  setProblem(undefined);
                  void onStale().then(
                    () => setAttempt((before) => before + 1),
                    (failure: unknown) => setProblem(explain(failure)),
                  );
                }}
              >
                Try again
              </button>
            </>
          )
        }
      />
    </section>
  );
}
