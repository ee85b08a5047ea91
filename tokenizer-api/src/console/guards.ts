import type { Request, RequestHandler } from 'express';
import { createHash, timingSafeEqual } from 'node:crypto';
import { permissionsPolicy } from '../http/security-headers.js';

/** Pages of the console: their style sheet, forms to themselves, and nothing else. Nothing runs. */
export const consolePolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Headers of every answer, over the common ones. */
export const consoleHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': consolePolicy,
    'Permissions-Policy': permissionsPolicy,
    'Cache-Control': 'no-store',
    'X-Frame-Options': 'DENY',
    // Not "no-referrer": with that, browsers send forms without their origin.
    'Referrer-Policy': 'same-origin',
  });
  next();
};

/**
 * Answers to its own host only: a page whose host name was made to mean this address (DNS rebinding) would share its origin
 * otherwise.
 */
export const onlyForHost =
  (url: string): RequestHandler =>
  (request, response, next) => {
    if (request.headers.host?.toLowerCase() === new URL(url).host) next();
    else response.status(421).type('text').send(`The console is at ${url} only.\n`);
  };

/**
 * Only a person who opens a page may come from elsewhere; nothing of another origin, another port of this machine among them,
 * may load, frame or send anything (Fetch Metadata; browsers without it do not send it).
 */
export const onlyOwnRequests: RequestHandler = (request, response, next) => {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest } = request.headers;
  const isOwn = site === undefined || site === 'same-origin' || site === 'none';
  const isOpened = request.method === 'GET' && mode === 'navigate' && dest === 'document';
  if (isOwn || isOpened) next();
  else response.status(403).type('text').send('Nothing of this is for other sites.\n');
};

/** Whether a form was sent by a page of this origin. Browsers say so with every form. */
export const isFromOrigin = (request: Request, url: string): boolean => request.headers.origin === url;

/** A field of a form that was sent, if it is one text. */
export function fieldOf(request: Request, name: string): string | undefined {
  const body: unknown = request.body;
  const value =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Whether two secrets are equal, in a time that tells nothing about them. */
export function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
