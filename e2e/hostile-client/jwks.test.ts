import { afterAll, beforeAll, expect } from '@jest/globals';
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { startHostileServer, type HostileServer } from './support/hostile-server.js';
import { compact, createSigner, draft, hmacOf, type Signer } from './support/keys.js';
import { describeAttacks } from './support/suite.js';
import { codeOf, type World } from './support/world.js';

const signer = createSigner('remote');
const good: JsonWebKey = signer.keys.EdDSA.publicJWK;
const privateJWK = { ...signer.keys.EdDSA.privateKey.export({ format: 'jwk' }), kid: 'private' };
const smallRSA = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
const secret = 'c2VjcmV0LXRoYXQtaXMtc2hhcmVkLWJ5LW1pc3Rha2U';
const oct = { kty: 'oct', k: secret, kid: good.kid };

const json = (body: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(body));
const redirect =
  (status: number, location: () => string) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { location: location() }).end();

/** Bytes that the endless answer got rid of. */
let sent = 0;
function endlessly(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"keys":[');
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const go = () => {
    let hasRoom = true;
    while (hasRoom && !response.destroyed) {
      hasRoom = response.write(chunk);
      sent += chunk.length;
    }
    if (!response.destroyed) response.once('drain', go);
  };
  go();
}

let inside: HostileServer;
let app: HostileServer;

/** What an application that was taken over publishes, or where it sends those who ask. */
const published: Record<string, (response: ServerResponse) => void> = {
  'a redirect to an address inside': redirect(302, () => `${inside.url}/latest/meta-data/iam`),
  'a permanent redirect': redirect(301, () => `${inside.url}/jwks.json`),
  'a redirect that keeps the method': redirect(307, () => `${inside.url}/jwks.json`),
  'a redirect to a file': redirect(302, () => 'file:///etc/passwd'),
  'a redirect to data': redirect(302, () => `data:application/json,${JSON.stringify({ keys: [good] })}`),
  'a redirect to itself': redirect(302, () => '/good'),
  'a redirect without an address': redirect(302, () => ''),
  'ten megabytes': (response) => void response.end(`{"keys":[],"x":"${'x'.repeat(10 * 1024 * 1024)}"}`),
  'a bomb in gzip': (response) =>
    void response
      .writeHead(200, { 'content-encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '))),
  'no end': endlessly,
  'a private key': json({ keys: [privateJWK] }),
  'a private key beside a good one': json({ keys: [good, privateJWK] }),
  'a shared secret': json({ keys: [oct] }),
  'a shared secret beside a good key': json({ keys: [good, { ...oct, kid: 'secret' }] }),
  'an RSA key of 1024 bits': json({ keys: [{ ...smallRSA, kid: good.kid }] }),
  'keys for encryption': json({ keys: [{ ...good, use: 'enc' }] }),
  'keys without a kid': json({ keys: [{ ...good, kid: undefined }] }),
  'a kid of 300 letters': json({ keys: [{ ...good, kid: 'k'.repeat(300) }] }),
  'an object in the place of the list': json({ keys: { length: 1_000_000_000, 0: good } }),
  'a list in the place of the object': json([good]),
  'a list of what is no key': json({ keys: [null, 1, 'x', [], [good]] }),
  'keys in the prototype': (response) =>
    void response.end(`{"__proto__":{"keys":[${JSON.stringify(good)}]}}`),
  depth: (response) => void response.end(`{"keys":${'['.repeat(30_000)}${']'.repeat(30_000)}}`),
  'no JSON': (response) => void response.end('-----BEGIN PUBLIC KEY-----'),
  nothing: (response) => void response.end(),
  'status 206': (response) => void response.writeHead(206).end(JSON.stringify({ keys: [good] })),
  'status 500': (response) => void response.writeHead(500).end(JSON.stringify({ keys: [good] })),
};
const names = Object.keys(published);
const idOf = (name: string) => `remote-${names.indexOf(name)}`;

