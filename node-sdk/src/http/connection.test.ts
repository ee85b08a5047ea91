import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import { fastify } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { EventEmitter, once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { connect, createServer as createHTTP2Server } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { generateSigningKey } from '../auth/key-set.js';
import type { CallReport } from '../client/index.js';
import { LunaSecError } from '../errors/index.js';
import { LunaSec } from '../lunasec/lunasec.js';
import { startStub } from '../test-support/server.js';
import { whileConnected } from './connection.js';

const token = 'lunasec-00000000-0000-4000-8000-000000000001';
const expiresAt = '2030-01-02T03:19:05.000Z';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface App {
  lunaSec: LunaSec;
  schema: GraphQLSchema;
  /** What a plain handler came to: a grant, or the error. */
  outcomes: unknown[];
}

/** A server that was built in one of the ways there are; operations and tokens are posted to it. */
type Build = (app: App) => Promise<Server>;

const graphQLServers: Record<string, Build> = {
  async 'Apollo Server in Express'({ lunaSec, schema }) {
    const apollo = new ApolloServer<{ req: IncomingMessage }>({
      schema,
      plugins: [lunaSec.apolloPlugin()],
      stopOnTerminationSignals: false,
    });
    await apollo.start();
    closers.push(() => apollo.stop());
    const app = express();
    app.use(express.json(), expressMiddleware(apollo, { context: async ({ req }) => ({ req }) }));
    return createServer(app);
  },
  async 'GraphQL Yoga'({ lunaSec, schema }) {
    const yoga = createYoga({ schema, plugins: [lunaSec.envelopPlugin()], logging: false });
    return createServer(yoga as unknown as RequestListener);
  },
  async 'GraphQL Yoga with a Fetch request'({ lunaSec, schema }) {
    const request = (context: { request?: Request }) => context.request;
    const plugins = [lunaSec.envelopPlugin({ request })];
    return createServer(createYoga({ schema, plugins, logging: false }) as unknown as RequestListener);
  },
};

const handlers: Record<string, Build> = {
  async Express({ lunaSec, outcomes }) {
    const app = express();
    app.post('/', async (req, res) => {
      await lunaSec.grants.verifyWithAutomaticSessionId(req, token).then(
        (grants) => outcomes.push(grants),
        (error: unknown) => outcomes.push(error),
      );
      res.end();
    });
    return createServer(app);
  },
  async Fastify({ lunaSec, outcomes }) {
    const app = fastify();
    app.post('/', async (request) => {
      await lunaSec.grants.createWithAutomaticSessionId(request as never, token).then(
        (grants) => outcomes.push(grants),
        (error: unknown) => outcomes.push(error),
      );
      return '';
    });
    await app.ready();
    closers.push(() => app.close());
    return app.server;
  },
};

/** An app, and a tokenizer that answers at once or never. */
async function setUp(build: Build) {
  const events = new EventEmitter();
  let isHanging = false;
  const stub = await startStub(({ query }) => {
    const [field] = /verifyStoreGrants|createReadGrants/.exec(query)!;
    if (!isHanging) return { body: { data: { [field]: [{ token, expiresAt, problem: null }] } } };
    return (response) => {
      response.on('close', () => events.emit('aborted'));
      events.emit('called');
    };
  });
  closers.push(stub.close);
  const reports: CallReport[] = [];
  const warnings: string[] = [];
  const lunaSec = new LunaSec(
    {
      applicationId: 'test',
      tokenizerURL: stub.url,
      origin: 'https://app.test',
      auth: { secrets: { source: 'environment' }, sessionIdProvider: () => 'alice' },
    },
    {
      signingKey: { privateKey: generateSigningKey('EdDSA'), algorithm: 'EdDSA' },
      log: { warn: (message) => void warnings.push(message) },
      onCall: (report) => reports.push(report),
    },
  );
  const saved: string[] = [];
  const schema = lunaSec.tokenDirective.transform(
    makeExecutableSchema({
      typeDefs: [
        lunaSec.tokenDirective.typeDefs,
        'type Query { ssn: String @token }  type Mutation { save(token: String @token): Boolean }',
      ],
      resolvers: {
        Query: { ssn: () => token },
        Mutation: { save: (_source, args: { token: string }) => saved.push(args.token) > 0 },
      },
    }),
  );
  const outcomes: unknown[] = [];
  const server = await build({ lunaSec, schema, outcomes });
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    if (server.listening) server.close();
  });
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closers.push(() => agent.destroy());

  function post(query: string) {
    const body = JSON.stringify({ query });
    const sent = httpRequest({
      agent,
      port,
      method: 'POST',
      path: query === '' ? '/' : '/graphql',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    sent.on('error', () => {});
    sent.end(body);
    return sent;
  }

  async function answer(query: string): Promise<string> {
    const [response] = (await once(post(query), 'response')) as [IncomingMessage];
    let text = '';
    for await (const part of response) text += String(part);
    return text;
  }

  /** Disconnects while the tokenizer is being asked, and waits until it no longer is. */
  async function disconnectInMidCall(query: string): Promise<void> {
    isHanging = true;
    const [called, aborted] = [once(events, 'called'), once(events, 'aborted')];
    const sent = post(query);
    await called;
    sent.destroy();
    await aborted;
    isHanging = false;
  }
  return {
    saved,
    outcomes,
    sockets,
    reports,
    warnings,
    received: stub.received,
    answer,
    disconnectInMidCall,
  };
}

const save = `mutation { save(token: "${token}") }`;

describe.each(Object.entries(graphQLServers))('%s: when a client disconnects', (_name, build) => {
  test('while its tokens are verified, the call is aborted and no resolver runs', async () => {
    const it = await setUp(build);
    await it.disconnectInMidCall(save);
    expect(await it.answer(save)).toContain('{"save":true}');
    expect(it.saved).toEqual([token]);
    // Not repeated either.
    expect(it.received).toHaveLength(2);
    expect(it.reports.map(({ code, aborted }) => [code, aborted])).toEqual([
      ['UNAVAILABLE', true],
      [null, false],
    ]);
  });

  test('while its tokens are granted, the call is aborted', async () => {
    const it = await setUp(build);
    await it.disconnectInMidCall('{ ssn }');
    expect(await it.answer('{ ssn }')).toContain(token);
    expect(it.received).toHaveLength(2);
  });

  test('many times in a row, others are served as before', async () => {
    const it = await setUp(build);
    for (let count = 0; count < 12; count++) await it.disconnectInMidCall(save);
    expect(await it.answer(save)).toContain('{"save":true}');
    expect(it.warnings).toEqual([]);
  });

  test('and when it does not, nothing listens to its connection any longer', async () => {
    const it = await setUp(build);
    await it.answer(save);
    const before = it.sockets[0]!.listenerCount('close');
    for (let count = 0; count < 5; count++) await it.answer(save);
    expect(it.sockets).toHaveLength(1);
    expect(it.sockets[0]!.listenerCount('close')).toBe(before);
  });
});

describe.each(Object.entries(handlers))('a handler in %s: when its client disconnects', (_name, build) => {
  test('the call is aborted and throws UNAVAILABLE', async () => {
    const it = await setUp(build);
    await it.disconnectInMidCall('');
    await it.answer('');
    const [error, grants] = it.outcomes as [LunaSecError, unknown];
    expect(error).toBeInstanceOf(LunaSecError);
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The call to the tokenizer was aborted.',
      cause: { message: 'The client has disconnected.' },
    });
    expect(grants).toEqual([{ token, expiresAt: new Date(expiresAt) }]);
    expect(it.received).toHaveLength(2);
  });
});

