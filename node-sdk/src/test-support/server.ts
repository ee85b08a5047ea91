import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  query: string;
  variables: Record<string, unknown>;
  authorization: string | undefined;
  path: string | undefined;
}

/** How a stub answers: the body as JSON with a status, or by hand. */
export type Reply =
  { status?: number; body: unknown } | ((response: ServerResponse, request: IncomingMessage) => void);

/** A real HTTP server in the place of a tokenizer. It gives the queued replies, then the last one again. */
export async function startStub(replies: Reply[] | ((received: Received) => Reply)) {
  const received: Received[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { query, variables } = JSON.parse(Buffer.concat(parts).toString()) as Received;
      const { authorization } = request.headers;
      const call = { query, variables, authorization, path: request.url };
      received.push(call);
      const reply = Array.isArray(replies)
        ? replies[Math.min(received.length, replies.length) - 1]!
        : replies(call);
      if (typeof reply === 'function') return reply(response, request);
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json' }).end(text);
    });
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    async close() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
