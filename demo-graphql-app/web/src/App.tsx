import { useApolloClient, useMutation, useQuery } from '@apollo/client/react';
import { LunaSecProvider } from '@lunasec/react-sdk';
import { logoutMutation, sessionQuery } from './api.js';
import { ConnectionStatus } from './ConnectionStatus.js';
import { LoginScreen } from './LoginScreen.js';
import { explain } from './problems.js';
import { Records } from './Records.js';
import { Logo, Notice } from './ui.js';

export interface Config {
  applicationId: string;
  tokenizerURL: string;
}

export function App({ config }: { config: Config }) {
  const client = useApolloClient();
  const { data, error } = useQuery(sessionQuery);
  const [logout] = useMutation(logoutMutation);

  const leave = async () => {
    // The cookie is gone even when the tokenizer could not be told; what it granted then runs out by itself.
    await logout().catch(() => undefined);
    await client.resetStore();
  };

  if (error) return <Notice problem={explain(error)} />;
  if (!data) return null;
  if (!data.me) return <LoginScreen users={data.users} />;

  return (
    <LunaSecProvider key={data.me.id} applicationId={config.applicationId} tokenizerURL={config.tokenizerURL}>
      <header className="bar">
        <Logo isTitle />
        <div className="bar-user">
          <span>{data.me.name}</span>
          <button type="button" className="quiet" onClick={() => void leave()}>
            Log out
          </button>
        </div>
      </header>
      <ConnectionStatus />
      <Records />
    </LunaSecProvider>
  );
}
