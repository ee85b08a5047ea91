import { readSession } from '../lib/session';
import { LogIn } from './log-in';
import { Person } from './person';

/** Reads the session, so it is rendered for each request, with the settings of the machine that it runs on. */
export default async function Page() {
  const { id } = await readSession();
  if (id === undefined) return <LogIn />;
  return <Person key={id} tokenizerURL={process.env.TOKENIZER_URL ?? 'http://127.0.0.1:4010'} />;
}
