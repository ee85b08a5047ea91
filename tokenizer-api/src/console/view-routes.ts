import express from 'express';
import type { Request, Response, Router } from 'express';
import type { z } from 'zod';
import type { Audit, AuditConcern } from '../services/audit.js';
import type { ConsoleCookie } from './cookies.js';
import { auditQuery, fieldsOf, grantQuery, oneTokenQuery, problemsOf, tokenQuery } from './filters.js';
import { fieldOf, isFromOrigin, isSameSecret } from './guards.js';
import { render } from './html.js';
import type { Markup } from './html.js';
import { documentOfPage } from './layout.js';
import type { Page } from './layout.js';
import { readForm } from './login-routes.js';
import { applicationsPage } from './pages/applications.js';
import { auditPage, verifyPage } from './pages/audit.js';
import { grantsPage } from './pages/grants.js';
import { badRequestPage, notFoundPage, refusedPage } from './pages/messages.js';
import { overviewPage } from './pages/overview.js';
import { tokenPage, tokensPage } from './pages/tokens.js';
import type { ConsoleReads } from './reads.js';
import type { ConsoleSession, ConsoleSessions } from './sessions.js';
import type { AuditVerifier } from './verification.js';

/** What an operator gets: a page for those who are signed in, or a message. */
interface Answer {
  status?: number;
  body: Page | Markup;
}

/** An operator who looks, with what they ask for. */
interface Look {
  query: Request['query'];
  session: ConsoleSession;
  /** Writes to the audit that they look. Nothing is shown that is not in it. */
  record(action: string, about?: AuditConcern): Promise<void>;
}

/** What operators see. All of it needs a session. */
export function createViewRoutes({
  url,
  reads,
  verifier,
  sessions,
  cookie,
  audit,
  now,
}: {
  url: string;
  reads: ConsoleReads;
  verifier: AuditVerifier;
  sessions: Pick<ConsoleSessions, 'find'>;
  cookie: ConsoleCookie;
  audit: Pick<Audit, 'recordOwn'>;
  now: () => Date;
}): Router {
  const router = express.Router();
  const ids = reads.applications().map(({ id }) => id);

  const signedIn = new WeakMap<Request, ConsoleSession>();
  // Whoever is nobody does not even learn which pages there are.
  router.use((request, response, next) => {
    const session = sessions.find(cookie.read(request));
    if (!session) {
      response.redirect(303, '/login');
      return;
    }
    signedIn.set(request, session);
    next();
  });

  function lookOf(request: Request): Look {
    const session = signedIn.get(request);
    if (!session) throw new Error('A page without a session.');
    const requestId = String(request.id);
    return {
      query: request.query,
      session,
      record: (action, about = {}) =>
        audit.recordOwn(action, { operator: session.operator }, { requestId, ...about }),
    };
  }

  const send = (response: Response, { session }: Look, { status = 200, body }: Answer) =>
    void response.status(status).send(render('content' in body ? documentOfPage(body, session) : body));

  const view = (path: string, show: (look: Look) => Promise<Answer>) =>
    router.get(path, async (request, response) => {
      const look = lookOf(request);
      send(response, look, await show(look));
    });

  view('/', async () => ({ body: overviewPage(await reads.overview(), reads.applications()) }));

  view('/applications', async () => ({ body: applicationsPage(reads.applications()) }));

  view('/tokens', async ({ query, record }) => {
    const fields = fieldsOf(query);
    if (Object.keys(query).length === 0) return { body: tokensPage(ids, fields, null, []) };
    const asked = tokenQuery(ids).safeParse(query);
    if (!asked.success) return unclear(asked.error, (problems) => tokensPage(ids, fields, null, problems));
    const { application, filter, page } = asked.data;
    await record('viewTokens', { applicationId: application, sessionId: filter.sessionId ?? null });
    const list = { application, page: await reads.tokens(application, filter, page) };
    return { body: tokensPage(ids, fields, list, []) };
  });

  view('/token', async ({ query, record }) => {
    const asked = oneTokenQuery(ids).safeParse(query);
    if (!asked.success) return { status: 400, body: badRequestPage(problemsOf(asked.error)) };
    const { application, token } = asked.data;
    await record('viewToken', { applicationId: application, token });
    const found = await reads.token(application, token);
    if (!found) return { status: 404, body: notFoundPage() };
    return { body: tokenPage(application, found, await reads.readGrants(application, token), now()) };
  });

  view('/grants', async ({ query, record }) => {
    const fields = fieldsOf(query);
    if (Object.keys(query).length === 0) return { body: grantsPage(ids, fields, null, []) };
    const asked = grantQuery(ids).safeParse(query);
    if (!asked.success) return unclear(asked.error, (problems) => grantsPage(ids, fields, null, problems));
    const { application, session, kind, page } = asked.data;
    await record('viewGrants', { applicationId: application, sessionId: session });
    const list = { application, page: await reads.grants(application, session, kind, page) };
    return { body: grantsPage(ids, fields, list, []) };
  });

  view('/audit', async ({ query, record }) => {
    const fields = fieldsOf(query);
    const asked = auditQuery(ids).safeParse(query);
    if (!asked.success) return unclear(asked.error, (problems) => auditPage(ids, fields, null, problems));
    const { application, filter, page } = asked.data;
    await record('viewAudit', { applicationId: application });
    const list = { application, page: await reads.audit(application, filter, page) };
    return { body: auditPage(ids, fields, list, []) };
  });

  view('/audit/verify', async ({ session }) => ({ body: verifyPage(verifier.state(), session.formToken) }));

  router.post('/audit/verify', readForm, async (request, response) => {
    const look = lookOf(request);
    const { session, record } = look;
    if (
      !isFromOrigin(request, url) ||
      !isSameSecret(fieldOf(request, 'formToken') ?? '', session.formToken)
    ) {
      send(response, look, { status: 403, body: refusedPage() });
      return;
    }
    if (verifier.state().kind !== 'running') {
      await record('verifyAudit');
      verifier.start(session.operator);
    }
    response.redirect(303, '/audit/verify');
  });

  router.use((request, response) => {
    send(response, lookOf(request), { status: 404, body: notFoundPage() });
  });
  return router;
}

const unclear = (error: z.ZodError, page: (problems: readonly string[]) => Page): Answer => ({
  status: 400,
  body: page(problemsOf(error)),
});
