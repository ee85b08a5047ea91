import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import type { ErrorRequestHandler } from 'express';
import { fastify } from 'fastify';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import request from 'supertest';
import { sidOf } from '../auth/sid.js';
import { UnavailableError } from '../errors/index.js';
import { createExpressPlugin } from '../express/plugin.js';
import { createFastifyPlugin } from '../fastify/plugin.js';
import { createFetchHandler } from '../fetch/handler.js';
import { testSigner } from '../test-support/keys.js';
import type { HandshakeParts } from './handshake.js';

const now = new Date('2030-01-02T03:04:05.678Z');
const iat = Math.floor(now.getTime() / 1000);
const path = '/.lunasec/secure-frame';
const fromFrame = { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-origin' };
const signer = testSigner();
let session: () => Promise<string | null>;
let asked: object[];

const parts: HandshakeParts = {
  applicationId: 'demo',
  tokenizerURL: 'https://tokenizer.test/base',
  origin: 'https://app.test',
  signer,
  now: () => now,
  sidOf: (req) => {
    asked.push(req);
    return session();
  },
};

interface RunningServer {
  server: Server;
  close(): Promise<void>;
}

const servers: Record<string, () => Promise<RunningServer>> = {
  express: async () => {
    const app = express()
      .use(createExpressPlugin(parts))
      .use((_request, response) => void response.status(404).send('not LunaSec'))
      .use(
        ((error, _request, response, _next) =>
          void response.status(500).json({ code: error.code })) as ErrorRequestHandler,
      );
    const server = app.listen(0, '127.0.0.1');
    return { server, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
  },
  fastify: async () => {
    const app = fastify();
    app.setNotFoundHandler((_request, reply) => reply.code(404).send('not LunaSec'));
    app.setErrorHandler((error, _request, reply) =>
      reply.code(500).send({ code: (error as { code?: string }).code }),
    );
    app.post('/json', (req) => ({ got: req.body }));
    await app.register(createFastifyPlugin(parts));
    await app.listen({ host: '127.0.0.1', port: 0 });
    return { server: app.server, close: () => app.close() };
  },
  // A framework in small that routes by Fetch requests: this handler has the two addresses, and passes nothing on.
  fetch: async () => {
    const handler = createFetchHandler(parts);
    const server = createServer((asking, answering) => {
      const { method = '', url = '', headers } = asking;
      const fetched = new Request(`http://app.test${url}`, { method, headers: headers as HeadersInit });
      handler(fetched)
        .then(async (response) => {
          const isOurs = response.status !== 404;
          answering.writeHead(response.status, Object.fromEntries(response.headers));
          answering.end(isOurs ? await response.text() : 'not LunaSec');
        })
        .catch((error: { code: string }) => {
          answering.writeHead(500, { 'content-type': 'application/json' });
          answering.end(JSON.stringify({ code: error.code }));
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { server, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
  },
};

describe.each(Object.keys(servers))('with %s', (name) => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await servers[name]!();
  });
  afterAll(() => app.close());
  beforeEach(() => {
    asked = [];
    session = async () => sidOf('demo', 'session-1');
  });

  describe('the secure frame', () => {
    test('is sent to the tokenizer with a signed assertion in the fragment', async () => {
      const response = await request(app.server).get(path).set(fromFrame);
      expect(response.status).toBe(303);
      const target = new URL(response.headers.location!);
      expect(target.origin + target.pathname + target.search).toBe(
        'https://tokenizer.test/base/frame/controller?application=demo',
      );
      const { payload, protectedHeader } = await jwtVerify(
        target.hash.slice(1),
        createLocalJWKSet(await signer.publicKeys()),
        { currentDate: now },
      );
      expect(protectedHeader).toMatchObject({
        alg: 'EdDSA',
        typ: 'lunasec-assertion+jwt',
        kid: expect.any(String),
      });
      expect(payload).toEqual({
        iss: 'demo',
        aud: 'https://tokenizer.test/base',
        sub: sidOf('demo', 'session-1'),
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
        iat,
        exp: iat + 60,
        origin: 'https://app.test',
      });
      expect(asked).toHaveLength(1);
    });

    test('gets another assertion each time', async () => {
      const [one, two] = await Promise.all([1, 2].map(() => request(app.server).get(path).set(fromFrame)));
      expect(one!.headers.location).not.toBe(two!.headers.location);
    });

    test('gets none without a session, nor what the page might put in its place', async () => {
      session = async () => null;
      const response = await request(app.server).get(path).set(fromFrame);
      expect(response.status).toBe(303);
      // An empty fragment: browsers keep that of the page's address where a redirect has none.
      expect(response.headers.location).toBe(
        'https://tokenizer.test/base/frame/controller?application=demo#',
      );
    });

    test('is kept by no cache, named in no referrer, and framed by no other site', async () => {
      const { headers } = await request(app.server).get(path).set(fromFrame);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
    });

    test.each([
      ['no Fetch Metadata at all', {}, 'Sec-Fetch-Dest'],
      ['a script', { 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' }, 'Sec-Fetch-Dest'],
      ['a window', { 'sec-fetch-dest': 'document', 'sec-fetch-site': 'same-origin' }, 'Sec-Fetch-Dest'],
      ['an embed', { 'sec-fetch-dest': 'embed', 'sec-fetch-site': 'same-origin' }, 'Sec-Fetch-Dest'],
      ['the address bar', { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'none' }, 'Sec-Fetch-Site'],
      [
        'a sibling subdomain',
        { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-site' },
        'Sec-Fetch-Site',
      ],
      ['a foreign page', { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' }, 'Sec-Fetch-Site'],
      ['a frame of unknown site', { 'sec-fetch-dest': 'iframe' }, 'Sec-Fetch-Site'],
      [
        'a doubled header',
        { 'sec-fetch-dest': 'iframe, iframe', 'sec-fetch-site': 'same-origin' },
        'Sec-Fetch-Dest',
      ],
    ])('is refused for %s, without asking for the session', async (_name, headers, reason) => {
      const response = await request(app.server).get(path).set(headers);
      expect(response.status).toBe(403);
      expect(response.type).toBe('text/plain');
      expect(response.text).toContain(reason);
      expect(response.headers).not.toHaveProperty('location');
      expect(response.headers['cache-control']).toBe('no-store');
      expect(asked).toEqual([]);
    });

    test.each(['post', 'head', 'put'] as const)('is not for %s', async (method) => {
      const response = await request(app.server)[method](path).set(fromFrame);
      expect(response.status).toBe(405);
      expect(response.headers.allow).toBe('GET');
      expect(response.headers).not.toHaveProperty('location');
    });

    test('passes the failure of a session store to the error handler', async () => {
      session = async () => {
        throw new UnavailableError('down');
      };
      const response = await request(app.server).get(path).set(fromFrame);
      expect([response.status, response.body]).toEqual([500, { code: 'UNAVAILABLE' }]);
      expect(response.headers).not.toHaveProperty('location');
    });

    test('may have a query', async () => {
      expect((await request(app.server).get(`${path}?x=1`).set(fromFrame)).status).toBe(303);
    });
  });

  describe('the public keys', () => {
    test('are served to anybody, for five minutes', async () => {
      const response = await request(app.server).get('/.lunasec/jwks.json');
      expect(response.status).toBe(200);
      expect(response.headers['cache-control']).toBe('public, max-age=300');
      expect(response.headers['content-type']).toContain('json');
      expect(response.body).toEqual(await signer.publicKeys());
      expect(asked).toEqual([]);
    });

    test('can do nothing in a browser, and neither can a refusal', async () => {
      for (const [method, address] of [
        ['get', '/.lunasec/jwks.json'],
        ['post', '/.lunasec/jwks.json'],
        ['get', path],
      ] as const) {
        const { headers } = await request(app.server)[method](address);
        expect(headers['x-content-type-options']).toBe('nosniff');
        expect(headers['content-security-policy']).toMatch(/^default-src 'none'; .*base-uri 'none'/);
        expect(headers['content-security-policy']).toMatch(/frame-ancestors '(none|self)'/);
      }
    });

    test('are read only', async () => {
      expect((await request(app.server).head('/.lunasec/jwks.json')).status).toBe(200);
      expect((await request(app.server).post('/.lunasec/jwks.json')).status).toBe(405);
    });
  });

  test.each([
    '/',
    '/.lunasec',
    '/.lunasec/secure-frame/',
    '/.lunasec/secure-framed',
    '/x/.lunasec/jwks.json',
    '//.lunasec/jwks.json',
  ])('other addresses pass on: %s', async (other) => {
    expect((await request(app.server).get(other).set(fromFrame)).text).toBe('not LunaSec');
  });

  test('a wrong method is refused whatever it carries', async () => {
    const response = await request(app.server)
      .post(path)
      .set('content-type', 'text/strange')
      .send('x'.repeat(2000));
    expect(response.status).toBe(405);
  });
});

test('for fastify, other routes of the app keep their body parsers and get no header of these', async () => {
  const app = await servers.fastify!();
  const response = await request(app.server).post('/json').send({ a: 1 });
  expect(response.body).toEqual({ got: { a: 1 } });
  expect(response.headers).not.toHaveProperty('referrer-policy');
  await app.close();
});

test('for fetch, the session is asked for by the request of the framework itself', async () => {
  asked = [];
  session = async () => null;
  const fetched = new Request(`https://app.test${path}`, { headers: fromFrame });
  await createFetchHandler(parts)(fetched);
  expect(asked).toEqual([fetched]);
  expect(asked[0]).toBe(fetched);
});
