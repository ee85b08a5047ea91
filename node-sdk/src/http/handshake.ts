import type { IncomingHttpHeaders } from 'node:http';
import { createAssertion } from '../auth/jwt.js';
import type { Statement } from '../auth/jwt.js';

export const secureFramePath = '/.lunasec/secure-frame';
export const keysPath = '/.lunasec/jwks.json';
/** How long anybody may keep the public keys, in seconds. */
export const keysMaxAge = 300;

/** For what is no page: nothing in it may run or load, whatever a browser takes it for. */
const closed = (framedBy: 'self' | 'none') => ({
  'Content-Security-Policy': `default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors '${framedBy}'`,
  'X-Content-Type-Options': 'nosniff',
});

/** What the two addresses are answered with. */
export interface HandshakeParts extends Statement {
  /** Origin of the app's pages. */
  origin: string;
  /** The session of a server framework's request, as its `sid`; null when there is none. */
  sidOf(request: object): Promise<string | null>;
}

/** A request, as every server framework for Node has it. */
export interface Asked {
  method?: string | undefined;
  headers: IncomingHttpHeaders;
}

/** A whole response, for a server framework to send. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Sends a secure frame from the app's page to the tokenizer, with a signed statement of the session in the fragment.
 *
 * The page's scripts cannot read where a frame is redirected to, but a `fetch`, a new window or a frame on another site
 * might be able to. Browsers say which it is in headers that scripts cannot set (Fetch Metadata, W3C).
 */
export async function answerSecureFrame(parts: HandshakeParts, request: Asked): Promise<Answer> {
  const answer = (status: number, body: string, headers: Record<string, string> = {}): Answer => ({
    status,
    headers: {
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      ...closed('self'),
      'Content-Type': 'text/plain; charset=utf-8',
      ...headers,
    },
    body,
  });
  if (request.method !== 'GET') return answer(405, 'Allowed: GET.', { Allow: 'GET' });
  if (request.headers['sec-fetch-dest'] !== 'iframe')
    return answer(403, 'Only an iframe may load this: Sec-Fetch-Dest must be "iframe".');
  if (request.headers['sec-fetch-site'] !== 'same-origin')
    return answer(403, 'Only a page of this origin may load this: Sec-Fetch-Site must be "same-origin".');

  const sid = await parts.sidOf(request);
  const assertion = sid === null ? '' : await createAssertion(parts, { sid, origin: parts.origin });
  // The fragment is there even when empty: without one, the browser would keep the page's (Fetch standard, §4.4).
  const target = `${parts.tokenizerURL}/frame/controller?application=${parts.applicationId}#${assertion}`;
  return answer(303, '', { Location: target });
}

/** The public keys of what the app signs, as a JWK Set (RFC 7517 §5), for whoever asks. */
export async function answerKeys({ signer }: HandshakeParts, request: Asked): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return {
      status: 405,
      headers: { ...closed('none'), Allow: 'GET, HEAD', 'Content-Type': 'text/plain; charset=utf-8' },
      body: 'Allowed: GET, HEAD.',
    };
  return {
    status: 200,
    headers: {
      ...closed('none'),
      'Cache-Control': `public, max-age=${keysMaxAge}`,
      'Content-Type': 'application/jwk-set+json',
    },
    body: JSON.stringify(await signer.publicKeys()),
  };
}
