import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { withOption } from './mongodb.js';

/** The address of a database, as long as it is one host without TLS that needs no login. */
export const plainHost = (uri: string): { host: string; port: number } | undefined => {
  const [, host, port] = /^mongodb:\/\/([^/@,:?]+):(\d+)(?:[/?]|$)/.exec(uri) ?? [];
  return host === undefined || /[?&](tls|ssl)=true/.test(uri) ? undefined : { host, port: Number(port) };
};

/** A way to a database whose connections break on demand. */
export async function startBreakingProxy({ host, port }: { host: string; port: number }): Promise<{
  uri: string;
  /** The connection that carries the next such command breaks before the database hears of it. */
  breakNext(command: string): void;
  /** It breaks before the database's answer to the next such command gets back. */
  loseNextAnswer(command: string): void;
  /** How many it broke. */
  broken(): number;
  close(): Promise<void>;
}> {
  let target: string | undefined;
  let unanswered: string | undefined;
  let broken = 0;
  // An OP_MSG: header (16), flags (4), kind (1), length (4) and type (1), then the command's name.
  const isCommand = (chunk: Buffer, name: string | undefined) =>
    name !== undefined && chunk.toString('latin1', 26, 27 + name.length) === `${name}\0`;
  const server = createServer((client) => {
    const upstream = connect(port, host);
    let isLosing = false;
    const hangUp = () => {
      broken++;
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (chunk: Buffer) => {
      if (isCommand(chunk, target)) {
        target = undefined;
        hangUp();
        return;
      }
      if (isCommand(chunk, unanswered)) {
        unanswered = undefined;
        isLosing = true;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (isLosing) hangUp();
      else client.write(chunk);
    });
    client.on('error', () => undefined).on('close', () => upstream.destroy());
    upstream.on('error', () => undefined).on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    uri: withOption(`mongodb://127.0.0.1:${ownPort}`, 'directConnection=true'),
    breakNext: (command) => (target = command),
    loseNextAnswer: (command) => (unanswered = command),
    broken: () => broken,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
