import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpLogger } from 'pino-http';
import type { Settings } from '../config/settings.js';
import { createLimiter } from '../graphql/limiter.js';
import { addressOf, closeNow, listen } from '../http/listen.js';
import type { Patience } from '../http/patience.js';
import { closeUnread, refuseMalformed } from '../http/protocol.js';
import type { Audit } from '../services/audit.js';
import type { ReportFailure } from '../services/problems.js';
import { createConsoleApp } from './app.js';
import { consoleCookie } from './cookies.js';
import { openLoginLinks } from './login-links.js';
import type { Login } from './login-routes.js';
import { createOIDC } from './oidc.js';
import { createPendingLogins } from './pending-logins.js';
import type { ConsoleReads } from './reads.js';
import { createConsoleSessions } from './sessions.js';
import type { AuditVerifier } from './verification.js';

export interface ConsoleServer {
  /** Its public URL, without a trailing slash. */
  url: string;
  close(): Promise<void>;
}

/** Tries to sign in per minute, from one network address. */
const loginRate = 20;

/**
 * Serves the console on an address of its own. Sessions are of this process: behind a load balancer, send the console's
 * traffic to one.
 */
export async function startConsole({
  console: { idleTimeout, sessionTimeout, ...settings },
  consoleLogin,
  dataDirectory,
  reads,
  verifier,
  audit,
  requestLog,
  report,
  patience,
  now,
}: Pick<Settings, 'consoleLogin' | 'dataDirectory'> & {
  console: NonNullable<Settings['console']>;
  reads: ConsoleReads;
  verifier: AuditVerifier;
  audit: Pick<Audit, 'recordOwn' | 'recordRefusal'>;
  requestLog: HttpLogger;
  report: ReportFailure;
  patience: Patience;
  now: () => Date;
}): Promise<ConsoleServer> {
  // As for the tokenizer: with port 0 only listening tells the URL.
  let handle: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server = createServer(
    {
      headersTimeout: patience.headers,
      requestTimeout: patience.headers,
      connectionsCheckingInterval: patience.check,
    },
    (request, response) => {
      closeUnread(request, response, patience);
      if (!refuseMalformed(request, response)) handle(request, response);
    },
  );
  await listen(server, settings);
  try {
    const url = settings.publicURL ?? addressOf(server.address() as AddressInfo);
    const isHTTPS = url.startsWith('https:');
    const login: Login =
      consoleLogin.kind === 'link'
        ? { kind: 'link', links: await openLoginLinks(dataDirectory, now) }
        : {
            kind: 'oidc',
            oidc: createOIDC(consoleLogin, `${url}/login/callback`),
            pending: createPendingLogins(now),
            cookie: consoleCookie('lunasec-console-login', { isHTTPS, sameSite: 'lax' }),
          };
    handle = createConsoleApp({
      url,
      login,
      reads,
      verifier,
      sessions: createConsoleSessions({ idleTimeout, sessionTimeout, now }),
      cookie: consoleCookie('lunasec-console', { isHTTPS, sameSite: 'strict' }),
      limiter: createLimiter({
        name: 'consoleLogin',
        points: loginRate,
        counter: undefined,
        onFailure: () => undefined,
      }),
      audit,
      requestLog,
      report,
      now,
    });
    return {
      url,
      async close() {
        await closeNow(server);
        await verifier.stop();
      },
    };
  } catch (error) {
    await closeNow(server);
    throw error;
  }
}