beforeAll(async () => {
  inside = await startHostileServer((_request, response) => json({ keys: [good] })(response));
  app = await startHostileServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').slice(1));
    (published[path] ?? json({ keys: [good] }))(response);
  });
});
afterAll(async () => {
  await app?.close();
  await inside?.close();
});

const as = (id: string): Signer => ({ ...signer, id });
const jwtOf = (world: World, id: string, change: object = {}) => {
  const { header, claims, key } = draft('application JWT', as(id), {
    audience: world.publicURL,
    now: world.now,
  });
  return world.guard.keep('application JWT', compact({ ...header, ...change }, claims, key));
};

describeAttacks(
  'keys that an application publishes',
  ({ attack, control }) => {
    control('good ones are fetched, and their JWTs accepted', async (world) => {
      expect(
        codeOf(await world.call('tokens', {}, { bearer: jwtOf(world, 'remote'), as: 'remote' })),
      ).toBeUndefined();
      expect(app.asked).toContain('/good');
    });

    for (const name of names)
      attack(`${name}: none of its JWTs is accepted, and the answer says nothing of it`, async (world) => {
        const answer = await world.call('tokens', {}, { bearer: jwtOf(world, idOf(name)), as: 'remote' });
        expect(['UNAVAILABLE', 'UNAUTHENTICATED']).toContain(codeOf(answer));
        expect(answer.text).not.toMatch(/127\.0\.0\.1|meta-data|passwd|BEGIN|redirect/);
        expect(app.asked).toContain(`/${encodeURIComponent(name)}`);
      });

    attack('a shared secret signs nothing, whatever is published beside it', async (world) => {
      const named = ['a shared secret', 'a shared secret beside a good key'];
      for (const name of named)
        for (const key of [Buffer.from(secret, 'base64url'), secret]) {
          const { header, claims } = draft('application JWT', as(idOf(name)), {
            audience: world.publicURL,
            now: world.now,
          });
          const jwt = compact({ ...header, alg: 'HS256' }, claims, (data) => hmacOf(data, key));
          expect(['UNAVAILABLE', 'UNAUTHENTICATED']).toContain(
            codeOf(await world.call('tokens', {}, { bearer: jwt })),
          );
        }
      return named.length * 2;
    });

    attack('no address inside was asked for anything', async () => {
      expect(inside.asked).toEqual([]);
      await fetch(`${inside.url}/it-does-answer`);
      expect(inside.asked.splice(0)).toEqual(['/it-does-answer']);
    });

    attack('an endless answer was cut off early', () => {
      expect(sent).toBeGreaterThan(0);
      // What fits into buffers of sockets on the way counts as sent.
      expect(sent).toBeLessThan(32 * 1024 * 1024);
      return Promise.resolve();
    });

    attack('a hundred unknown kids make the tokenizer ask once at most', async (world) => {
      await world.call('tokens', {}, { bearer: jwtOf(world, 'remote'), as: 'remote' });
      const before = app.asked.filter((path) => path === '/good').length;
      for (let i = 0; i < 100; i++)
        expect(
          codeOf(await world.call('tokens', {}, { bearer: jwtOf(world, 'remote', { kid: `unknown-${i}` }) })),
        ).toBe('UNAUTHENTICATED');
      const after = app.asked.filter((path) => path === '/good').length;
      expect(after - before).toBeLessThanOrEqual(world.urls.length);
      return 100;
    });

    control('other applications go on', async (world) => {
      const { header, claims, key } = draft('application JWT', world.shop, {
        audience: world.publicURL,
        now: world.now,
      });
      expect(
        codeOf(await world.call('tokens', {}, { bearer: compact(header, claims, key), as: 'shop' })),
      ).toBeUndefined();
    });
  },
  () => ({
    applications: [
      { id: 'remote', path: 'good' },
      ...names.map((name) => ({ id: idOf(name), path: encodeURIComponent(name) })),
    ].map(({ id, path }) => ({ id, jwksURL: `${app.url}/${path}`, origins: [signer.origin] })),
  }),
);