describe('whileConnected', () => {
  const aborted = (signal: AbortSignal | undefined) =>
    new Promise<string>((resolve) =>
      signal!.aborted ? resolve('at once') : signal!.addEventListener('abort', () => resolve('aborted')),
    );
  const socketOf = () => Object.assign(new EventEmitter(), { destroyed: false });

  test('aborts at once when the client is gone already', async () => {
    const socket = Object.assign(socketOf(), { destroyed: true });
    expect(await whileConnected({ request: { socket } }, aborted)).toBe('at once');
    const gone = new Request('https://app.test', { signal: AbortSignal.abort() });
    expect(await whileConnected({ request: gone }, aborted)).toBe('at once');
  });

  test("aborts with the caller's own signal as well, whose reason it passes on", async () => {
    const socket = socketOf();
    const controller = new AbortController();
    const reason = whileConnected({ request: { socket }, signal: controller.signal }, async (signal) => {
      await aborted(signal);
      return signal!.reason as unknown;
    });
    controller.abort('enough');
    expect(await reason).toBe('enough');
    expect(socket.listenerCount('close')).toBe(0);
  });

  test('listens once for any number of calls, and no longer than they take, failed ones too', async () => {
    const socket = socketOf();
    const ends: (() => void)[] = [];
    const calls = Array.from({ length: 20 }, (_, index) =>
      whileConnected({ request: { socket } }, async () => {
        await new Promise<void>((resolve) => ends.push(resolve));
        if (index % 2) throw new Error('failed');
      }),
    );
    expect(socket.listenerCount('close')).toBe(1);
    ends.shift()!();
    await calls[0];
    expect(socket.listenerCount('close')).toBe(1);
    for (const end of ends) end();
    await Promise.allSettled(calls);
    expect(socket.listenerCount('close')).toBe(0);
  });

  test('aborts all calls of one connection', async () => {
    const socket = socketOf();
    const calls = [1, 2, 3].map(() => whileConnected({ request: { socket } }, aborted));
    socket.emit('close');
    expect(await Promise.all(calls)).toEqual(['aborted', 'aborted', 'aborted']);
    expect(socket.listenerCount('close')).toBe(0);
  });

  test('in HTTP/2 goes by the request, not by the connection that others share', async () => {
    const seen: string[] = [];
    const server = createHTTP2Server((request) => {
      const name = request.headers[':path']!;
      void whileConnected({ request }, aborted).then((how) => seen.push(`${name} ${how}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [first, second] = [session.request({ ':path': '/1' }), session.request({ ':path': '/2' })];
    second.on('error', () => {});
    await Promise.all([once(server, 'request'), once(first, 'ready')]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toEqual(['/1 aborted']);
    session.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  test('has no signal for requests that do not say', async () => {
    const call = jest.fn(async (_signal: AbortSignal | undefined) => 'done');
    for (const request of [
      undefined,
      {},
      { socket: null },
      { headers: {}, socket: { remoteAddress: '::1' } },
    ])
      expect(await whileConnected({ request }, call)).toBe('done');
    expect(call.mock.calls.flat()).toEqual([undefined, undefined, undefined, undefined]);
  });
});
