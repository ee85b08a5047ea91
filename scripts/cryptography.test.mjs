import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesOf } from './lib/sources.mjs';
import { root } from './lib/workspace.mjs';

const sources = sourcesOf();
const inventory = ['docs', '']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(join(root, name), 'utf8'))
  .join('\n');

/** Names of what a source takes from cryptographic libraries, without types and names of things (UUIDs). */
export function usesOf(text) {
  const imported = [
    ...text.matchAll(
      /^import \{([^}]*)\} from '(node:crypto|jose|@aws-crypto\/[^']+|@smithy\/signature-v4|@aws-sdk\/client-kms)'/gm,
    ),
  ]
    .flatMap(([, names]) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'randomUUID' && name !== 'errors');
  const called = [...text.matchAll(/\bcrypto\.(?:subtle\.\w+|getRandomValues)/g)].map(([name]) => name);
  return [...imported, ...called];
}

const users = sources.filter(({ text }) => usesOf(text).length > 0);

describe('the inventory of cryptography', () => {
  test('names every source that uses it', () => {
    const files = users.map(({ file }) => file);
    expect(files.filter((file) => !inventory.includes(`](../${file})`))).toEqual([]);
  });

  test('(a new use would be found)', () => {
    expect(users.length).toBeGreaterThan(10);
    expect(usesOf("import { createHash } from 'node:crypto';")).toEqual(['createHash']);
    expect(usesOf("import {\n  jwtVerify,\n} from 'jose';")).toEqual(['jwtVerify']);
    expect(usesOf('await crypto.subtle.sign(x)')).toEqual(['crypto.subtle.sign']);
    expect(usesOf("import type { KeyObject } from 'node:crypto';")).toEqual([]);
    expect(usesOf("import { randomUUID } from 'node:crypto';")).toEqual([]);
  });
});

/** What of a source is broken, has no authentication, or can be foretold. */
const weakness =
  /\bMath\.random\b|['"](?:md[245]|sha-?1|rc4|(?:3?des|bf|aes)[\w-]*(?:ecb|cbc|ctr)|rsa1_5)['"]/gi;

test('no source uses a broken algorithm, a mode without authentication, or random numbers that can be foretold', () => {
  const found = sources.flatMap(({ file, text }) =>
    (text.match(weakness) ?? []).map((it) => `${file}: ${it}`),
  );
  // How long to wait before a repeat is no secret.
  expect(found.sort()).toEqual([
    'node-sdk/src/client/resilience.ts: Math.random',
    'secure-frame/src/shared/retry.ts: Math.random',
  ]);
  for (const bad of [
    "createHash('md5')",
    "createHash('sha1')",
    "createCipheriv('aes-256-cbc')",
    "'des-ede3-cbc'",
  ])
    expect(bad.match(weakness)).toHaveLength(1);
});
