import { createServer } from 'node:http';
import { listening } from './listening.js';

/** Serves one page under an origin that no application names. */
export async function serveHTML(html: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(html);
  });
  const { url, close } = await listening(server, 'localhost');
  return { url: `${url}/`, close };
}
