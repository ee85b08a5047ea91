import helmet from 'helmet';
import type { RequestHandler } from 'express';

/** For everything that is no page: nothing in it may run, load, or be framed. */
const closedPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Headers of every answer. */
export function securityHeaders({ isHTTPS }: { isHTTPS: boolean }): RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: false,
      crossOriginResourcePolicy: { policy: 'same-origin' },
      referrerPolicy: { policy: 'no-referrer' },
      strictTransportSecurity: isHTTPS && { maxAge: 63_072_000, includeSubDomains: false },
      // Who may embed is a matter of frame-ancestors, which names more than one origin.
      xFrameOptions: false,
    }),
    (_request, response, next) => {
      response.set('Content-Security-Policy', closedPolicy);
      next();
    },
  ];
}

/**
 * The policy of the frame pages: their own scripts and styles, calls to the tokenizer and the object store, and
 * nothing else. Only pages of the application may embed them. A page that shows files also shows images and documents
 * that it has made itself, of what it opened.
 */
export function framePolicy({
  origins,
  connectOrigins,
  showsFiles,
}: {
  origins: readonly string[];
  connectOrigins: readonly string[];
  showsFiles: boolean;
}): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
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
