import helmet from 'helmet';
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** For everything that is no page: nothing in it may run, load, or be framed. */
export const closedPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export type SetHeaders = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Headers of every answer. Calls `next` before it returns. */
export function securityHeaders({ isHTTPS }: { isHTTPS: boolean }): SetHeaders {
  const common = helmet({
    contentSecurityPolicy: false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: isHTTPS && { maxAge: 63_072_000, includeSubDomains: true },
    // Who may embed is a matter of frame-ancestors, which names more than one origin.
    xFrameOptions: false,
  });
  return (request, response, next) => {
    response.setHeader('Content-Security-Policy', closedPolicy);
    common(request, response, next);
  };
}

/**
 * The policy of the frame pages: their own scripts and styles, calls to the tokenizer and the object store, and
 * nothing else. Only pages of the application may embed them. A page that shows files also shows images and documents
 * that it has made itself, of what it opened. `inlineScripts` are admitted by their hashes.
 */
export function framePolicy({
  origins,
  inlineScripts,
  connectOrigins,
  showsFiles,
}: {
  origins: readonly string[];
  inlineScripts: readonly string[];
  connectOrigins: readonly string[];
  showsFiles: boolean;
}): string {
  return [
    "default-src 'none'",
    scriptSources(inlineScripts),
    "style-src 'self'",
    `connect-src ${["'self'", ...connectOrigins].join(' ')}`,
    ...(showsFiles ? ['img-src blob:', 'frame-src blob:'] : []),
    `frame-ancestors ${origins.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** Where a page's scripts may come from: this origin, and the page itself where it has the text that is given here. */
export const scriptSources = (inlineScripts: readonly string[]): string =>
  [
    "script-src 'self'",
    ...inlineScripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`),
  ].join(' ');

/**
 * No script without a pin (subresource integrity), for browsers that know this header: Chrome 138, Safari 26. Styles cannot be
 * named here yet; a page gives up without its own.
 */
export const integrityPolicy = 'blocked-destinations=(script)';

/**
 * Every feature that a page could use or hand on, closed; but that a frame may write to the clipboard, where its page has delegated
 * that: a person copies a value with a button inside the frame.
 */
export const permissionsPolicy = [
  'accelerometer',
  'attribution-reporting',
  'autoplay',
  'bluetooth',
  'browsing-topics',
  'camera',
  'clipboard-read',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'interest-cohort',
  'keyboard-map',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'web-share',
  'window-management',
  'xr-spatial-tracking',
]
  .map((feature) => `${feature}=()`)
  .concat('clipboard-write=(self)')
  .join(', ');
