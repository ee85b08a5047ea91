import type * as OpenIDClient from 'openid-client';
import { z } from 'zod';
import type { Settings } from '../config/settings.js';

export type OIDCSettings = Extract<Settings['consoleLogin'], { kind: 'oidc' }>;

/** What has to be remembered between leaving for the provider and coming back. */
export interface PendingLogin {
  state: string;
  nonce: string;
  /** Of PKCE (RFC 7636). */
  verifier: string;
}

/** Sign-in at an OpenID provider: authorization code flow with PKCE, state and nonce. */
export interface OIDC {
  /** Where to send the browser. Rejects when the provider does not answer. */
  begin(): Promise<{ url: string; pending: PendingLogin }>;
  /**
   * The operator's name, for the address that the provider sent the browser back to. Rejects with
   * {@link NotAllowedError}, or with whatever is wrong with the answer.
   */
  finish(address: URL, pending: PendingLogin): Promise<string>;
}

/** The provider knows this person, and the settings do not. */
export class NotAllowedError extends Error {
  override name = 'NotAllowedError';

  /** `subject`: what the provider calls them, for nobody but themselves. */
  constructor(readonly subject: string) {
    super('The settings do not name this person.');
  }
}

/** How long the provider may take for one answer, in seconds. */
const patience = 10;

/** `redirectURI`: where the provider sends browsers back to. */
export function createOIDC(settings: OIDCSettings, redirectURI: string): OIDC {
  const { issuer, clientId, clientSecret, scope } = settings;

  async function discover() {
    // Loaded only where it is used.
    const client = await import('openid-client');
    const config = await client.discovery(
      issuer,
      clientId,
      undefined,
      clientSecret === undefined ? client.None() : authentication(client, clientSecret),
      {
        timeout: patience,
        // Settings let it be http: on this machine only.
        execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [],
      },
    );
    // Signatures of ID tokens are checked, though they come from the provider over TLS.
    client.enableNonRepudiationChecks(config);
    return { client, config };
  }
  let discovered: ReturnType<typeof discover> | undefined;
  /** Asks once; after a failure, again. */
  function provider() {
    discovered ??= discover().catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
    return discovered;
  }

  return {
    async begin() {
      const { client, config } = await provider();
      const pending = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectURI,
        scope,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, pending };
    },
    async finish(address, { state, nonce, verifier }) {
      const { client, config } = await provider();
      const answer = await client.authorizationCodeGrant(config, address, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = answer.claims();
      if (!claims) throw new Error('The provider sent no ID token.');
      try {
        return operatorOf(claims, settings);
      } catch (error) {
        const canAsk = config.serverMetadata().userinfo_endpoint !== undefined;
        if (!(error instanceof NotAllowedError) || !canAsk) throw error;
        // Some providers tell addresses and groups only when asked. Not mixed with the token: what belongs together stays so.
        return operatorOf(await client.fetchUserInfo(config, answer.access_token, claims.sub), settings);
      }
    },
  };
}

/** With a secret, as the provider takes it: in the body if it says so, else in the header (RFC 8414 §2). */
function authentication(client: typeof OpenIDClient, secret: string): OpenIDClient.ClientAuth {
  const [inBody, inHeader] = [client.ClientSecretPost(secret), client.ClientSecretBasic(secret)];
  return (provider, ...rest) => {
    const takesBody = provider.token_endpoint_auth_methods_supported?.includes('client_secret_post');
    return (takesBody ? inBody : inHeader)(provider, ...rest);
  };
}

const identity = z.object({
  sub: z.string().min(1),
  email: z.string().optional().catch(undefined),
  email_verified: z.literal(true).optional().catch(undefined),
});
const groupList = z.union([z.array(z.string()), z.string().transform((one) => [one])]).catch([]);

/** The name of a person who may look. Throws {@link NotAllowedError}. */
export function operatorOf(
  claims: Record<string, unknown>,
  {
    subjects,
    emails,
    groups,
    groupsClaim,
  }: Pick<OIDCSettings, 'subjects' | 'emails' | 'groups' | 'groupsClaim'>,
): string {
  const { sub, email, email_verified: isVerified } = identity.parse(claims);
  const address = isVerified ? email?.toLowerCase() : undefined;
  const memberships = groupList.parse(claims[groupsClaim]);
  const isAllowed =
    subjects.includes(sub) ||
    (address !== undefined && emails.some((it) => it.toLowerCase() === address)) ||
    groups.some((group) => memberships.includes(group));
  if (!isAllowed) throw new NotAllowedError(sub);
  return address ?? sub;
}
