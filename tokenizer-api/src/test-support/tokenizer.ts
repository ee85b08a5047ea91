import { decryptValue, fromBase64 } from '@lunasec/secure-frame/crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../config/settings.js';
import type { TokenizerConfig } from '../config/settings.js';
import type { LoadWatch } from '../http/load.js';
import { runTokenizer } from '../server.js';
import type { RunningTokenizer } from '../server.js';
import type { Stores } from '../stores.js';
import { encrypt } from './encrypt.js';
import { createSigner, sidOf } from './signer.js';
import type { Signer } from './signer.js';

export const shopOrigin = 'https://shop.example.com';
export const otherOrigin = 'https://other.example.com';

export interface Problem {
  code: string;
  message: string;
}
export interface Answer<Data = Record<string, never>> {
  data?: Data | null | undefined;
  errors?: { message: string; path?: unknown[]; extensions: { code: string; retryAfter?: number } }[];
}
export interface Upload {
  url: string;
  method: string;
  headers: Record<string, string>;
  expiresAt: string;
}
export interface Download extends Upload {
  size: number;
  dataKey: string;
}

/** Settings of a tokenizer that never finds itself too late, as the machine that runs the tests may well be. */
export const unhurried = { maxDelay: 60_000 };

/** A real tokenizer over HTTP, on embedded stores in a directory of its own, with a clock to turn. */
export interface TestTokenizer {
  url: string;
  running: RunningTokenizer;
  directory: string;
  shop: Signer;
  other: Signer;
  /** Milliseconds by which its clock is ahead. */
  clock: { offset: number };
  stores: Stores;
  call<Data extends object>(query: string, variables?: object, options?: CallOptions): Promise<Answer<Data>>;
  post(body: string | object, headers?: Record<string, string>): Promise<Response>;
  /** Prometheus' text. */
  metrics(): Promise<string>;
  /** Files of the object store. */
  objects(): Promise<string[]>;
  close(): Promise<void>;
}

export interface CallOptions {
  bearer?: string | undefined;
  headers?: Record<string, string>;
}

