import type { JWK } from 'jose';
import { readBounded } from '../bounded-body.js';
import { usableKeys } from './key-set.js';

/** Until the whole answer is there, in milliseconds. */
const timeout = 5_000;
/** Bytes. */
const maxSize = 64 * 1024;

/**
 * Fetches the public keys of an application. Redirects are not followed: the configured address is the one that is
 * trusted. Rejects with a reason that names no content.
 */
export async function fetchJWKS(url: URL): Promise<JWK[]> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { accept: 'application/json, application/jwk-set+json' },
    signal: AbortSignal.timeout(timeout),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    const hint = response.status >= 300 && response.status < 400 ? '; redirects are not followed' : '';
    throw new Error(`${url.origin}${url.pathname} answers ${response.status}, not 200${hint}.`);
  }
  const body = await readBounded(response, maxSize);
  if (!body) throw new Error(`The JWKS is larger than ${maxSize} bytes.`);
  return usableKeys(parse(body.toString('utf8')));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('What it publishes is not JSON.');
  }
}
