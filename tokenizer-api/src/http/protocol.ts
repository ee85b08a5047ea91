import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Patience } from './patience.js';

/**
 * Answers what only looks like HTTP/1.1, and says so: another version of it, which Node's parser lets through (505,
 * RFC 9110 §15.6.6), and more than one host (400, RFC 9112 §3.2).
 */
export function refuseMalformed(
  { httpVersion, rawHeaders }: IncomingMessage,
  response: ServerResponse,
): boolean {
  const hosts = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
  const status = !['1.0', '1.1'].includes(httpVersion) ? 505 : hosts > 1 ? 400 : undefined;
  if (status === undefined) return false;
  response.writeHead(status, { Connection: 'close' }).end();
  return true;
}

/** Closes connections whose client goes on sending what nobody wants, a while after it was answered. */
export function closeUnread(
  request: IncomingMessage,
  response: ServerResponse,
  { unread }: Pick<Patience, 'unread'>,
): void {
  response.once('finish', () => {
    if (!request.complete) cutOffAfter(request, unread);
  });
}

/** Ends the connection of a request whose body takes longer than so many milliseconds from now. */
export function cutOffAfter(request: IncomingMessage, milliseconds: number): void {
  const timer = setTimeout(() => request.destroy(), milliseconds);
  for (const end of ['end', 'close']) request.once(end, () => clearTimeout(timer));
}
