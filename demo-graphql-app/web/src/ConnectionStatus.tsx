import { useLunaSec } from '@lunasec/react-sdk';
import { explain } from './problems.js';
import { Notice } from './ui.js';

/** Says what the page's secure fields wait for, while they wait for something. */
export function ConnectionStatus() {
  const { session, connection, renew } = useLunaSec();
  if (session.state === 'unauthenticated')
    return (
      <Notice
        problem={
          <>
            You are no longer logged in. Log in again in another tab, then{' '}
            <button type="button" className="link" onClick={renew}>
              go on
            </button>
            ; what you typed is still here.
          </>
        }
      />
    );
  if (session.state === 'failed') return <Notice problem={explain(session.problem)} />;
  if (connection === 'failing')
    return (
      <p className="notice" role="status">
        The secure store does not answer. Trying again; nothing you typed is lost.
      </p>
    );
  return null;
}
