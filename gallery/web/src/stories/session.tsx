import { useApolloClient, useMutation } from '@apollo/client/react';
import { SecureInput, useLunaSec } from '@lunasec/react-sdk';
import { beginSessionMutation, endSessionMutation, failureOf } from '../api.js';
import { component, jsx, raw, sample } from '../story/jsx.js';
import { story, type Page, type Preview } from '../story/types.js';
import { useStoredValues } from '../values.js';

const state = story({
  id: 'state',
  title: 'Session and connection',
  about:
    'useLunaSec() tells whether the secure elements have a session, and whether their calls get answers. What was typed stays in its frame whatever becomes of either. Stop the tokenizer to see the connection fail.',
  controls: {},
  form: 'none',
  render: (_values, preview) => <State preview={preview} />,
  code: (_values, look) =>
    sample(
      ['useLunaSec'],
      component(
        'Status',
        'const { session, connection, renew } = useLunaSec();',
        jsx(
          'div',
          { className: look.form },
          jsx('p', { className: look.text }, 'Session {session.state}, connection {connection}'),
          jsx('button', { type: 'button', className: look.button, onClick: raw('renew') }, 'Renew'),
        ),
      ),
    ),
});

const provider = story({
  id: 'provider',
  title: 'LunaSecProvider',
  about:
    'Goes around everything that uses secure elements. It mounts one hidden frame, which gets its session from the app’s own server: no cookie of another origin, no secret in the page.',
  controls: {},
  form: 'none',
  render: (_values, { look, id, handlers }) => (
    <div className={look.row}>
      <label className={look.label} htmlFor={id('value')}>
        A field anywhere below the provider
      </label>
      <SecureInput id={id('value')} name="value" className={look.input} {...handlers('value')} />
    </div>
  ),
  code: () =>
    sample(
      ['LunaSecProvider'],
      jsx(
        'LunaSecProvider',
        {
          applicationId: 'gallery',
          tokenizerURL: 'https://tokenizer.example.com',
          refresh: raw("() => client.refetchQueries({ include: ['Values'] })"),
        },
        '<App />',
      ),
    ),
});

export const session: Page = { id: 'session', title: 'Session', stories: [state, provider] };

function State({ preview: { look, id, handlers, say } }: { preview: Preview }) {
  const { session, connection, renew } = useLunaSec();
  const { values, refresh } = useStoredValues();
  const client = useApolloClient();
  const [begin] = useMutation(beginSessionMutation);
  const [end] = useMutation(endSessionMutation);

  const change = async (name: string, mutate: () => Promise<unknown>) => {
    try {
      await mutate();
      say(`GraphQL ${name}`, 'done');
      await client.clearStore();
      await refresh();
      renew();
    } catch (error) {
      say(`GraphQL ${name}`, failureOf(error));
    }
  };
  return (
    <div className={look.form}>
      <p className={look.text}>
        Session <strong>{session.state}</strong>, connection <strong>{connection}</strong>, {values.length}{' '}
        stored
        {values.length === 1 ? ' value' : ' values'}
      </p>
      <div className={look.row}>
        <label className={look.label} htmlFor={id('value')}>
          What you type here stays
        </label>
        <SecureInput id={id('value')} name="value" className={look.input} {...handlers('value')} />
      </div>
      <div className="g-buttons">
        <button type="button" className={look.button} onClick={renew}>
          renew()
        </button>
        <button type="button" className={look.button} onClick={() => void change('endSession', end)}>
          Log out
        </button>
        <button type="button" className={look.button} onClick={() => void change('beginSession', begin)}>
          Log in anew
        </button>
      </div>
    </div>
  );
}
