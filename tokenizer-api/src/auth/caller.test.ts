import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../config/settings.js';
import type { SessionRecord } from '../stores/token-store/port.js';
import { createSecret, digestOf } from './random-secret.js';
import { createApplications } from './applications.js';
import { createAuthentication } from './caller.js';

const applications = createApplications(
  parseConfig({
    applications: [
      {
        id: 'shop',
        jwks: {
          keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'a', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }],
        },
        origins: ['https://shop.example.com'],
      },
    ],
  }).applications,
);
const now = () => new Date('2030-01-01T00:00:00Z');

function setUp(sessions: Partial<SessionRecord>[] = []) {
  const lookedUp: string[] = [];
  const authenticate = createAuthentication({
    applications,
    now,
    verifyApplicationJWT: async () => applications.get('shop')!,
    store: {
      findSession: async (digest) => {
        lookedUp.push(digest);
        return (sessions.find((session) => session.digest === digest) as SessionRecord | undefined) ?? null;
      },
    },
  });
  return { authenticate, lookedUp };
}

describe('callers', () => {
  test('no header: anonymous', async () => {
    await expect(setUp().authenticate(undefined, 'r')).resolves.toEqual({
      kind: 'anonymous',
      requestId: 'r',
    });
  });

  test('an access token: the frame of its session, found by digest only', async () => {
    const token = createSecret();
    const { authenticate, lookedUp } = setUp([
      { digest: digestOf(token), applicationId: 'shop', sessionId: 'sid' },
    ]);
    await expect(authenticate(`Bearer ${token}`, 'r')).resolves.toMatchObject({
      kind: 'frame',
      sessionId: 'sid',
    });
    expect(lookedUp).toEqual([digestOf(token)]);
    expect(lookedUp[0]).not.toContain(token);
  });

  test('anything else after Bearer: an application, if its JWT is good', async () => {
    await expect(setUp().authenticate('Bearer a.b.c', 'r')).resolves.toMatchObject({ kind: 'application' });
  });

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic dXNlcjpwYXNz',
    'Bearer a b',
    `Bearer ${'x'.repeat(9000)}`,
    'Bearer ü',
  ])('the header %j is refused, rather than taken for none', async (header) => {
    await expect(setUp().authenticate(header, 'r')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('an unknown access token, and one of an application that is no more, are refused', async () => {
    const token = createSecret();
    await expect(setUp().authenticate(`Bearer ${token}`, 'r')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    const gone = setUp([{ digest: digestOf(token), applicationId: 'gone', sessionId: 'sid' }]);
    await expect(gone.authenticate(`Bearer ${token}`, 'r')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test('the digest itself is no access token', async () => {
    const token = createSecret();
    const { authenticate } = setUp([{ digest: digestOf(token), applicationId: 'shop', sessionId: 'sid' }]);
    await expect(authenticate(`Bearer ${digestOf(token)}`, 'r')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test('access tokens are never alike', () => {
    expect(new Set(Array.from({ length: 100 }, createSecret)).size).toBe(100);
  });
});
