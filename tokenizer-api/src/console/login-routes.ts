import express from 'express';
import type { Request, Response, Router } from 'express';
import type { ProblemCode } from '@lunasec/secure-frame/protocol';
import { isSecret } from '../auth/random-secret.js';
import type { Limiter } from '../graphql/limiter.js';
import { networkOf } from '../graphql/network.js';
import type { Audit } from '../services/audit.js';
import type { ReportFailure } from '../services/problems.js';
import type { ConsoleCookie } from './cookies.js';
import { fieldOf, isFromOrigin, isSameSecret } from './guards.js';
import { render } from './html.js';
import type { LoginLinks } from './login-links.js';
import { NotAllowedError } from './oidc.js';
import type { OIDC, PendingLogin } from './oidc.js';
import { linkPage, signedInPage, signInPage } from './pages/login.js';
import { refusedPage } from './pages/messages.js';
import type { PendingLogins } from './pending-logins.js';
import type { ConsoleSessions } from './sessions.js';

/** How operators get in: one way, as the settings say. */
export type Login =
  | { kind: 'link'; links: LoginLinks }
  | { kind: 'oidc'; oidc: OIDC; pending: PendingLogins; cookie: ConsoleCookie };

/** As the audit names who came by a link: it does not know more. */
const linkOperator = 'one-time link';

const badAnswer = 'That did not work: the answer of the provider was not good, or came too late. Try again.';

export const readForm = express.urlencoded({ extended: false, limit: 4096, parameterLimit: 10 });

/** Signing in and out. */
export function createLoginRoutes({
  url,
  login,
  sessions,
  cookie,
  limiter,
  audit,
  report,
}: {
  url: string;
  login: Login;
  sessions: ConsoleSessions;
  cookie: ConsoleCookie;
  /** Of tries to sign in, by network address. */
  limiter: Limiter;
  audit: Pick<Audit, 'recordOwn' | 'recordRefusal'>;
  report: ReportFailure;
}): Router {
  const router = express.Router();

  const refuse = async (request: Request, code: ProblemCode) =>
    audit.recordRefusal({
      action: 'beginConsoleSession',
      code,
      requestId: String(request.id),
      applicationId: null,
      sessionId: null,
      token: null,
    });

  /** Whether somebody may try to sign in now; otherwise they are answered. */
  async function mayTry(request: Request, response: Response): Promise<boolean> {
    const wait = await limiter.consume(networkOf(request.socket.remoteAddress ?? ''), 1);
    if (wait === null) return true;
    await refuse(request, 'RATE_LIMITED');
    const seconds = Math.max(1, Math.ceil(wait / 1000));
    response.status(429).set('Retry-After', String(seconds));
    response.send(render(signInPage(login.kind, `Too many tries. Wait for ${seconds} s.`)));
    return false;
  }

  async function begin(request: Request, response: Response, operator: string): Promise<void> {
    const about = { requestId: String(request.id) };
    await audit.recordOwn('beginConsoleSession', { operator, login: login.kind }, about);
    sessions.end(cookie.read(request));
    cookie.write(response, sessions.begin(operator));
  }

  router.get('/login', (request, response) => {
    const { token } = request.query;
    response.send(
      render(login.kind === 'link' && isSecret(token) ? linkPage(token) : signInPage(login.kind)),
    );
  });

  if (login.kind === 'link')
    router.post('/login', readForm, async (request, response) => {
      if (!isFromOrigin(request, url)) {
        response.status(403).send(render(refusedPage()));
        return;
      }
      if (!(await mayTry(request, response))) return;
      const token = fieldOf(request, 'token');
      if (!isSecret(token) || !(await login.links.redeem(token))) {
        await refuse(request, 'UNAUTHENTICATED');
        const problem = 'The link was used already, or its five minutes are over. Make a new one.';
        response.status(403).send(render(signInPage('link', problem)));
        return;
      }
      await begin(request, response, linkOperator);
      response.redirect(303, '/');
    });
  else {
    router.get('/login/oidc', async (request, response) => {
      if (!(await mayTry(request, response))) return;
      const started = await login.oidc.begin().catch((error: unknown) => {
        report(error, String(request.id), 'the OpenID provider of the console does not answer');
        return undefined;
      });
      if (!started) {
        response.status(503).send(render(signInPage('oidc', 'The provider does not answer. Try again.')));
        return;
      }
      login.cookie.write(response, login.pending.add(started.pending));
      response.redirect(303, started.url);
    });

    router.get('/login/callback', async (request, response) => {
      if (!(await mayTry(request, response))) return;
      const pending = login.pending.take(login.cookie.read(request));
      login.cookie.clear(response);
      const outcome = pending ? await finish(request, pending) : { problem: badAnswer };
      if ('problem' in outcome) {
        await refuse(request, 'UNAUTHENTICATED');
        response.status(403).send(render(signInPage('oidc', outcome.problem)));
        return;
      }
      await begin(request, response, outcome.operator);
      response.send(render(signedInPage()));
    });
  }

  async function finish(
    request: Request,
    pending: PendingLogin,
  ): Promise<{ operator: string } | { problem: string }> {
    if (login.kind !== 'oidc') return { problem: badAnswer };
    try {
      // Whatever else the request says of its address, this is the one that the provider was told.
      const address = new URL('/login/callback', url);
      address.search = new URL(request.originalUrl, url).search;
      return { operator: await login.oidc.finish(address, pending) };
    } catch (error) {
      report(error, String(request.id), 'a login to the console was refused');
      // So that those who set it up see which name to write there.
      return {
        problem:
          error instanceof NotAllowedError
            ? `Your provider knows you as ${error.subject}; the settings of the console do not name you.`
            : badAnswer,
      };
    }
  }

  router.post('/logout', readForm, async (request, response) => {
    const id = cookie.read(request);
    const session = sessions.find(id);
    if (session) {
      const isOwn =
        isFromOrigin(request, url) && isSameSecret(fieldOf(request, 'formToken') ?? '', session.formToken);
      if (!isOwn) {
        response.status(403).send(render(refusedPage()));
        return;
      }
      sessions.end(id);
      const about = { requestId: String(request.id) };
      await audit.recordOwn('endConsoleSession', { operator: session.operator }, about);
    }
    cookie.clear(response);
    response.redirect(303, '/login');
  });

  return router;
}
