import { LunaSec } from '@lunasec/node-sdk';
import type { CallReport, ResilienceOptions } from '@lunasec/node-sdk';
import type { TokenizerConfig } from '@lunasec/tokenizer-api';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { listening } from '../../support/listening.js';

const sessionHeader = 'x-session';

/** An application's server with the real SDK. */
export interface App {
  origin: string;
  lunaSec: LunaSec;
  /** Its public keys, as the tokenizer's settings have them. */
  jwks: NonNullable<TokenizerConfig['applications'][number]['jwks']>;
  /** What its handshake gives the page of a session for the tokenizer. */
  assertion(session: string): Promise<string>;
  /** Milliseconds by which its clock is ahead of the machine's. */
  clock: { offset: number };
  close(): Promise<void>;
}

/** The application `app`, whose sessions are named by a header. */
export async function startApp({
  directory,
  tokenizerURL,
  fetch,
  client,
  onCall,
}: {
  directory: string;
  tokenizerURL: string;
  /** The way of its server to the tokenizer. */
  fetch: typeof globalThis.fetch;
  client?: ResilienceOptions | undefined;
  onCall?: ((report: CallReport) => void) | undefined;
}): Promise<App> {
  const clock = { offset: 0 };
  const server = createServer((request, response) => handle(request, response));
  const { url: origin, close } = await listening(server, 'localhost');
  const lunaSec = new LunaSec(
    {
      applicationId: 'app',
      tokenizerURL,
      origin,
      auth: {
        secrets: { source: 'file', path: join(directory, 'app-key.json'), createIfMissing: true },
        sessionIdProvider: (request) => String(request.headers[sessionHeader]),
      },
      client,
    },
    {
      fetch,
      now: () => new Date(Date.now() + clock.offset),
      log: { warn: () => undefined },
      onCall,
    },
  );
  const plugin = lunaSec.expressPlugin();
  const handle: RequestListener = (request, response) => plugin(request, response, () => response.end());
  return {
    origin,
    lunaSec,
    clock,
    jwks: (await (await globalThis.fetch(`${origin}/.lunasec/jwks.json`)).json()) as App['jwks'],
    async assertion(session) {
      const handshake = await globalThis.fetch(`${origin}/.lunasec/secure-frame`, {
        redirect: 'manual',
        headers: { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-origin', [sessionHeader]: session },
      });
      await handshake.arrayBuffer();
      return new URL(handshake.headers.get('location')!).hash.slice(1);
    },
    close,
  };
}
