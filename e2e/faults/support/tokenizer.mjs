/**
 * A tokenizer in a process of its own that does as it is told over IPC: start, jump its clock, end itself in the middle
 * of the n-th step of what it does, fail at its ports, or lie. Everything else is the product as it is.
 */
import { syncBuiltinESMExports } from 'node:module';
import { promises as fs } from 'node:fs';
import http from 'node:http';
import Database from 'better-sqlite3';
import 'reflect-metadata';
import { parseConfig } from '../../../tokenizer-api/dist/config/settings.js';
import { runTokenizer } from '../../../tokenizer-api/dist/server.js';
import { rotateKeys } from '../../../tokenizer-api/dist/services/keys/rotation.js';
import { activateKey, addKey } from '../../../tokenizer-api/dist/stores/key-provider/edit-key-file.js';

/** Loaded where MongoDB and S3 are used: they take half of the time. */
const drivers = process.env.FAULTS_WITHOUT_DRIVERS
  ? []
  : [
      '../../../tokenizer-api/dist/stores/token-store/mongo.js',
      '../../../tokenizer-api/dist/stores/object-store/s3.js',
      '../../../tokenizer-api/dist/stores/rate-counter/mongo.js',
    ];

let clock = 0;
/** The step at which this process ends; none: it only counts. */
let end = Infinity;
let isCounting = false;
let steps = 0;
let trace = [];
/** Methods of ports that lie, by name. */
const lies = new Set();
let failures = { rate: 0, random: () => 1, count: 0 };

let isBetween = false;

/** A file is written in as many pieces as come over the network; each start makes a chain of the audit that the next one asks about. */
const many = /^(after file writeFile|(before|after) command find)$/;

/**
 * Something is about to happen, or has just happened, that a crash could come between. Between the end of one thing and
 * the beginning of the next this process only computes: to the world outside both are the same moment, and one step.
 */
function step(moment, name) {
  if (!isCounting) return;
  const isSame = moment === 'before' && isBetween;
  isBetween = moment === 'after';
  const what = `${moment} ${name}`;
  // Of what is many times the same, two are enough.
  const isOneOfMany = many.test(what) && trace.at(-1) === what && trace.at(-2) === what;
  if (isSame || isOneOfMany) return;
  steps++;
  trace.push(what);
  if (steps === end) process.kill(process.pid, 'SIGKILL');
}

function between(name, call) {
  step('before', name);
  const result = call();
  if (typeof result?.then !== 'function') {
    step('after', name);
    return result;
  }
  return result.then((value) => {
    step('after', name);
    return value;
  });
}

const background = ['ping', 'close', 'takeLease', 'renewLease', 'connectOrigins'];

/** The same port, with a step before and after each call; at times it fails, before or after the call was done. */
function watched(port, kind) {
  return new Proxy(port, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...args) => {
        const call = (...given) => value.apply(target, given);
        if (lies.has(name)) return knownLies[name](call, ...args);
        const when = background.includes(name) ? 1 : failures.random();
        if (when < failures.rate / 2) fail(name);
        const result = await between(`${kind}.${name}`, () => call(...args));
        if (when < failures.rate) fail(name);
        return result;
      };
    },
  });
}

function fail(name) {
  failures.count++;
  throw Object.assign(new Error(`${name} failed`), { code: 'ECONNRESET' });
}

let ports;
/** What a broken product might do. */
const knownLies = {
  /** Accepts, and loses the object. */
  async acceptTokens(accept, applicationId, ...rest) {
    const accepted = await accept(applicationId, ...rest);
    await ports.objects.delete([...accepted].map((token) => `${applicationId}/${token}`));
    return accepted;
  },
  /** Finds uploads that never came. */
  async head(head, key) {
    const [application, token] = key.split('/');
    const [record] = await ports.tokens.findTokens(application, [token]);
    return (await head(key)) ?? { size: record.size };
  },
  revokeReadGrants: async (_revoke, _applicationId, _sessionId, tokens) => tokens.length,
  deleteTokens: async (_delete, _applicationId, tokens) => new Set(tokens),
  takeGarbage: async () => [],
};

