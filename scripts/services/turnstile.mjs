import { connect, createServer } from 'node:net';

/**
 * A proxy for the MongoDB wire protocol that lets one command at a time through to the server, over all connections:
 * the next one follows when the one before is answered.
 *
 * FerretDB 1 needs it. It reads, changes and writes a document in separate steps, so that of two updates at the same
 * time one can undo the other. MongoDB changes one document atomically, and the token store relies on that; behind
 * this proxy FerretDB does so too, and what the tests prove is what holds with MongoDB, which is used without it.
 */
export function startTurnstile(serverPort) {
  const { enter, forget, leave } = createQueue();
  const sockets = new Set();

  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    /** The id of the command of this connection that is with the server. */
    let inside;
    /** Its commands that have yet to be let in. */
    const outside = new Set();
    const giveUp = () => outside.forEach(forget);
    const done = () => {
      if (inside === undefined) return;
      inside = undefined;
      leave();
      if (client.destroyed) upstream.destroy();
    };

    const send = (message) => {
      if (!waitsItsTurn(message)) return void upstream.write(message);
      const task = () => {
        outside.delete(task);
        inside = message.readInt32LE(4);
        upstream.write(message);
        if (!wantsAnswer(message)) done();
      };
      outside.add(task);
      enter(task);
    };
    client.on('data', createReader(send));
    upstream.on(
      'data',
      createReader((message) => {
        client.write(message);
        if (message.readInt32LE(8) === inside && !isFollowed(message)) done();
      }),
    );

    client.on('close', () => {
      giveUp();
      // A command whose client is gone still runs: nobody may pass before it ends.
      if (inside === undefined) upstream.destroy();
    });
    upstream.on('close', () => {
      client.destroy();
      giveUp();
      done();
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay();
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
  });

  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      resolve({
        port: server.address().port,
        async close() {
          const closed = new Promise((done) => server.close(done));
          for (const socket of sockets) socket.destroy();
          await closed;
        },
      });
    });
  });
}

/** First come, first served; one at a time. */
function createQueue() {
  const waiting = [];
  let isTaken = false;
  const next = () => {
    const task = waiting.shift();
    isTaken = task !== undefined;
    task?.();
  };
  return {
    /** Calls `task` when it is its turn. */
    enter(task) {
      waiting.push(task);
      if (!isTaken) next();
    },
    /** Takes a task out again that has not been called. */
    forget(task) {
      const place = waiting.indexOf(task);
      if (place >= 0) waiting.splice(place, 1);
    },
    /** The next one, please. */
    leave: next,
  };
}

/** Cuts a stream into messages: each begins with its length, a 32-bit integer that counts itself. */
function createReader(onMessage) {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= headerSize && rest.length >= rest.readInt32LE(0)) {
      const length = Math.max(rest.readInt32LE(0), headerSize);
      onMessage(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  };
}

/** Length, request id, id of the request that is answered, opcode; each a 32-bit integer, little-endian. */
const headerSize = 16;
const opMsg = 2013;
const opQuery = 2004;
const moreToCome = 1 << 1;

const flagsOf = (message) =>
  message.readInt32LE(12) === opMsg && message.length >= headerSize + 4
    ? message.readUInt32LE(headerSize)
    : 0;
const wantsAnswer = (message) => (flagsOf(message) & moreToCome) === 0;
const isFollowed = (message) => (flagsOf(message) & moreToCome) !== 0;

/** Greetings do not wait: a driver's monitor may ask for an answer that comes much later, or for many. */
const greetings = new Set(['hello', 'ismaster', 'isMaster']);

function waitsItsTurn(message) {
  // Drivers use this opcode for the first greeting of a connection only.
  if (message.readInt32LE(12) === opQuery) return false;
  return !greetings.has(commandOf(message));
}

/** The command of an OP_MSG: the first key of its first section's document. Undefined when it begins otherwise. */
function commandOf(message) {
  if (message.readInt32LE(12) !== opMsg) return undefined;
  // Flags (4), kind of the section (1), length of the document (4), type of its first element (1), then its name.
  const start = headerSize + 4 + 1 + 4 + 1;
  const end = message.indexOf(0, start);
  return message[headerSize + 4] === 0 && end > start ? message.toString('utf8', start, end) : undefined;
}
