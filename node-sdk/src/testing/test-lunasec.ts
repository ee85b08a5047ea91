import { generateKeyPairSync } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Log } from '../log.js';
import type { LeakPolicy } from '../directive/index.js';
import { LunaSec } from '../lunasec/lunasec.js';
import { createTestTokenizer } from './test-tokenizer.js';
import type { TestTokenizer } from './test-tokenizer.js';

const sessionHeader = 'x-test-session';

export interface TestLunaSecOptions {
  now?: (() => Date) | undefined;
  /** Default: `warn`, into `warnings`. */
  leaks?: LeakPolicy | undefined;
  /** Default: one of its own. */
  tokenizer?: TestTokenizer | undefined;
}

export interface TestLunaSec {
  /** Works like any other, on a tokenizer in memory. */
  lunaSec: LunaSec<IncomingMessage>;
  tokenizer: TestTokenizer;
  /** What was reported so far. */
  warnings: string[];
  /** A context for operations of a session of the app; null: nobody is logged in. */
  context(sessionId: string | null): { req: IncomingMessage };
}

/** Creates a LunaSec for jest and the like: no key files, no network. */
export function createTestLunaSec(options: TestLunaSecOptions = {}): TestLunaSec {
  const { now, leaks } = options;
  const tokenizer = options.tokenizer ?? createTestTokenizer({ now });
  const warnings: string[] = [];
  const log: Log = { warn: (message) => void warnings.push(message) };
  const lunaSec = new LunaSec<IncomingMessage>(
    {
      applicationId: 'test',
      tokenizerURL: 'https://tokenizer.test',
      origin: 'https://app.test',
      auth: {
        secrets: { source: 'environment' },
        sessionIdProvider: (request) => {
          const header = request.headers[sessionHeader];
          return typeof header === 'string' ? header : null;
        },
      },
      leaks,
    },
    {
      client: tokenizer,
      log,
      now,
      signingKey: { privateKey: generateKeyPairSync('ed25519').privateKey, algorithm: 'EdDSA' },
    },
  );
  return {
    lunaSec,
    tokenizer,
    warnings,
    context(sessionId) {
      const req = new IncomingMessage(new Socket());
      if (sessionId !== null) req.headers[sessionHeader] = sessionId;
      return { req };
    },
  };
}
