import express from 'express';
import type { RequestHandler, Router } from 'express';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Applications } from '../auth/applications.js';
import { framePolicy, permissionsPolicy } from './security-headers.js';

const placeholder = '__LUNASEC_ORIGINS__';

/**
 * `/controller`, `/element` and `/file`, the pages that applications embed, and their `/assets`. `directory` is the built
 * secure frame. A page is told the origins of its application, and answers to no other.
 */
export async function createFrames({
  directory,
  applications,
  connectOrigins,
}: {
  directory: string;
  applications: Applications;
  connectOrigins: readonly string[];
}): Promise<Router> {
  const router = express.Router();
  for (const page of ['controller', 'element', 'file'] as const) {
    const html = await readFile(join(directory, `${page}.html`), 'utf8');
    if (!html.includes(placeholder))
      throw new Error(`${page}.html has no place for the origins: build secure-frame.`);
    const showsFiles = page === 'file';
    router.get(`/${page}`, servePage(html, applications, { connectOrigins, showsFiles }));
  }
  router.use(
    '/assets',
    express.static(join(directory, 'assets'), {
      immutable: true,
      maxAge: '1y',
      index: false,
      redirect: false,
    }),
  );
  return router;
}

const servePage =
  (
    html: string,
    applications: Applications,
    policy: { connectOrigins: readonly string[]; showsFiles: boolean },
  ): RequestHandler =>
  (request, response) => {
    const { application: id } = request.query;
    const application = typeof id === 'string' ? applications.get(id) : undefined;
    response.set('Cache-Control', 'no-store');
    if (!application) {
      response.status(404).json({ message: 'Name an application of this tokenizer: ?application=<id>.' });
      return;
    }
    response
      .set({
        'Content-Security-Policy': framePolicy({ origins: application.origins, ...policy }),
        'Permissions-Policy': permissionsPolicy,
        // Pages that isolate themselves (COEP) can embed only what agrees to both.
        'Cross-Origin-Resource-Policy': 'cross-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      })
      .type('html')
      // A function, because "$" has a meaning in replacement texts.
      .send(html.replaceAll(placeholder, () => application.origins.join(' ')));
  };
