import { useApolloClient, useMutation } from '@apollo/client/react';
import { loginMutation, type Staff } from './api.js';
import { explain } from './problems.js';
import { initials, Logo, Notice } from './ui.js';

export function LoginScreen({ staff }: { staff: Staff[] }) {
  const client = useApolloClient();
  const [login, { loading, error }] = useMutation(loginMutation);

  const enter = async (userId: string) => {
    try {
      await login({ variables: { userId } });
      await client.resetStore();
    } catch {
      // Shown below through the mutation's own error.
    }
  };

  return (
    <main className="login">
      <div className="card login-card">
        <Logo />
        <h1>Who are you today?</h1>
        <p className="muted">
          National ids, cards, notes and documents go from secure frames straight to the store. This app, its
          server and its database only ever hold tokens.
        </p>
        <div className="login-users">
          {staff.map(({ id, name, role, about }) => (
            <button
              key={id}
              type="button"
              className="login-user"
              disabled={loading}
              onClick={() => void enter(id)}
            >
              <span className="avatar" aria-hidden="true">
                {initials(name)}
              </span>
              <span className="lines">
                <span>Continue as {name}</span>
                <small className="muted">
                  {role}. {about}
                </small>
              </span>
            </button>
          ))}
        </div>
        <Notice problem={error && explain(error)} />
      </div>
    </main>
  );
}
