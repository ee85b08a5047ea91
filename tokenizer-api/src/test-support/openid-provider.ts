import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressOf, listen } from '../http/listen.js';

/** What came with the request for a code, and what the ID token says by itself. */
export interface Asked {
  parameters: URLSearchParams;
  claims: JWTPayload;
}

/** A provider that answers as a test says: a real one has no such mistakes to be held against. */
export interface HostileProvider {
  url: string;
  clientId: string;
  clientSecret: string;
  /** What it publishes of itself, to be changed. */
  metadata: Record<string, unknown>;
  /** Makes the ID token. Default: a good one. */
  makeToken: (asked: Asked) => Promise<string>;
  /** What it says of a person at its endpoint for that, once its metadata name `userinfo_endpoint`. */
  userInfo: Record<string, unknown>;
  /** Status of the answer at the token endpoint. */
  tokenStatus: number;
  sign(claims: JWTPayload): Promise<string>;
  /** As the browser's visit there would: returns where it is sent back to. */
  authorize(location: string): URL;
  /** Bodies of requests for tokens. */
  exchanges: URLSearchParams[];
  close(): Promise<void>;
}

export async function startHostileProvider(): Promise<HostileProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] };
  const codes = new Map<string, URLSearchParams>();
  const [clientId, clientSecret] = ['console', 'a-secret-of-the-console'];

  const server = createServer((request, response) => {
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/.well-known/openid-configuration') send(200, provider.metadata);
    else if (request.url === '/userinfo')
      send(request.headers.authorization === 'Bearer at-secret' ? 200 : 401, provider.userInfo);
    else if (request.url === '/jwks') send(200, jwks);
    else if (request.url === '/token') {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        const body = new URLSearchParams(text);
        provider.exchanges.push(body);
        void answer(body).then(({ status, body }) => send(status, body));
      });
    } else send(404, {});
  });

  async function answer(body: URLSearchParams): Promise<{ status: number; body: unknown }> {
    const parameters = codes.get(body.get('code') ?? '');
    codes.delete(body.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    if (
      provider.tokenStatus !== 200 ||
      !parameters ||
      challenge !== parameters.get('code_challenge') ||
      body.get('redirect_uri') !== parameters.get('redirect_uri')
    )
      return {
        status: provider.tokenStatus === 200 ? 400 : provider.tokenStatus,
        body: { error: 'invalid_grant' },
      };
    const seconds = Math.floor(Date.now() / 1000);
    const claims = {
      iss: provider.url,
      sub: 'u-1',
      aud: clientId,
      nonce: parameters.get('nonce')!,
      iat: seconds,
      exp: seconds + 60,
    };
    const idToken = await provider.makeToken({ parameters, claims });
    return { status: 200, body: { access_token: 'at-secret', token_type: 'bearer', id_token: idToken } };
  }

  await listen(server, { host: '127.0.0.1', port: 0 });
  const url = addressOf(server.address() as AddressInfo);
  const sign = (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(privateKey);
  const provider: HostileProvider = {
    url,
    clientId,
    clientSecret,
    metadata: {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
    },
    makeToken: ({ claims }) => sign(claims),
    userInfo: {},
    tokenStatus: 200,
    sign,
    exchanges: [],
    authorize(location) {
      const parameters = new URL(location).searchParams;
      const code = `code-${codes.size}-${Math.trunc(performance.now() * 1000)}`;
      codes.set(code, parameters);
      const back = new URL(parameters.get('redirect_uri')!);
      back.search = new URLSearchParams({ code, state: parameters.get('state')! }).toString();
      return back;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return provider;
}
