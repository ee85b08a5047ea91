import { createServer, request } from 'node:http';
import { listening } from './listening.js';
import type { Listening } from './listening.js';

/** What a proxy passes on: the path and headers of an answer, and what it says. */
export interface Passed {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface TamperingProxy extends Listening {
  /** Changes answers on their way, from now on. Without it they are passed on as they are. */
  alter: ((answer: Passed) => Passed) | undefined;
  /** Paths that were asked for. */
  asked: string[];
}

/** An HTTP proxy between browser and servers: a cache, a CDN or a load balancer that somebody else controls. */
export async function startTamperingProxy(): Promise<TamperingProxy> {
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url!);
    proxy.asked.push(pathname);
    const forwarded = request(
      incoming.url!,
      { method: incoming.method, headers: { ...incoming.headers, 'accept-encoding': 'identity' } },
      (response) => {
        const { alter } = proxy;
        if (!alter) return void response.pipe(outgoing.writeHead(response.statusCode!, response.headers));
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const { 'content-length': _length, etag: _etag, ...headers } = response.headers;
          const whole = Buffer.concat(chunks);
          const isText = /^(text|application\/javascript)/.test(headers['content-type'] ?? '');
          const passed = isText ? alter({ path: pathname, headers, body: whole.toString() }) : undefined;
          outgoing.writeHead(response.statusCode!, passed?.headers ?? headers).end(passed?.body ?? whole);
        });
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  const proxy: TamperingProxy = { alter: undefined, asked: [], ...(await listening(server)) };
  return proxy;
}
