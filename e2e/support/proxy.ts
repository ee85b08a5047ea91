import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/**
 * What a way to a server does wrong, for connections that are open already as well as for new ones:
 * - `refuse`: nobody listens, and what was connected is cut off.
 * - `reset`: every connection is torn down at once.
 * - `hang`: connections are taken, and nothing goes through until the fault ends.
 * - `lose`: the same, and what was connected stays silent for ever after; new connections work then.
 * - `delay`: everything comes later, in milliseconds.
 * - `cut`: a connection breaks after so many more bytes of answers.
 * - `answer`: HTTP requests whose head gives a text get that for an answer.
 */
export type Fault =
  | { kind: 'refuse' | 'reset' | 'hang' | 'lose' }
  | { kind: 'delay'; milliseconds: number }
  | { kind: 'cut'; after: number }
  | { kind: 'answer'; answer(head: string): string | null };

export interface Proxy {
  /** `127.0.0.1:<port>`, the same for as long as it lives. */
  host: string;
  /** From now on, and until the next one. Null: everything goes through. */
  set(fault: Fault | null): Promise<void>;
  /** How often a connection, a chunk or a request met a fault. */
  met(): number;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  upstream: Socket;
  /** Bytes that the client was answered under the fault of now. */
  answered: number;
  isLost: boolean;
}

/** A way to a TCP server that can be made as bad as networks are. */
export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  let fault: Fault | null = null;
  let met = 0;
  const pairs = new Set<Pair>();

  const destroy = ({ client, upstream }: Pair) => {
    client.destroy();
    upstream.destroy();
  };
  const isSilent = () => fault?.kind === 'hang' || fault?.kind === 'lose';

  function apply(pair: Pair): void {
    pair.answered = 0;
    if (isSilent()) {
      met++;
      pair.client.pause();
      pair.upstream.pause();
      if (fault!.kind === 'lose') pair.isLost = true;
    } else if (fault?.kind === 'reset') {
      met++;
      pair.client.resetAndDestroy();
      pair.upstream.destroy();
    } else if (!pair.isLost) {
      pair.client.resume();
      pair.upstream.resume();
    }
  }

  function send(to: Socket, chunk: Buffer): void {
    if (fault?.kind !== 'delay') {
      to.write(chunk);
      return;
    }
    met++;
    setTimeout(() => {
      if (!to.destroyed) to.write(chunk);
    }, fault.milliseconds);
  }

  const server = createServer((client) => {
    const pair: Pair = { client, upstream: connect(target), answered: 0, isLost: false };
    const { upstream } = pair;
    pairs.add(pair);
    client.on('data', (chunk: Buffer) => {
      const text = fault?.kind === 'answer' ? headOf(chunk) : null;
      const answer = text !== null && fault?.kind === 'answer' ? fault.answer(text) : null;
      if (answer === null) {
        send(upstream, chunk);
        return;
      }
      met++;
      client.removeAllListeners('data').resume();
      upstream.destroy();
      client.end(answer);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (fault?.kind !== 'cut') {
        send(client, chunk);
        return;
      }
      const left = fault.after - pair.answered;
      pair.answered += chunk.length;
      if (chunk.length < left) {
        client.write(chunk);
        return;
      }
      met++;
      client.end(chunk.subarray(0, Math.max(0, left)), () => destroy(pair));
    });
    client.on('error', () => undefined).on('close', () => (upstream.destroy(), pairs.delete(pair)));
    upstream.on('error', () => undefined);
    // What was answered last still arrives.
    upstream.on('close', () => {
      if (fault?.kind === 'delay') setTimeout(() => client.destroySoon(), fault.milliseconds);
      else client.destroySoon();
    });
    apply(pair);
  });

  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  const stopListening = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const pair of pairs) destroy(pair);
    });

  const port = await listen(0);
  return {
    host: `127.0.0.1:${port}`,
    async set(next) {
      fault = next;
      if (next?.kind === 'refuse') {
        met++;
        if (server.listening) await stopListening();
        return;
      }
      if (!server.listening) await listen(port);
      for (const pair of pairs) apply(pair);
    },
    met: () => met,
    close: () => (server.listening ? stopListening() : Promise.resolve()),
  };
}

/** The head of an HTTP request, if a chunk begins with one. */
const headOf = (chunk: Buffer): string | null => {
  const text = chunk.toString('latin1', 0, 16_384);
  return /^(GET|PUT|POST|HEAD|DELETE) /.test(text) ? text.split('\r\n\r\n', 1)[0]! : null;
};

/** An HTTP answer as it goes over the wire; without its body where the request was a HEAD. */
export function httpAnswer(head: string, status: number, body = '', type = 'application/xml'): string {
  const content = head.startsWith('HEAD ') ? '' : body;
  return [
    `HTTP/1.1 ${status} Fault`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(content)}`,
    'Connection: close',
    '',
    content,
  ].join('\r\n');
}
