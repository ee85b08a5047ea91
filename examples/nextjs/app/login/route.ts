import { randomUUID } from 'node:crypto';
import { readSession } from '../../lib/session';

export async function POST() {
  const session = await readSession();
  Object.assign(session, { id: randomUUID(), user: 'ada' }); // after a password or the like
  await session.save();
  return new Response(null, { status: 204 });
}
