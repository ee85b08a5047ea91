import { useMutation } from '@apollo/client/react';
import { SecureParagraph } from '@lunasec/react-sdk';
import { useState } from 'react';
import { deletePersonMutation, type Person } from './api.js';
import { explain } from './problems.js';
import { Notice } from './ui.js';

interface Props {
  person: Person;
  onEdit(): void;
  onDeleted(): void | Promise<void>;
  /** Read grants ran out: the data must be asked for again. */
  onStale(): Promise<unknown>;
}

export function RecordView({ person, onEdit, onDeleted, onStale }: Props) {
  const [remove, { loading, error }] = useMutation(deletePersonMutation);
  const [problem, setProblem] = useState<string>();
  /** Counts the tries to show the values: a new one mounts them anew. */
  const [attempt, setAttempt] = useState(0);

  const show = (token: string | null, name: string, className: string) =>
    token ? (
      <SecureParagraph
        key={attempt}
        token={token}
        className={className}
        aria-label={name}
        onError={(failure) => setProblem(explain(failure))}
      />
    ) : (
      <p className="muted">Not given</p>
    );

  return (
    <section className="card">
      <div className="card-head">
        <h2>{person.name}</h2>
        <div className="actions">
          <button
            type="button"
            className="quiet danger"
            disabled={loading}
            onClick={() => void remove({ variables: { id: person.id } }).then(onDeleted, () => undefined)}
          >
            Delete
          </button>
          <button type="button" className="secondary" onClick={onEdit}>
            Edit
          </button>
        </div>
      </div>
      <dl className="facts">
        <dt>National id</dt>
        <dd>{show(person.nationalId, 'National id', 'value')}</dd>
        <dt>Notes</dt>
        <dd>{show(person.notes, 'Notes', 'value value-long')}</dd>
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
