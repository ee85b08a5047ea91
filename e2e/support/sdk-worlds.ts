import { LunaSec } from '@lunasec/node-sdk';
import { createTestLunaSec } from '@lunasec/node-sdk/testing';
import { startTokenizer, type TokenizerConfig } from '@lunasec/tokenizer-api';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unhurried } from './overload.js';
import { freePort } from './ports.js';
import { seal } from './seal.js';

export interface StoreOptions {
  /** False: the value never arrives in the object store. */
  uploaded?: boolean;
  metadata?: Record<string, unknown>;
}

/** An app's server with a tokenizer behind it, and the secure frames of its sessions. */
export interface World {
  lunaSec: Pick<
    LunaSec<object>,
    | 'grants'
    | 'tokenize'
    | 'detokenize'
    | 'detokenizeLarge'
    | 'deleteTokens'
    | 'findToken'
    | 'findTokens'
    | 'updateTokenMetadata'
    | 'execute'
    | 'tokenDirective'
  >;
  /** The context of an operation of a session. */
  context(session: string): object;
  /** A secure frame of a session stores a text. */
  tokenize(session: string, text: string, options?: StoreOptions): Promise<string>;
  /** What a secure frame of a session is answered when it asks for a token: `granted`, or a code. */
  detokenize(session: string, token: string): Promise<string>;
  /** Lets time pass for tokenizer and server alike. */
  wait(seconds: number): void;
  close(): Promise<void>;
}

/** A world whose tokenizer other processes reach as well. */
export interface TokenizerWorld extends World {
  /** Tells `npx lunasec` as which application, and to which tokenizer, it talks. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The tokenizer in memory that the SDK offers for tests of resolvers. */
export async function openTestWorld(): Promise<World> {
  const clock = { offset: 0 };
  const lunaSec = createTestLunaSec({ now: () => new Date(Date.now() + clock.offset) });
  return {
    lunaSec,
    context: (session) => lunaSec.context(session),
    tokenize: (session, text, options) => lunaSec.asSession(session).tokenize(text, options),
    detokenize: async (session, token) =>
      lunaSec
        .asSession(session)
        .detokenize(token)
        .then(
          () => 'granted',
          (error: { code: string }) => error.code,
        ),
    wait: (seconds) => void (clock.offset += seconds * 1000),
    close: async () => undefined,
  };
}

const sessionHeader = 'x-session';

/** A real tokenizer, which knows the app by the keys that its server publishes. */
export async function openTokenizerWorld(config: Partial<TokenizerConfig> = {}): Promise<TokenizerWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'lunasec-sdk-'));
  const [tokenizerPort, appPort] = [await freePort(), await freePort()];
  const tokenizerURL = `http://127.0.0.1:${tokenizerPort}`;
  const origin = `http://localhost:${appPort}`;
  const clock = { offset: 0 };
  const now = () => new Date(Date.now() + clock.offset);
  const keyFile = join(directory, 'key.json');

  const lunaSec = new LunaSec(
    {
      applicationId: 'app',
      tokenizerURL,
      origin,
      auth: {
        secrets: { source: 'file', path: keyFile, createIfMissing: true },
        sessionIdProvider: (request) => String(request.headers[sessionHeader]),
      },
    },
    { now },
  );
  const plugin = lunaSec.expressPlugin();
  const server = createServer((request, response) => plugin(request, response, () => response.end()));
  await new Promise<void>((resolve) => server.listen(appPort, 'localhost', resolve));
  const tokenizer = await startTokenizer(
    {
      port: tokenizerPort,
      publicURL: tokenizerURL,
      dataDirectory: join(directory, 'tokenizer'),
      logLevel: 'fatal',
      overload: unhurried,
      applications: [
        {
          id: 'app',
          jwksURL: `${origin}/.lunasec/jwks.json`,
          origins: [origin],
          serverSide: { tokenize: true, detokenize: true },
        },
      ],
      ...config,
    },
    { now },
  );

  /** One call of the tokenizer's API by a frame of a session, which logs in for it as a browser would. */
  async function asFrame<T>(session: string, query: string, variables: object): Promise<T> {
    const handshake = await fetch(`${origin}/.lunasec/secure-frame`, {
      redirect: 'manual',
      headers: { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-origin', [sessionHeader]: session },
    });
    const assertion = new URL(handshake.headers.get('location')!).hash.slice(1);
    const { createSession } = await call<{ createSession: { accessToken: string } }>(
      'mutation ($assertion: String!) { createSession(assertion: $assertion) { accessToken } }',
      { assertion },
    );
    return call<T>(query, variables, createSession.accessToken);
  }

  async function call<T>(query: string, variables: object, accessToken?: string): Promise<T> {
    const response = await fetch(`${tokenizerURL}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: T; errors?: { message: string }[] };
    if (!data) throw new Error(errors?.[0]?.message);
    return data;
  }

  return {
    lunaSec,
    environment: {
      LUNASEC_APP_ID: 'app',
      LUNASEC_TOKENIZER_URL: tokenizerURL,
      LUNASEC_SIGNING_KEY_FILE: keyFile,
    },
    context: (session) => ({ req: { headers: { [sessionHeader]: session } } }),
    async tokenize(session, text, { uploaded = true, metadata = {} } = {}) {
      const { ciphertext, input } = await seal(text);
      const { tokenize } = await asFrame<{
        tokenize: [{ upload: { url: string; method: string; headers: Record<string, string> } }];
      }>(
        session,
        'mutation ($input: TokenizeInput!) { tokenize(inputs: [$input]) { upload { url method headers } } }',
        { input: { ...input, metadata } },
      );
      const { url, ...request } = tokenize[0].upload;
      if (uploaded && !(await fetch(url, { ...request, body: ciphertext })).ok)
        throw new Error('The upload was refused.');
      return input.token;
    },
    async detokenize(session, token) {
      const { detokenize } = await asFrame<{ detokenize: [{ problem: { code: string } | null }] }>(
        session,
        'mutation ($token: ID!) { detokenize(tokens: [$token]) { problem { code } } }',
        { token },
      );
      return detokenize[0].problem?.code ?? 'granted';
    },
    wait: (seconds) => void (clock.offset += seconds * 1000),
    async close() {
      await tokenizer.close();
      await new Promise((resolve) => server.close(resolve).closeAllConnections());
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A database of its own on the MongoDB at a URI. */
export const inMongoDB = (uri: string): Partial<TokenizerConfig> => ({
  tokenStore: { kind: 'mongodb', uri, database: `lunasec_test_${randomUUID().replaceAll('-', '')}` },
});
