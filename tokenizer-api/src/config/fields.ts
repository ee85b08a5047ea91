import { z } from 'zod';
import { parseDuration } from '../duration.js';

export const text = () => z.string('must be a text').min(1, 'must not be empty');

export const flag = () => z.boolean('must be true or false');

export const duration = (min: number, max: number) =>
  z.string('must be a duration such as 5m30s').transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined && seconds >= min && seconds <= max) return seconds;
    context.addIssue(
      seconds === undefined
        ? 'is not a duration; write one like 5m30s, 1h or 45s'
        : `must be from ${min} s to ${max} s`,
    );
    return z.NEVER;
  });

export const count = (min: number, max: number) =>
  z
    .number(`must be a whole number from ${min} to ${max}`)
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

/** Names that browsers take for this machine, where plain HTTP is a secure context. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127\.\d+\.\d+\.\d+$/.test(hostname);

export const secureURL = z.string('must be a URL').transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    context.addIssue('must be a URL such as https://example.com, without user name or password');
    return z.NEVER;
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    context.addIssue('must begin with https: (http: is for localhost only: encryption in browsers needs it)');
    return z.NEVER;
  }
  return url;
});

export const origin = secureURL.transform((url, context) => {
  if (url.pathname === '/' && url.search === '' && url.hash === '') return url.origin;
  context.addIssue(`must be an origin, without a path; did you mean ${url.origin}?`);
  return z.NEVER;
});
