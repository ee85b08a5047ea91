import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { peopleQuery } from './api.js';
import { explain } from './problems.js';
import { RecordForm } from './RecordForm.js';
import { RecordView } from './RecordView.js';
import { ServerView } from './ServerView.js';
import { TokenProbe } from './TokenProbe.js';
import { initials, Notice } from './ui.js';

type Selection = { kind: 'none' } | { kind: 'new' } | { kind: 'view' | 'edit'; id: string };

export function Records() {
  // Every answer of this query renews this session's read grants, so it is not served from the cache.
  const { data, error, refetch } = useQuery(peopleQuery, { fetchPolicy: 'cache-and-network' });
  const [selection, select] = useState<Selection>({ kind: 'none' });

  const people = data?.people ?? [];
  const wanted = 'id' in selection ? people.find(({ id }) => id === selection.id) : undefined;
  const person = selection.kind === 'none' ? people[0] : wanted;
  const view = (id: string) => select({ kind: 'view', id });

  return (
    <main className="records">
      <nav className="card list" aria-label="Records">
        <button type="button" className="primary" onClick={() => select({ kind: 'new' })}>
          New record
        </button>
        <ul>
          {people.map((row) => (
            <li key={row.id}>
              <button
                type="button"
                className="list-item"
                aria-current={person?.id === row.id && selection.kind !== 'new' ? 'true' : undefined}
                onClick={() => view(row.id)}
              >
                <span className="avatar">{initials(row.name)}</span>
                <span>{row.name}</span>
              </button>
            </li>
          ))}
        </ul>
        {data && people.length === 0 && <p className="muted">No records yet.</p>}
      </nav>

      <div className="detail">
        <Notice problem={error && explain(error)} />
        {selection.kind === 'new' && (
          <RecordForm
            key="new"
            onSaved={async (saved) => {
              await refetch();
              view(saved.id);
            }}
            onCancel={() => select({ kind: 'none' })}
          />
        )}
        {selection.kind === 'edit' && person && (
          <RecordForm
            key={person.id}
            person={person}
            onSaved={(saved) => view(saved.id)}
            onCancel={() => view(person.id)}
          />
        )}
        {(selection.kind === 'view' || selection.kind === 'none') && person && (
          <RecordView
            key={person.id}
            person={person}
            onEdit={() => select({ kind: 'edit', id: person.id })}
            onDeleted={async () => {
              select({ kind: 'none' });
              await refetch();
            }}
            onStale={refetch}
          />
        )}
        {selection.kind === 'none' && data && !person && (
          <section className="card empty">
            <h2>Nothing here yet</h2>
            <p className="muted">
              Create a record to see a value on the page and only its token on the server.
            </p>
          </section>
        )}
        {selection.kind !== 'new' && person && <ServerView key={person.updatedAt} person={person} />}
        <TokenProbe />
      </div>
    </main>
  );
}
