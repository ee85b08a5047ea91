import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAssertion } from '../auth/jwt.js';
import type { Statement } from '../auth/jwt.js';

/** Middleware for Express, connect, or anything else that calls with Node's own request and response. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export const secureFramePath = '/.lunasec/secure-frame';
export const keysPath = '/.lunasec/jwks.json';

export interface ExpressParts extends Statement {
  /** Origin of the app's pages. */
  origin: string;
  /** The session of a request, as its `sid`; null when there is none. */
  sidOf(request: IncomingMessage): Promise<string | null>;
}

/** Serves the two addresses that secure frames and the tokenizer ask; every other request passes on. */
export function createExpressPlugin(parts: ExpressParts): Middleware {
  return (request, response, next) => {
    const path = (request.url ?? '').split('?', 1)[0];
    if (path === secureFramePath) answer(handshake(parts, request, response));
    else if (path === keysPath) answer(keys(parts, request, response));
    else next();

    function answer(work: Promise<void>): void {
      work.catch(next);
    }
  };
}

/**
 * Sends a secure frame from the app's page to the tokenizer, with a signed statement of the session in the fragment.
 *
 * The page's scripts cannot read where a frame is redirected to, but a `fetch`, a new window or a frame on another site
 * might be able to. Browsers say which it is in headers that scripts cannot set (Fetch Metadata, W3C).
 */
async function handshake(
  parts: ExpressParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'self'");
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (request.method !== 'GET') return refuseMethod(response, 'GET');
  if (request.headers['sec-fetch-dest'] !== 'iframe')
    return send(response, 403, 'Only an iframe may load this: Sec-Fetch-Dest must be "iframe".');
  if (request.headers['sec-fetch-site'] !== 'same-origin')
    return send(
      response,
      403,
      'Only a page of this origin may load this: Sec-Fetch-Site must be "same-origin".',
    );

  const sid = await parts.sidOf(request);
  const assertion = sid === null ? '' : await createAssertion(parts, { sid, origin: parts.origin });
  // The fragment is there even when empty: without one, the browser would keep the page's (Fetch standard, §4.4).
  const target = `${parts.tokenizerURL}/frame/controller?application=${parts.applicationId}#${assertion}`;
  response.setHeader('Location', target);
  send(response, 303, '');
}

async function keys(parts: ExpressParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(response, 'GET, HEAD');
  const body = JSON.stringify(await parts.signer.publicKeys());
  response.setHeader('Cache-Control', 'public, max-age=300');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  send(response, 200, body, 'application/jwk-set+json');
}

function refuseMethod(response: ServerResponse, allowed: string): void {
  response.setHeader('Allow', allowed);
  send(response, 405, `Allowed: ${allowed}.`);
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  response.end(text);
}
