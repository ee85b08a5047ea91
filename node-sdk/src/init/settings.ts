import type { Manifest } from './project.js';

/** What app and tokenizer have to agree on. */
export interface Settings {
  applicationId: string;
  origin: string;
  tokenizerURL: string;
}

/** As told, or else as the app says itself. */
export function settingsOf(
  {
    origin,
    tokenizerURL,
    applicationId,
  }: { origin?: string | undefined; tokenizerURL: string; applicationId?: string | undefined },
  { name }: Manifest,
  serverText: string,
): Settings {
  const port =
    /\bport:\s*(\d{2,5})\b/.exec(serverText)?.[1] ?? /\.listen\(\s*(\d{2,5})\b/.exec(serverText)?.[1];
  const id = (name ?? 'my-app')
    .replace(/^@/, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 64);
  return {
    applicationId: applicationId ?? (id || 'my-app'),
    origin: origin ?? `http://localhost:${port ?? 4000}`,
    tokenizerURL,
  };
}
