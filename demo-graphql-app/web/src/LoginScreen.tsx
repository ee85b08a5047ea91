import { useApolloClient, useMutation } from '@apollo/client/react';
import { loginMutation, type User } from './api.js';
import { explain } from './problems.js';
import { initials, Logo, Notice } from './ui.js';

export function LoginScreen({ users }: { users: User[] }) {
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
        <h1>Log in</h1>
        <p className="muted">
          National ids and notes are typed into secure frames. This app only ever holds tokens.
        </p>
        <div className="login-users">
          {users.map((user) => (
            <button
              key={user.id}
              type="button"
              className="login-user"
              disabled={loading}
              onClick={() => void enter(user.id)}
            >
              <span className="avatar">{initials(user.name)}</span>
              <span>Continue as {user.name}</span>
            </button>
          ))}
        </div>
        <Notice problem={error && explain(error)} />
      </div>
    </main>
  );
}
