import { useApolloClient, useMutation, useQuery } from '@apollo/client/react';
import { LunaSecProvider } from '@lunasec/react-sdk';
import { useState } from 'react';
import { logoutMutation, sessionQuery } from './api.js';
import { AttackDrawer } from './AttackDrawer.js';
import { AuditView } from './AuditView.js';
import { ConnectionStatus } from './ConnectionStatus.js';
import { Header } from './Header.js';
import { LoginScreen } from './LoginScreen.js';
import { Patients } from './Patients.js';
import { explain } from './problems.js';
import { go, hrefOf, useRoute } from './route.js';
import { Notice } from './ui.js';

export interface Config {
  applicationId: string;
  tokenizerURL: string;
}

export function App({ config }: { config: Config }) {
  const client = useApolloClient();
  const { data, error } = useQuery(sessionQuery);
  const [logout] = useMutation(logoutMutation);
  const [isAttacked, attack] = useState(false);
  const route = useRoute();

  const leave = async () => {
    // The cookie is gone even when the tokenizer could not be told; what it granted then runs out by itself.
    await logout().catch(() => undefined);
    go(hrefOf.patients);
    await client.resetStore();
  };

  if (error) return <Notice problem={explain(error)} />;
  if (!data) return null;
  if (!data.me) return <LoginScreen staff={data.staff} />;

  return (
    <LunaSecProvider key={data.me.id} applicationId={config.applicationId} tokenizerURL={config.tokenizerURL}>
      <Header
        me={data.me}
        route={route}
        isAttacked={isAttacked}
        onAttack={() => attack(!isAttacked)}
        onLogOut={() => void leave()}
      />
      <ConnectionStatus />
      {route.page === 'audit' && data.me.rights.includes('READ_AUDIT') ? (
        <AuditView />
      ) : (
        <Patients me={data.me} route={route} />
      )}
      {isAttacked && <AttackDrawer config={config} onClose={() => attack(false)} />}
    </LunaSecProvider>
  );
}
