import express from 'express';
import type { RequestHandler, Router } from 'express';
import { extname } from 'node:path';
import type { Applications } from '../auth/applications.js';
import type { FrameFiles } from './frame-files.js';
import { framePolicy, integrityPolicy, permissionsPolicy } from './security-headers.js';

export const framePages = ['controller', 'element', 'file'] as const;

/** Stands in a built page for the origins of its application. */
export const originsPlaceholder = '__LUNASEC_ORIGINS__';

/**
 * `/controller`, `/element` and `/file`, the pages that applications embed, and their `/assets`. A page is told the origins of
 * its application, and answers to no other.
 */
export function createFrames({
  files,
  applications,
  connectOrigins,
}: {
  files: FrameFiles;
  applications: Applications;
  connectOrigins: readonly string[];
}): Router {
  const router = express.Router();
  for (const page of framePages) {
    const html = files.get(`${page}.html`)?.toString();
    if (!html?.includes(originsPlaceholder))
      throw new Error(`${page}.html has no place for the origins: build secure-frame.`);
    const showsFiles = page === 'file';
    router.get(`/${page}`, servePage(html, applications, { connectOrigins, showsFiles }));
  }
  for (const [path, content] of files)
    if (path.startsWith('assets/')) router.get(`/${path}`, serveAsset(path, content));
  return router;
}

/** The import map, which pins what scripts import: the one thing that is inline. */
export const inlineScriptsOf = (html: string): string[] =>
  [...html.matchAll(/<script type="importmap">([^<]*)<\/script>/g)].map(([, text]) => text!);

const servePage = (
  html: string,
  applications: Applications,
  policy: { connectOrigins: readonly string[]; showsFiles: boolean },
): RequestHandler => {
  const inlineScripts = inlineScriptsOf(html);
  return (request, response) => {
    const { application: id } = request.query;
    const application = typeof id === 'string' ? applications.get(id) : undefined;
    response.set('Cache-Control', 'no-store');
    if (!application) {
      response.status(404).json({ message: 'Name an application of this tokenizer: ?application=<id>.' });
      return;
    }
    response
      .set({
        'Content-Security-Policy': framePolicy({ origins: application.origins, inlineScripts, ...policy }),
        'Integrity-Policy': integrityPolicy,
        'Permissions-Policy': permissionsPolicy,
        // Pages that isolate themselves (COEP) can embed only what agrees to both.
        'Cross-Origin-Resource-Policy': 'cross-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      })
      .type('html')
      // A function, because "$" has a meaning in replacement texts.
      .send(html.replaceAll(originsPlaceholder, () => application.origins.join(' ')));
  };
};

/** Their names have a hash of what is in them, so browsers may keep them for ever. */
const serveAsset =
  (path: string, content: Buffer): RequestHandler =>
  (_request, response) => {
    response.set('Cache-Control', 'public, max-age=31536000, immutable').type(extname(path)).send(content);
  };
