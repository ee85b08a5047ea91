import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a server on this machine to answer what it means to, once it has seen all bytes, in milliseconds. */
const quiet = 300;

/**
 * Everything that a server answers to bytes until it closes the connection. One that neither answers nor closes waits for
 * more: it gets the end of the connection. (At once, that would cut off answers that are still being made.)
 */
export function sendBytes(origin: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(`Neither closed nor quiet: ${Buffer.concat(chunks).toString('latin1').slice(0, 500)}`),
      );
    }, 20_000);
    let isClosed = false;
    socket.on('data', (chunk) => chunks.push(chunk));
    // A server that refuses may reset the connection while bytes are on their way.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      isClosed = true;
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    void (async () => {
      for (let before = -1; !isClosed && before < chunks.length;) {
        before = chunks.length;
        // Whatever the server had to do first, it did before it answered these.
        for (let probe = 0; probe < 2 && !isClosed; probe++) await fetch(`${origin}/healthz`);
        await sleep(quiet);
      }
      socket.end();
    })().catch(reject);
  });
}

/** Everything that a server answers to bytes until it closes the connection by itself. */
export async function sendUntilClosed(origin: string, bytes: string): Promise<string> {
  const { socket, received, closed } = openConnection(origin);
  socket.write(Buffer.from(bytes, 'latin1'));
  await closed;
  return received();
}

/** Status codes of the answers in what a server sent. A body need not end with a line break. */
export const statusesIn = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

/** A connection that stays open, and when it closed. */
export function openConnection(origin: string): {
  socket: Socket;
  received: () => string;
  closed: Promise<void>;
} {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  return {
    socket,
    received: () => text,
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
  };
}
