import { generateKeyPairSync } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Log } from '../log.js';
import type { LeakPolicy } from '../directive/index.js';
import { createError } from '../errors/index.js';
import { LunaSec } from '../lunasec/lunasec.js';
import { createTestTokenizer } from './test-tokenizer.js';
import type { TestTokenizeOptions, TestTokenizer } from './test-tokenizer.js';

const sessionHeader = 'x-test-session';

export interface TestLunaSecOptions {
  now?: (() => Date) | undefined;
  /** Default: `warn`, into `warnings`. */
  leaks?: LeakPolicy | undefined;
  /** Default: one of its own. */
  tokenizer?: TestTokenizer | undefined;
}

/** One session of the app: its server's requests, and its secure frames. */
export interface TestSession {
  readonly sessionId: string;
  /** `contextValue` for operations of this session. */
  readonly context: { req: IncomingMessage };
  /** Stores a value as a secure frame does when its form is submitted; gives the token that the page sends. */
  tokenize(value: string, options?: Omit<TestTokenizeOptions, 'value'>): Promise<string>;
  /** What a secure frame shows for a token. Throws READ_GRANT_MISSING or GRANT_EXPIRED. */
  detokenize(token: string): Promise<string>;
}

/** Works like any other LunaSec, on a tokenizer in memory. */
export interface TestLunaSec extends LunaSec<IncomingMessage> {
  readonly tokenizer: TestTokenizer;
  /** What was reported so far. */
  readonly warnings: readonly string[];
  /** Acts as a session of the app that is logged in. */
  asSession(sessionId: string): TestSession;
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
      objects: tokenizer.objects,
      log,
      now,
      signingKey: { privateKey: generateKeyPairSync('ed25519').privateKey, algorithm: 'EdDSA' },
    },
  );

  function context(sessionId: string | null) {
    const req = new IncomingMessage(new Socket());
    if (sessionId !== null) req.headers[sessionHeader] = sessionId;
    return { req };
  }

  const asSession = (sessionId: string): TestSession => ({
    sessionId,
    context: context(sessionId),
    tokenize: async (value, about = {}) => tokenizer.tokenize(sessionId, { ...about, value }),
    async detokenize(token) {
      const answer = tokenizer.detokenize(sessionId, token);
      if (answer !== 'granted')
        throw createError(answer, `Session ${sessionId} may not read this token.`, { token });
      return (await tokenizer.readText(token))!;
    },
  });

  return Object.assign(lunaSec, { tokenizer, warnings, context, asSession });
}
