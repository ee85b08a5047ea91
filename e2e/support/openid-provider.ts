import { jest } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import type { Server } from 'node:http';
import type { Configuration, Provider } from 'oidc-provider';
import { freePort } from './ports.js';

export interface OpenIDProvider {
  /** Its issuer: on `localhost`, another site than `127.0.0.1`. */
  url: string;
  clientId: string;
  clientSecret: string;
  close(): Promise<void>;
}

/** A real provider, whose people are called by any name, with any password: `ada` is `ada@example.com`. */
export async function startOpenIDProvider(redirectURI: string): Promise<OpenIDProvider> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const [clientId, clientSecret] = ['console', 'a-secret-of-the-console'];
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = await createProvider(url, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectURI] }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['any'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    pkce: { required: () => true },
    // Seconds.
    ttl: { AccessToken: 60, Grant: 600, IdToken: 60, Interaction: 600, Session: 600 },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true }),
    }),
  });
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = provider.listen(port, 'localhost', () => resolve(listening));
  });
  return {
    url,
    clientId,
    clientSecret,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Without what it has to say about its use in production. */
async function createProvider(url: string, configuration: Configuration): Promise<Provider> {
  const quiet = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    const { Provider } = await import('oidc-provider');
    return new Provider(url, configuration);
  } finally {
    quiet.mockRestore();
  }
}
