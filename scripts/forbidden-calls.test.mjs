import { describe, expect, test } from '@jest/globals';
import { sourcesOf } from './lib/sources.mjs';

/** What no source that runs may use; the call, and something that would be found. */
const forbidden = {
  'code that is made of text': [/\beval\(|\bnew Function\b|\bFunction\(|['"]node:vm['"]/, "eval('1')"],
  'other programs': [/['"](?:node:)?child_process['"]/, "import { exec } from 'node:child_process'"],
  'markup that is made of text': [
    /\.(?:inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdangerouslySetInnerHTML\b|\bdocument\.write\b|\bsrcdoc\b/,
    'element.innerHTML = text',
  ],
  'storage of a browser': [
    /\b(?:localStorage|sessionStorage|indexedDB|cookieStore|serviceWorker)\b|\bdocument\.cookie\b|\bcaches\.\w|\bgetDirectory\(/,
    "localStorage.setItem('token', token)",
  ],
  'checks of certificates that are switched off': [
    /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|tlsAllowInvalid|tlsInsecure|insecureHTTPParser/,
    'agent({ rejectUnauthorized: false })',
  ],
};
/** Sources that name such a thing for another reason. */
const excepted = {
  // Looks whether others switched them off.
  'tokenizer-api/src/doctor/encryption.ts': 'checks of certificates that are switched off',
  // An attack that looks what the demo has left there.
  'demo-graphql-app/web/src/attacks/looting.ts': 'storage of a browser',
};

describe('no source uses', () => {
  test.each(Object.entries(forbidden))('%s', (what, [pattern, example]) => {
    expect(example).toMatch(pattern);
    const found = sourcesOf().filter(({ file, text }) => pattern.test(text) && excepted[file] !== what);
    expect(found.map(({ file }) => file)).toEqual([]);
  });

  test('(there are sources to look at)', () => {
    expect(sourcesOf().length).toBeGreaterThan(300);
  });
});
