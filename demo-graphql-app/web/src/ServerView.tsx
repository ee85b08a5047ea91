import { useQuery } from '@apollo/client/react';
import { storedRowQuery } from './api.js';

/** The row as the app's server stores it: tokens where the page shows values. */
export function ServerView({ id }: { id: string }) {
  const { data } = useQuery(storedRowQuery, { variables: { id }, fetchPolicy: 'network-only' });
  return (
    <section className="card server" aria-labelledby="server-view">
      <h3 id="server-view">What the server sees</h3>
      <dl>
        {data?.storedRow?.map(({ name, value, isToken }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={isToken ? 'token' : undefined}>{value ?? 'null'}</dd>
          </div>
        ))}
      </dl>
      <p>The row of its database, tokens shortened. What they stand for never reaches this app.</p>
    </section>
  );
}
