import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { startTurnstile } from './turnstile.mjs';

const opMsg = 2013;
const opQuery = 2004;
let lastId = 0;

/** A message whose document begins with the command's name; nothing after it matters here. */
function message(command, { opcode = opMsg, flags = 0, responseTo = 0, id = ++lastId } = {}) {
  const body = Buffer.concat([Buffer.alloc(4 + 1 + 4), Buffer.from([16]), Buffer.from(`${command}\0`)]);
  body.writeUInt32LE(flags, 0);
  const header = Buffer.alloc(16);
  [16 + body.length, id, responseTo, opcode].forEach((value, index) => header.writeInt32LE(value, index * 4));
  return Buffer.concat([header, body]);
}
const idOf = (it) => it.readInt32LE(4);
const commandOf = (it) => it.toString('utf8', 26, it.length - 1);
const moreToCome = 2;

/** A server that answers when the test says so. */
async function startServer() {
  const received = [];
  const sockets = new Set();
  let onMessage = () => undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 16 && rest.length >= rest.readInt32LE(0)) {
        const whole = rest.subarray(0, rest.readInt32LE(0));
        rest = rest.subarray(whole.length);
        received.push({
          command: commandOf(whole),
          answer: (options) => socket.write(message('ok', { responseTo: idOf(whole), ...options })),
          hangUp: () => socket.destroy(),
        });
        onMessage();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    received,
    commands: () => received.map(({ command }) => command),
    /** Resolves once it has got that many messages. */
    async until(count) {
      while (received.length < count) await new Promise((resolve) => (onMessage = resolve));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('the turnstile', () => {
  let server;
  let turnstile;
  let clients;
  beforeEach(async () => {
    server = await startServer();
    turnstile = await startTurnstile(server.port);
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    await turnstile.close();
    await server.close();
  });

  async function open() {
    const client = connect(turnstile.port, '127.0.0.1');
    clients.push(client);
    await once(client, 'connect');
    return client;
  }
  /** A greeting goes through at once: what was sent before it has reached the turnstile by then. */
  async function settle(client) {
    client.write(message('hello'));
    const isGreeting = ({ command }) => command === 'hello';
    while (!server.received.some(isGreeting)) await server.until(server.received.length + 1);
    server.received.splice(server.received.findIndex(isGreeting), 1)[0].answer();
  }

  test('lets one command at a time through, first come, first served', async () => {
    const all = [await open(), await open(), await open()];
    for (const [index, client] of all.entries()) {
      client.write(message(`update-${index}`));
      await settle(client);
    }
    expect(server.commands()).toEqual(['update-0']);
    server.received[0].answer();
    await server.until(2);
    expect(server.commands()).toEqual(['update-0', 'update-1']);
    server.received[1].answer();
    await server.until(3);
    expect(server.commands()).toEqual(['update-0', 'update-1', 'update-2']);
  });

  test('gives each client its own answers', async () => {
    const [one, two] = [await open(), await open()];
    const sent = [message('find'), message('insert')];
    one.write(sent[0]);
    two.write(sent[1]);
    for (const count of [1, 2]) {
      await server.until(count);
      server.received[count - 1].answer();
    }
    const answers = await Promise.all([once(one, 'data'), once(two, 'data')]);
    const answered = answers.map(([data]) => data.readInt32LE(8));
    expect(answered).toEqual(sent.map(idOf));
  });

  test.each([
    ['hello', opMsg],
    ['isMaster', opMsg],
    ['ismaster', opQuery],
  ])('a %s neither waits nor keeps others waiting', async (greeting, opcode) => {
    const [worker, monitor] = [await open(), await open()];
    worker.write(message('update'));
    await server.until(1);
    monitor.write(message(greeting, { opcode }));
    await server.until(2);
    server.received[0].answer();
    // The greeting has no answer yet, as one that waits for a change of the topology.
    worker.write(message('find'));
    await server.until(3);
    expect(server.commands().at(-1)).toBe('find');
  });

  test('a command without an answer lets the next one in', async () => {
    const client = await open();
    client.write(message('insert', { flags: moreToCome }));
    client.write(message('find'));
    await server.until(2);
    expect(server.commands()).toEqual(['insert', 'find']);
  });

  test('an answer of several parts ends with the last', async () => {
    const [one, two] = [await open(), await open()];
    one.write(message('getMore'));
    await server.until(1);
    two.write(message('update'));
    server.received[0].answer({ flags: moreToCome });
    await once(one, 'data');
    await settle(two);
    expect(server.commands()).toEqual(['getMore']);
    server.received[0].answer();
    await server.until(2);
  });

  test('a command whose client is gone keeps its place until it is done', async () => {
    const [gone, next] = [await open(), await open()];
    gone.write(message('update'));
    await server.until(1);
    gone.destroy();
    next.write(message('find'));
    await settle(next);
    expect(server.commands()).toEqual(['update']);
    server.received[0].answer();
    await server.until(2);
    expect(server.commands()).toEqual(['update', 'find']);
  });

  test('a command that waits is dropped with its client', async () => {
    const [inside, gone, next] = [await open(), await open(), await open()];
    inside.write(message('update'));
    await server.until(1);
    gone.write(message('delete'));
    await settle(gone);
    gone.destroy();
    next.write(message('find'));
    await settle(next);
    server.received[0].answer();
    await server.until(2);
    expect(server.commands()).toEqual(['update', 'find']);
  });

  test('when the server hangs up, its client is told and the next one goes', async () => {
    const [one, two] = [await open(), await open()];
    one.write(message('update'));
    await server.until(1);
    two.write(message('find'));
    server.received[0].hangUp();
    await Promise.all([once(one, 'close'), server.until(2)]);
    expect(server.commands()).toEqual(['update', 'find']);
  });

  test('messages may come in any pieces', async () => {
    const client = await open();
    const bytes = Buffer.concat([message('insert', { flags: moreToCome }), message('find')]);
    for (const byte of bytes) {
      client.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await server.until(2);
    expect(server.commands()).toEqual(['insert', 'find']);
  });
});
