import { answerKeys, answerSecureFrame, keysPath, secureFramePath } from '../http/handshake.js';
import type { Answer, HandshakeParts } from '../http/handshake.js';

/** Answers a request of the Fetch standard, as route handlers of Next.js, Hono and others get it. */
export type FetchHandler<TRequest> = (request: TRequest & Request) => Promise<Response>;

/** Serves the two addresses that secure frames and the tokenizer ask; every other one is not found. */
export function createFetchHandler<TRequest extends object>(parts: HandshakeParts): FetchHandler<TRequest> {
  return async (request) => {
    const asked = { method: request.method, headers: Object.fromEntries(request.headers) };
    const { pathname } = new URL(request.url);
    if (pathname === keysPath) return responseOf(await answerKeys(parts, asked));
    if (pathname !== secureFramePath) return new Response('Not found.', { status: 404 });
    // The session is behind the framework's own request.
    return responseOf(await answerSecureFrame({ ...parts, sidOf: () => parts.sidOf(request) }, asked));
  };
}

const responseOf = ({ status, headers, body }: Answer) => new Response(body, { status, headers });
