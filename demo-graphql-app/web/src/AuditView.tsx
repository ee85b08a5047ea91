import { useQuery } from '@apollo/client/react';
import { auditQuery, type AuditEntry } from './api.js';
import { explain } from './problems.js';
import { Notice, timeText } from './ui.js';

const did: Record<AuditEntry['action'], string> = {
  LOGGED_IN: 'logged in',
  LOGGED_OUT: 'logged out',
  CREATED: 'took in',
  OPENED: 'opened',
  CHANGED: 'changed',
  DELETED: 'deleted',
  REFUSED: 'was refused',
};
const words: Record<string, string> = {
  nationalId: 'national id',
  card: 'card',
  notes: 'notes',
  documents: 'documents',
};

/** Who did what with whose record: names of fields, as nobody here has anything else. */
export function AuditView() {
  const { data, error, loading, refetch } = useQuery(auditQuery, {
    variables: { first: 100 },
    fetchPolicy: 'cache-and-network',
  });
  return (
    <main className="audit">
      <section className="card">
        <div className="card-head">
          <div>
            <h2>Audit</h2>
            <p className="muted">
              The last 100 things that were done. The tokenizer keeps one of its own, which can be verified.
            </p>
          </div>
          <button type="button" className="secondary" disabled={loading} onClick={() => void refetch()}>
            Refresh
          </button>
        </div>
        <Notice problem={error && explain(error)} />
        <div className="table" tabIndex={0} role="region" aria-label="Entries of the audit">
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">Did</th>
                <th scope="col">Patient</th>
                <th scope="col">Sensitive fields</th>
              </tr>
            </thead>
            <tbody>
              {data?.audit.map(({ id, at, by, action, patientName, fields }) => (
                <tr key={id} className={action === 'REFUSED' ? 'refused' : undefined}>
                  <td>{timeText(at)}</td>
                  <td>
                    {by?.name ?? '–'} <span className="muted">{by?.role}</span>
                  </td>
                  <td>{did[action]}</td>
                  <td>{patientName ?? '–'}</td>
                  <td>{fields.map((field) => words[field] ?? field).join(', ') || '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </main>
  );
}
