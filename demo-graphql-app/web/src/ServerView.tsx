import { useQuery } from '@apollo/client/react';
import { storedRowQuery, type Person, type StoredRow } from './api.js';

const columns = [
  'id',
  'ownerId',
  'name',
  'nationalId',
  'notes',
  'updatedAt',
] as const satisfies (keyof StoredRow)[];

/** The row as the app's server stores it: tokens where the page shows values. */
export function ServerView({ person }: { person: Person }) {
  const { data } = useQuery(storedRowQuery, { variables: { id: person.id }, fetchPolicy: 'network-only' });
  const row = data?.storedRow;
  return (
    <section className="card server" aria-labelledby="server-view">
      <h3 id="server-view">What the server sees</h3>
      <dl>
        {columns.map((column) => (
          <div key={column}>
            <dt>{column}</dt>
            <dd className={row?.[column]?.startsWith('lunasec-') ? 'token' : undefined}>
              {row ? (row[column] ?? 'null') : '…'}
            </dd>
          </div>
        ))}
      </dl>
      <p>This is the stored row. The values themselves never reach this app.</p>
    </section>
  );
}
