import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import express from 'express';
import type { ErrorRequestHandler } from 'express';
import session from 'express-session';
import { fastify } from 'fastify';
import type { FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import type { Server } from 'node:http';
import request from 'supertest';
import { sidOf } from '../auth/sid.js';
import { LunaSecError, UnavailableError } from '../errors/index.js';
import { generateSigningKey } from '../auth/key-set.js';
import { createTestTokenizer } from '../testing/index.js';
import type { TokenInput } from './grants.js';
import { LunaSec } from './lunasec.js';
import type { LunaSecOptions } from './options.js';

declare module 'express-session' {
  interface SessionData {
    userId: string;
  }
}
declare module 'fastify' {
  interface Session {
    userId?: string;
  }
}

const tokenizer = createTestTokenizer();
const parts = () => ({
  client: tokenizer,
  signingKey: { privateKey: generateSigningKey('EdDSA'), algorithm: 'EdDSA' as const },
  log: { warn: () => {} },
});
const options = <TRequest extends object>(
  sessionIdProvider: (request: TRequest) => string | null,
): LunaSecOptions<TRequest> => ({
  applicationId: 'test',
  tokenizerURL: 'https://tokenizer.test',
  origin: 'https://app.test',
  auth: { secrets: { source: 'environment' }, sessionIdProvider },
});
const secret = 'a secret of the session cookie, which is long';
type Body = { token: TokenInput };

interface App {
  server: Server;
  close(): Promise<void>;
}

/** The same app twice: plain handlers, with the session of each framework. */
const apps: Record<string, () => Promise<App>> = {
  async 'express and express-session'() {
    const lunaSec = new LunaSec(
      options((req: express.Request) => (req.session.userId ? req.sessionID : null)),
      parts(),
    );
    const app = express()
      .use(express.json(), session({ secret, resave: false, saveUninitialized: false }))
      .use(lunaSec.expressPlugin())
      .post('/login', (req, res) => {
        req.session.userId = 'ada';
        res.json({ sessionId: req.sessionID });
      })
      .post('/records', async (req, res) => {
        await lunaSec.grants.verifyWithAutomaticSessionId(req, (req.body as Body).token);
        res.json({ saved: true });
      })
      .post('/shown', async (req, res) => {
        const { token } = req.body as Body;
        const [grant] = await lunaSec.grants.createWithAutomaticSessionId(req, token, '5m');
        res.json({ token: grant!.token });
      })
      .post('/logout', async (req, res) => void res.json({ ended: await lunaSec.logOut(req) }))
      .post('/end', async (req, res) => void res.json({ ended: await lunaSec.endSession(req) }))
      .use(((error, _req, res, _next) => {
        res.status(error instanceof LunaSecError ? 403 : 500).json({ code: error.code });
      }) as ErrorRequestHandler);
    const server = app.listen(0, '127.0.0.1');
    return { server, close: () => new Promise((resolve) => server.close(() => resolve())) };
  },

  async 'fastify and @fastify/session'() {
    const lunaSec = new LunaSec(
      options((req: FastifyRequest) => (req.session.userId ? req.session.sessionId : null)),
      parts(),
    );
    const app = fastify();
    await app.register(cookie);
    await app.register(fastifySession, { secret, saveUninitialized: false, cookie: { secure: false } });
    await app.register(lunaSec.fastifyPlugin());
    app.setErrorHandler((error, _req, reply) =>
      reply
        .code(error instanceof LunaSecError ? 403 : 500)
        .send({ code: error instanceof LunaSecError ? error.code : undefined }),
    );
    app.post('/login', async (req) => {
      req.session.userId = 'ada';
      return { sessionId: req.session.sessionId };
    });
    app.post('/records', async (req) => {
      await lunaSec.grants.verifyWithAutomaticSessionId(req, (req.body as Body).token);
      return { saved: true };
    });
    app.post('/shown', async (req) => {
      const { token } = req.body as Body;
      const [grant] = await lunaSec.grants.createWithAutomaticSessionId(req, token, '5m');
      return { token: grant!.token };
    });
    app.post('/logout', async (req) => ({ ended: await lunaSec.logOut(req) }));
    app.post('/end', async (req) => ({ ended: await lunaSec.endSession(req) }));
    await app.listen({ host: '127.0.0.1', port: 0 });
    return { server: app.server, close: () => app.close() };
  },
};

describe.each(Object.keys(apps))('plain handlers of %s', (name) => {
  let app: App;
  beforeAll(async () => {
    app = await apps[name]!();
  });
  afterAll(() => app.close());

  const logIn = async () => {
    const agent = request.agent(app.server);
    const { sessionId } = (await agent.post('/login')).body as { sessionId: string };
    return { agent, sessionId };
  };
  const frame = { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-origin' };

  test('the secure frame gets the session that the handlers have', async () => {
    const { agent, sessionId } = await logIn();
    const { headers } = await agent.get('/.lunasec/secure-frame').set(frame);
    expect(decodeJwt(new URL(headers.location!).hash.slice(1)).sub).toBe(sidOf('test', sessionId));
    const stranger = await request(app.server).get('/.lunasec/secure-frame').set(frame);
    expect(new URL(stranger.headers.location!).hash).toBe('');
  });

  test('accept tokens of their session only, and let it read them', async () => {
    const { agent, sessionId } = await logIn();
    const [mine, foreign] = [tokenizer.tokenize(sessionId), tokenizer.tokenize('somebody else')];
    expect((await agent.post('/records').send({ token: foreign })).body).toEqual({
      code: 'STORE_GRANT_MISSING',
    });
    expect((await agent.post('/records').send({ token: mine })).body).toEqual({ saved: true });
    expect(tokenizer.detokenize(sessionId, mine)).toBe('READ_GRANT_MISSING');
    expect((await agent.post('/shown').send({ token: mine })).body).toEqual({ token: mine });
    expect(tokenizer.detokenize(sessionId, mine)).toBe('granted');
  });

  test('refuse whoever is not logged in', async () => {
    const token = tokenizer.tokenize('alice');
    for (const path of ['/records', '/shown']) {
      const response = await request(app.server).post(path).send({ token });
      expect([response.status, response.body]).toEqual([403, { code: 'UNAUTHENTICATED' }]);
    }
  });

  const reading = async () => {
    const { agent, sessionId } = await logIn();
    const token = tokenizer.tokenize(sessionId);
    await agent.post('/records').send({ token });
    await agent.post('/shown').send({ token });
    const outcome = async () => [
      tokenizer.detokenize(sessionId, token),
      (await agent.post('/shown').send({ token })).status,
    ];
    return { agent, outcome };
  };

  test('a logout revokes grants and destroys the session', async () => {
    const { agent, outcome } = await reading();
    expect((await agent.post('/logout')).body).toEqual({ ended: 1 });
    expect(await outcome()).toEqual(['READ_GRANT_MISSING', 403]);
  });

  test('a logout destroys the session though the tokenizer is down, and says so', async () => {
    const { agent, outcome } = await reading();
    tokenizer.failWith(new UnavailableError('down'));
    expect((await agent.post('/logout')).body).toEqual({ code: 'UNAVAILABLE' });
    tokenizer.failWith(null);
    expect(await outcome()).toEqual(['granted', 403]);
  });

  test('endSession revokes alone; without a session there is nothing to revoke', async () => {
    const { agent, outcome } = await reading();
    expect((await agent.post('/end')).body).toEqual({ ended: 1 });
    expect(await outcome()).toEqual(['READ_GRANT_MISSING', 200]);
    expect((await request(app.server).post('/end')).body).toEqual({ ended: 0 });
  });
});

describe('logOut', () => {
  const logOut = (session: unknown, sessionIdProvider: () => string | null = () => 'alice') => {
    const lunaSec = new LunaSec(options<object>(sessionIdProvider), parts());
    return lunaSec.logOut({ session });
  };

  test('says so when there is no session to destroy', async () => {
    await expect(logOut(undefined)).rejects.toThrow('lunaSec.endSession(request)');
    await expect(logOut({})).rejects.toThrow('lunaSec.endSession(request)');
  });

  test('destroys the session even if it cannot be told whose it is', async () => {
    let destroyed = false;
    const session = { destroy: (done: () => void) => ((destroyed = true), done()) };
    const fail = () => {
      throw new Error('store down');
    };
    await expect(logOut(session, fail)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(destroyed).toBe(true);
  });

  test('revokes the grants even if the session cannot be destroyed', async () => {
    const token = tokenizer.tokenize('alice');
    const session = { destroy: (done: (error: Error) => void) => done(new Error('store down')) };
    await expect(logOut(session)).rejects.toThrow('store down');
    const lunaSec = new LunaSec(
      options<object>(() => 'alice'),
      parts(),
    );
    await expect(lunaSec.grants.verify('alice', token)).rejects.toMatchObject({ code: 'GRANT_EXPIRED' });
  });
});