export async function startTestTokenizer({
  config = {},
  environment = {},
  wrapStores = (stores) => stores,
  logTo,
  watchLoad,
}: {
  config?: Partial<TokenizerConfig>;
  environment?: Record<string, string>;
  wrapStores?: (stores: Stores) => Stores;
  logTo?: { write(line: string): void };
  watchLoad?: (server: Server, pingDatabase: () => Promise<void>) => LoadWatch;
} = {}): Promise<TestTokenizer> {
  const directory = await mkdtemp(join(tmpdir(), 'tokenizer-'));
  const clock = { offset: 0 };
  const now = () => new Date(Date.now() + clock.offset);
  let url = '';
  const signer = (applicationId: string, origin: string) =>
    createSigner({ applicationId, origin, audience: () => url, now });
  const [shop, other] = [await signer('shop', shopOrigin), await signer('other', otherOrigin)];
  let stores!: Stores;
  const running = await runTokenizer(
    parseConfig(
      {
        port: 0,
        dataDirectory: directory,
        logLevel: logTo ? 'trace' : 'silent',
        metrics: { port: 0 },
        overload: unhurried,
        applications: [
          { id: 'shop', jwks: { keys: [shop.publicJWK] }, origins: [shopOrigin] },
          { id: 'other', jwks: { keys: [other.publicJWK] }, origins: [otherOrigin] },
        ],
        ...config,
      },
      { environment },
    ),
    {
      now,
      wrapStores: (opened) => (stores = wrapStores(opened)),
      ...(logTo ? { logTo } : {}),
      ...(watchLoad ? { watchLoad } : {}),
    },
  );
  url = running.url;

  const post = (body: string | object, headers: Record<string, string> = {}) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    url,
    running,
    directory,
    shop,
    other,
    clock,
    stores,
    post,
    async call<Data extends object>(
      query: string,
      variables: object = {},
      { bearer, headers = {} }: CallOptions = {},
    ) {
      const authorization: Record<string, string> =
        bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      const response = await post({ query, variables }, { ...authorization, ...headers });
      return (await response.json()) as Answer<Data>;
    },
    metrics: async () => (await fetch(running.metricsURL!)).text(),
    objects: () => listFiles(join(directory, 'objects')),
    async close() {
      await running.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

export const createSession =
  'mutation ($assertion: String!) { createSession(assertion: $assertion) { accessToken expiresAt } }';
export const tokenize =
  'mutation ($inputs: [TokenizeInput!]!) { tokenize(inputs: $inputs) { token upload { url method headers expiresAt } problem { code message } } }';
export const detokenize =
  'mutation ($tokens: [ID!]!) { detokenize(tokens: $tokens) { token download { url method headers expiresAt size dataKey } problem { code message } } }';
export const verifyStoreGrants =
  'mutation ($sessionId: ID!, $tokens: [TokenRef!]!) { verifyStoreGrants(sessionId: $sessionId, tokens: $tokens) { token expiresAt problem { code message } } }';
export const createReadGrants =
  'mutation ($sessionId: ID!, $tokens: [ReadGrantInput!]!, $duration: Duration) { createReadGrants(sessionId: $sessionId, tokens: $tokens, duration: $duration) { token expiresAt problem { code message } } }';
export const deleteTokens =
  'mutation ($tokens: [ID!]!) { deleteTokens(tokens: $tokens) { token deleted problem { code message } } }';
export const endSession = 'mutation ($sessionId: ID!) { endSession(sessionId: $sessionId) }';

export interface TokenizeResult {
  token: string;
  upload: Upload | null;
  problem: Problem | null;
}
export interface DetokenizeResult {
  token: string;
  download: Download | null;
  problem: Problem | null;
}
export interface GrantResult {
  token: string;
  expiresAt: string | null;
  problem: Problem | null;
}
export interface DeleteResult {
  token: string;
  deleted: boolean;
  problem: Problem | null;
}

/** What frame and server of one application's session do, as one line each. */
export function actAs(tokenizer: TestTokenizer, signer: Signer, session: string) {
  const sessionId = sidOf(signer.applicationId, session);
  let accessToken: Promise<string> | undefined;

  async function logIn(): Promise<string> {
    const assertion = await signer.assertion({ claims: { sub: sessionId } });
    const { data, errors } = await tokenizer.call<{ createSession: { accessToken: string } }>(createSession, {
      assertion,
    });
    if (!data) throw new Error(`No session: ${JSON.stringify(errors)}`);
    return data.createSession.accessToken;
  }
  const frame = async <Data extends object>(query: string, variables: object) =>
    tokenizer.call<Data>(query, variables, { bearer: await (accessToken ??= logIn()) });
  const server = async <Data extends object>(query: string, variables: object = {}) =>
    tokenizer.call<Data>(query, variables, { bearer: await signer.applicationJWT() });
  const must = <Data>({ data, errors }: Answer<Data>): Data => {
    if (!data) throw new Error(`Refused: ${JSON.stringify(errors)}`);
    return data;
  };

  return {
    sessionId,
    frame,
    server,
    accessToken: () => (accessToken ??= logIn()),
    renew: () => (accessToken = logIn()),
    async tokenize(inputs: object[]) {
      return must(await frame<{ tokenize: TokenizeResult[] }>(tokenize, { inputs })).tokenize;
    },
    async detokenize(tokens: string[]) {
      return must(await frame<{ detokenize: DetokenizeResult[] }>(detokenize, { tokens })).detokenize;
    },
    async verify(tokens: (string | { token: string; binding?: string | null })[]) {
      const refs = tokens.map((token) => (typeof token === 'string' ? { token } : token));
      return must(
        await server<{ verifyStoreGrants: GrantResult[] }>(verifyStoreGrants, { sessionId, tokens: refs }),
      ).verifyStoreGrants;
    },
    async grant(
      tokens: (string | { token: string; binding?: string | null; duration?: string })[],
      duration?: string,
    ) {
      const refs = tokens.map((token) => (typeof token === 'string' ? { token } : token));
      return must(
        await server<{ createReadGrants: GrantResult[] }>(createReadGrants, {
          sessionId,
          tokens: refs,
          duration,
        }),
      ).createReadGrants;
    },
    async delete(tokens: string[]) {
      return must(await server<{ deleteTokens: DeleteResult[] }>(deleteTokens, { tokens })).deleteTokens;
    },
    async end() {
      return must(await server<{ endSession: number }>(endSession, { sessionId })).endSession;
    },
    /** Tokenizes and uploads a value. */
    async store(text: string): Promise<string> {
      const { input, ciphertext } = await encrypt(text);
      const [result] = await this.tokenize([input]);
      const response = await put(result!.upload!, ciphertext);
      if (!response.ok) throw new Error(`The upload failed: ${response.status}`);
      return input.token;
    },
    /** Stores a value and has the server accept it. */
    async keep(text: string, binding?: string): Promise<string> {
      const token = await this.store(text);
      const [result] = await this.verify([{ token, binding: binding ?? null }]);
      if (result!.problem) throw new Error(`Not accepted: ${result!.problem.code}`);
      return token;
    },
    /** Reads a value as a frame does; gives the problem's code when there is one. */
    async read(token: string): Promise<string> {
      const [result] = await this.detokenize([token]);
      return result!.download ? decrypt(token, result!.download) : result!.problem!.code;
    },
  };
}
export type Actor = ReturnType<typeof actAs>;

export { encrypt };

export const put = ({ url, method, headers }: Upload, body: Uint8Array<ArrayBuffer>) =>
  fetch(url, { method, headers, body });

async function decrypt(token: string, { url, method, headers, dataKey }: Download): Promise<string> {
  const response = await fetch(url, { method, headers });
  if (!response.ok) throw new Error(`The download failed: ${response.status}`);
  const ciphertext = new Uint8Array(await response.arrayBuffer());
  const { data } = await decryptValue({ token, dataKey: fromBase64(dataKey), ciphertext });
  return new TextDecoder().decode(data);
}

/** The code of every answer of a batch, `ok` where there is no problem. */
export const codesOf = (results: { problem: { code: string } | null }[]): string[] =>
  results.map(({ problem }) => problem?.code ?? 'ok');
