import { getIronSession } from 'iron-session';
import { cookies } from 'next/headers';

interface Session {
  /** Made at login, never used again after the logout. */
  id: string;
  user: string;
}

/** The session of the request that is being answered, from its sealed cookie. */
export const readSession = async () =>
  getIronSession<Partial<Session>>(await cookies(), {
    cookieName: 'session',
    password: process.env.SESSION_SECRET ?? 'for this machine only, at least 32 characters',
  });
