import { createServer, type RequestListener } from 'node:http';
import { listening } from '../../support/listening.js';
import type { Listening } from '../../support/listening.js';

export interface HostileServer extends Listening {
  /** Paths that were asked for. */
  asked: string[];
}

/** A server of the attacker's, or of an application that was taken over. */
export async function startHostileServer(answer: RequestListener): Promise<HostileServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  return { asked, ...(await listening(server)) };
}
