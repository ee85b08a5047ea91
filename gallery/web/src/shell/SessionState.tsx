import { useLunaSec } from '@lunasec/react-sdk';

/** The session of the secure elements, in the header. */
export function SessionState() {
  const { session, connection } = useLunaSec();
  const good = session.state === 'active' && connection === 'ok';
  return (
    <p className="g-session" role="status">
      <span className={good ? 'g-dot g-good' : 'g-dot'} aria-hidden />
      Session {session.state}
      {connection === 'failing' && ', no connection'}
    </p>
  );
}
