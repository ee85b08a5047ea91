import { afterEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseConfig } from '../config/settings.js';
import { createSigner, sidOf } from '../test-support/signer.js';
import { createApplications } from './applications.js';
import { createAssertionVerifier } from './assertion.js';
import { fetchJWKS } from './jwks-fetch.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`);
}
const serveKeys = (keys: unknown) => serve((_request, response) => response.end(JSON.stringify({ keys })));

const pair = await generateKeyPair('EdDSA', { extractable: true });
const key = { ...(await exportJWK(pair.publicKey)), kid: 'a' };
const secret = await exportJWK(pair.privateKey);
const weak = { kty: 'RSA', kid: 'weak', n: Buffer.alloc(128, 0xff).toString('base64url'), e: 'AQAB' };

describe('published keys', () => {
  test('those that can verify JWTs are taken, others are left alone', async () => {
    const others = [
      weak,
      { ...key, kid: undefined },
      { ...key, use: 'enc' },
      { kty: 'AKP', kid: 'new' },
      null,
      7,
    ];
    await expect(fetchJWKS(await serveKeys([...others, key]))).resolves.toEqual([key]);
  });

  test.each<[string, unknown, RegExp]>([
    ['a private key among them', [key, secret], /publishes a private or secret key/],
    ['a shared secret among them', [key, { kty: 'oct', k: 'AAAA', kid: 'b' }], /private or secret key/],
    ['only a weak RSA key', [weak], /no key that can be used: the first is RSA of 1024 bits/],
    ['no keys', [], /no key that can be used/],
    ['no list', { a: key }, /no JWKS/],
  ])('%s: refused', async (_, keys, message) => {
    await expect(fetchJWKS(await serveKeys(keys))).rejects.toThrow(message);
  });

  test('a redirect is not followed, wherever it leads', async () => {
    let followed = 0;
    const target = await serve((_request, response) => {
      followed++;
      response.end(JSON.stringify({ keys: [key] }));
    });
    const url = await serve((_request, response) => response.writeHead(302, { location: target.href }).end());
    await expect(fetchJWKS(url)).rejects.toThrow(/answers 302, not 200; redirects are not followed/);
    expect(followed).toBe(0);
  });

  test.each([404, 500, 204])('status %i is no answer', async (status) => {
    const url = await serve((_request, response) => response.writeHead(status).end());
    await expect(fetchJWKS(url)).rejects.toThrow(`answers ${status}, not 200`);
  });

  test('an endless answer is cut off', async () => {
    let closed: () => void;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    const url = await serve((_request, response) => {
      response.on('close', closed);
      const more = () => {
        while (response.write('{"keys":['.repeat(1000)));
        response.once('drain', more);
      };
      more();
    });
    await expect(fetchJWKS(url)).rejects.toThrow(/larger than 65536 bytes/);
    await isClosed;
  });

  test('what is no JSON is refused, without quoting it', async () => {
    const url = await serve((_request, response) => response.end('<html>secret</html>'));
    const message = await fetchJWKS(url).catch((error: Error) => error.message);
    expect(message).toBe('What it publishes is not JSON.');
  });
});

describe('an application whose keys are behind an address', () => {
  const audience = 'https://tokens.example.com';
  const origin = 'https://app.example.com';
  const at = new Date('2030-01-01T00:00:00Z');

  test('is believed by them; while they cannot be had, the answer is UNAVAILABLE', async () => {
    const shop = await createSigner({
      applicationId: 'shop',
      audience: () => audience,
      origin,
      now: () => at,
    });
    const verifierFor = (url: URL) => {
      const { applications } = parseConfig({
        applications: [{ id: 'shop', jwksURL: url.href, origins: [origin] }],
      });
      const now = () => at;
      return createAssertionVerifier({
        applications: createApplications(applications, { now }),
        audience,
        now,
      });
    };
    const verify = verifierFor(await serveKeys([shop.publicJWK]));
    await expect(verify(await shop.assertion())).resolves.toMatchObject({
      sessionId: sidOf('shop', 'session-1'),
    });
    await expect(verify(await shop.assertion({ header: { kid: 'new' } }))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    const broken = verifierFor(await serve((_request, response) => response.writeHead(500).end()));
    await expect(broken(await shop.assertion())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
