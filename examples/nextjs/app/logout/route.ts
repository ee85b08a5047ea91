import type { NextRequest } from 'next/server';
import { lunaSec } from '../../lib/lunasec';
import { readSession } from '../../lib/session';

export async function POST(request: NextRequest) {
  await lunaSec.endSession(request); // revokes its grants at once
  (await readSession()).destroy();
  return new Response(null, { status: 204 });
}
