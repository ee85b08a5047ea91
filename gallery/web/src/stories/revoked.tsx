import { useMutation } from '@apollo/client/react';
import { SecureParagraph } from '@lunasec/react-sdk';
import { useState } from 'react';
import { failureOf, revokeMutation } from '../api.js';
import { jsx, raw, sample } from '../story/jsx.js';
import { story, token, type Preview } from '../story/types.js';
import { useStoredValues } from '../values.js';

export const revoked = story({
  id: 'revoked',
  title: 'A grant that ended',
  about:
    'Returning a token from a query lets the session read it for some time. Later, or when the grant is taken back, retry() has the provider’s refresh ask the server again, once for all elements, and shows the value.',
  controls: { token: token() },
  form: 'none',
  render: ({ token }, preview) => <Revoked token={token} preview={preview} />,
  code: (_values, look) =>
    sample(
      ['SecureParagraph'],
      jsx('SecureParagraph', {
        token: raw('token'),
        className: look.text,
        'aria-label': 'Stored value',
        fallback: raw(
          '(problem, retry) => (\n  <button type="button" onClick={retry}>{problem.code}: ask again</button>\n)',
        ),
      }),
    ),
});

function Revoked({ token, preview }: { token: string | undefined; preview: Preview }) {
  const { look, handlers, say } = preview;
  const { values } = useStoredValues();
  const [revoke] = useMutation(revokeMutation);
  const [round, setRound] = useState(0);
  const name = values.find((value) => value.token === token)?.name;

  const take = async () => {
    if (!name) return;
    try {
      const { data } = await revoke({ variables: { name } });
      say('GraphQL revoke', data?.revoke ? 'the read grant is gone' : 'there was no read grant');
      // Shows it anew, as after a page load.
      setRound((before) => before + 1);
    } catch (error) {
      say('GraphQL revoke', failureOf(error));
    }
  };
  return (
    <div className={look.form}>
      <SecureParagraph
        key={round}
        token={token}
        className={look.text}
        aria-label="Stored value"
        onError={handlers('SecureParagraph').onError}
        fallback={({ code }, retry) => (
          <button type="button" className={look.button} onClick={retry}>
            {code}: ask again
          </button>
        )}
      />
      <div className="g-buttons">
        <button type="button" className={look.button} onClick={() => void take()}>
          Take the grant back
        </button>
      </div>
    </div>
  );
}