/** Steps below the ports: files, statements of SQLite, commands of MongoDB, requests to S3 and KMS. */
async function watchBelow() {
  for (const name of ['open', 'link', 'mkdir', 'rename', 'rm', 'unlink', 'rmdir']) {
    const call = fs[name];
    fs[name] = (...args) => between(`file ${name}`, () => call(...args));
  }
  syncBuiltinESMExports();
  const handle = await fs.open(process.execPath, 'r');
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of ['sync', 'writeFile']) {
    const call = prototype[name];
    prototype[name] = function (...args) {
      return between(`file ${name}`, () => call.apply(this, args));
    };
  }
  const database = new Database(':memory:');
  const statement = Object.getPrototypeOf(database.prepare('SELECT 1'));
  database.close();
  for (const name of ['run', 'get', 'all']) {
    const call = statement[name];
    statement[name] = function (...args) {
      if (/^\s*(SELECT|PRAGMA)/.test(this.source)) return call.apply(this, args);
      return between(`sqlite ${this.source.trim().split(/\s+/, 1)[0]}`, () => call.apply(this, args));
    };
  }
  const exec = Database.prototype.exec;
  Database.prototype.exec = function (...args) {
    return between('sqlite exec', () => exec.apply(this, args));
  };
  const request = http.request;
  http.request = (...args) => {
    step('before', 'request');
    const sent = request(...args);
    sent.prependOnceListener('response', () => step('after', 'request'));
    return sent;
  };
  syncBuiltinESMExports();
  if (drivers.length === 0) return;
  const { default: mongoose } = await import('mongoose');
  const { createConnection } = mongoose;
  mongoose.createConnection = (uri, options) => {
    const connection = createConnection.call(mongoose, uri, { ...options, monitorCommands: true });
    connection.asPromise().then(
      () => {
        const client = connection.getClient();
        client.on('commandStarted', ({ commandName }) => step('before', `command ${commandName}`));
        client.on('commandSucceeded', ({ commandName }) => step('after', `command ${commandName}`));
      },
      () => undefined,
    );
    return connection;
  };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
const randomFrom = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

let running;
let settings;
const orders = {
  async start({ config, offset, arm }) {
    clock = offset;
    settings = parseConfig(config, { environment: {} });
    if (arm !== undefined) orders.arm({ at: arm });
    running = await runTokenizer(settings, {
      now: () => new Date(Date.now() + clock),
      wrapStores: (stores) => {
        ports = stores;
        return {
          ...stores,
          tokens: watched(stores.tokens, 'tokens'),
          objects: watched(stores.objects, 'objects'),
          keys: watched(stores.keys, 'keys'),
        };
      },
      logTo: { write: (line) => process.stderr.write(line) },
    });
  },
  clock: ({ offset }) => void (clock = offset),
  /** Counts steps from now on, and ends this process at the given one. */
  arm({ at }) {
    end = at ?? Infinity;
    steps = 0;
    trace = [];
    isBetween = false;
    isCounting = true;
  },
  disarm() {
    isCounting = false;
    return { steps, trace };
  },
  failures: ({ rate, seed }) => {
    const { count } = failures;
    failures = { rate, random: randomFrom(seed), count: 0 };
    return count;
  },
  lies({ names }) {
    lies.clear();
    for (const name of names) lies.add(name);
  },
  sweep: () => running.sweep(),
  checkpoint: () => running.checkpointAudit(),
  /** What `tokenizer rotate-keys --new` does, but for the wait. */
  async rotate() {
    const id = await addKey(settings.keyFile);
    await activateKey(settings.keyFile, id);
    return orders.rewrap();
  },
  async rewrap() {
    const store = watched(ports.tokens, 'tokens');
    return rotateKeys({ store, keys: watched(ports.keys, 'keys') });
  },
  async stop() {
    await running.close();
    process.disconnect();
  },
};

await watchBelow();
// Loaded before they are needed, so that a start takes no time.
await Promise.all(drivers.map((path) => import(path)));

process.on('message', async ({ id, order, ...given }) => {
  const answer = await (async () => orders[order](given))().then(
    (result) => ({ id, result: result ?? null }),
    (error) => ({ id, error: String(error?.stack ?? error) }),
  );
  if (process.connected) process.send(answer);
});
process.on('disconnect', () => process.exit(0));
process.send({ id: 0, result: 'idle' });
