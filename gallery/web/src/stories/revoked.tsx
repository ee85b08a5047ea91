import { useMutation } from '@apollo/client/react';
import { SecureParagraph, type SecureText } from '@lunasec/react-sdk';
import { useRef } from 'react';
import { failureOf, revokeMutation } from '../api.js';
import { jsx, raw, sample } from '../story/jsx.js';
import { story, token, type Preview } from '../story/types.js';
import { useStoredValues } from '../values.js';

export const revoked = story({
  id: 'revoked',
  title: 'A read grant that ended',
  about:
    'Returning a token from a query lets the session read it for some time. Later, or when the grant is taken back, the value must be asked for again; what is on the screen already stays.',
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
          '(problem, retry) => (\n  <button onClick={() => refetch().then(retry)}>{problem.code}: ask again</button>\n)',
        ),
      }),
    ),
});

function Revoked({ token, preview }: { token: string | undefined; preview: Preview }) {
  const { look, handlers, say } = preview;
  const { values, refresh } = useStoredValues();
  const [revoke] = useMutation(revokeMutation);
  const text = useRef<SecureText>(null);
  const name = values.find((value) => value.token === token)?.name;

  const take = async () => {
    if (!name) return;
    try {
      const { data } = await revoke({ variables: { name } });
      say('GraphQL revoke', data?.revoke ? 'the read grant is gone' : 'there was no read grant');
      text.current?.retry();
    } catch (error) {
      say('GraphQL revoke', failureOf(error));
    }
  };
  const ask = async () => {
    await refresh();
    say('GraphQL values', 'the token came back from the server, with a new read grant');
    text.current?.retry();
  };
  return (
    <div className={look.form}>
      <SecureParagraph
        ref={text}
        token={token}
        className={look.text}
        aria-label="Stored value"
        onError={handlers('SecureParagraph').onError}
        fallback={({ code }) => <p className={look.error}>{code}</p>}
      />
      <div className="g-buttons">
        <button type="button" className={look.button} onClick={() => void take()}>
          Take the grant back
        </button>
        <button type="button" className={look.button} onClick={() => void ask()}>
          Ask the server again
        </button>
      </div>
    </div>
  );
}
