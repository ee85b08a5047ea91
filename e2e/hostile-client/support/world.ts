import 'reflect-metadata';
import { decryptValue, fromBase64 } from '@lunasec/secure-frame/crypto';
import type { RunningTokenizer, TokenizerConfig } from '@lunasec/tokenizer-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '../../../tokenizer-api/dist/config/settings.js';
import { runTokenizer, type RunOptions } from '../../../tokenizer-api/dist/server.js';
import { unhurried } from '../../support/overload.js';
import { freePort } from '../../support/ports.js';
import { seal } from '../../support/seal.js';
import { createSharedStores, type SharedStores } from '../../support/services.js';
import { createGuard, type Guard } from './guard.js';
import { algorithms, createSigner, goodJWT, sidOf, type Signer } from './keys.js';
import { documentOf } from './operations.js';

export interface Problem {
  code: string;
  message: string;
}
export interface Answer<Data = Record<string, unknown>> {
  status: number;
  headers: Headers;
  /** The body as it came. */
  text: string;
  data?: Data | null;
  errors?: { message: string; extensions: { code: string } }[];
}
export interface Signed {
  url: string;
  method: string;
  headers: Record<string, string>;
  expiresAt: string;
}
export interface Download extends Signed {
  size: number;
  dataKey: string;
}

export interface Sending {
  bearer?: string | undefined;
  headers?: Record<string, string>;
  /** Whose call it is, for the guard. */
  as?: string;
  /** Index of the replica; default: in turn. */
  replica?: number;
}

/** A tokenizer, or two over the same stores, with applications and a clock to turn. */
export interface World {
  name: string;
  /** The audience of its JWTs, and where its frames are. */
  publicURL: string;
  /** Addresses of its replicas. */
  urls: string[];
  replicas: RunningTokenizer[];
  clock: { offset: number };
  now: () => Date;
  guard: Guard;
  stores: SharedStores | undefined;
  shop: Signer;
  other: Signer;
  /** May store and read values itself. */
  jobs: Signer;
  post(body: string | object, sending?: Sending): Promise<Answer>;
  call<Data = Record<string, unknown>>(
    name: string,
    variables: object,
    sending?: Sending,
  ): Promise<Answer<Data>>;
  /** A request to the object store, or to the tokenizer in its place. */
  fetch(
    url: string,
    init: RequestInit & { as?: string },
  ): Promise<{ status: number; headers: Headers; text: string }>;
  close(): Promise<void>;
}

export interface WorldOptions {
  applications?: TokenizerConfig['applications'];
  config?: Partial<TokenizerConfig>;
  /** How long clients may take. */
  patience?: RunOptions['patience'];
}

const plenty = {
  session: 1e7,
  sessionTokens: 1e9,
  application: 1e7,
  applicationTokens: 1e9,
  createSession: 1e7,
};

async function openWorld(
  name: string,
  { applications = [], config = {}, patience }: WorldOptions,
  { count, createStores }: { count: number; createStores?: (url: string) => Promise<SharedStores> },
): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'lunasec-hostile-'));
  const guard = createGuard();
  const clock = { offset: 0 };
  const now = () => new Date(Date.now() + clock.offset);
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const publicURL = urls[0]!;
  const stores = await createStores?.(publicURL);
  const signers: [Signer, Signer, Signer] = [
    createSigner('shop', algorithms),
    createSigner('other'),
    createSigner('jobs'),
  ];
  const [shop, other, jobs] = signers;
  const replicas = await Promise.all(
    ports.map((port) =>
      runTokenizer(
        parseConfig({
          port,
          publicURL,
          dataDirectory: directory,
          logLevel: 'trace',
          metrics: { port: 0 },
          introspection: false,
          rates: plenty,
          overload: unhurried,
          // Tests sweep when they mean to.
          sweepInterval: '1h',
          applications: [
            ...signers.map(({ id, origin, keys }) => ({
              id,
              origins: [origin],
              jwks: { keys: Object.values(keys).map(({ publicJWK }) => publicJWK) },
              ...(id === 'jobs' ? { serverSide: { tokenize: true, detokenize: true } } : {}),
            })),
            ...applications,
          ],
          ...stores?.config,
          ...config,
        }),
        { now, logTo: guard.logTo, ...(patience ? { patience } : {}) },
      ),
    ),
  );

  let turn = 0;
  async function post(body: string | object, { bearer, headers = {}, as = 'nobody', replica }: Sending = {}) {
    const response = await fetch(`${urls[(replica ?? turn++) % count]!}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const what = `POST /graphql ${(typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 120)}`;
    guard.record({ as, what, text: `${JSON.stringify([...response.headers])}\n${text}` });
    const parsed = parseJSON(text) as Pick<Answer, 'data' | 'errors'>;
    return { status: response.status, headers: response.headers, text, ...parsed };
  }
  return {
    name,
    publicURL,
    urls,
    replicas,
    clock,
    now,
    guard,
    stores,
    shop,
    other,
    jobs,
    post,
    call: <Data>(operation: string, variables: object, sending?: Sending) =>
      post({ query: documentOf(operation), variables }, sending) as Promise<Answer<Data>>,
    async fetch(url, { as = 'nobody', ...init }) {
      const response = await fetch(url, init);
      const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
      // What S3 says is not the tokenizer's.
      if (url.startsWith('http://127.0.0.1') && urls.some((own) => url.startsWith(own)))
        guard.record({
          as,
          what: `${init.method ?? 'GET'} ${url}`,
          text: `${JSON.stringify([...response.headers])}\n${text}`,
        });
      return { status: response.status, headers: response.headers, text };
    },
    async close() {
      await Promise.all(replicas.map((replica) => replica.close()));
      await stores?.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** One tokenizer on its embedded stores. */
export const openEmbedded = (options: WorldOptions = {}): Promise<World> =>
  openWorld('embedded stores', options, { count: 1 });

/** Two tokenizers over one MongoDB and one S3. */
export const openShared = (options: WorldOptions = {}): Promise<World> =>
  openWorld('MongoDB and S3', options, { count: 2, createStores: createSharedStores });

export const codeOf = ({ errors }: Pick<Answer, 'errors'>): string | undefined =>
  errors?.[0]?.extensions?.code;

interface Result {
  token: string;
  problem: Problem | null;
}

function answered<Data>({ data, text }: Answer<Data>): Data {
  if (!data) throw new Error(`Refused: ${text}`);
  return data;
}

/** A call that is the same when it is made twice: again, as the SDK does, where the database was too busy to answer in time. */
async function must<Data>(call: () => Promise<Answer<Data>>): Promise<Data> {
  for (let attempt = 1; ; attempt++) {
    const answer = await call();
    if (codeOf(answer) !== 'UNAVAILABLE' || attempt === 10) return answered(answer);
    await sleep(attempt * 200);
  }
}

/** What a session's frame and its application's server do. */
export function actAs(world: World, signer: Signer, session: string) {
  const { guard } = world;
  const sid = sidOf(signer.id, session);
  const frameName = `${signer.id}/${session}`;
  let accessToken: Promise<string> | undefined;

  const place = { audience: world.publicURL, now: world.now, session };
  const assertion = () => guard.keep('assertion', goodJWT('assertion', signer, place));
  const applicationJWT = () => guard.keep('application JWT', goodJWT('application JWT', signer, place));

  async function logIn(): Promise<string> {
    const { createSession } = await must(() =>
      world.call<{ createSession: { accessToken: string } }>(
        'createSession',
        { assertion: assertion() },
        { as: frameName },
      ),
    );
    return guard.keep('access token', createSession.accessToken, frameName);
  }
  async function frame<Data>(name: string, variables: object, sending: Sending = {}) {
    accessToken ??= logIn();
    return world.call<Data>(name, variables, { bearer: await accessToken, as: frameName, ...sending });
  }
  let jwt = { text: '', until: 0 };
  const server = <Data>(name: string, variables: object, sending: Sending = {}) => {
    const at = world.now().getTime();
    if (at >= jwt.until || at < jwt.until - 60_000) jwt = { text: applicationJWT(), until: at + 40_000 };
    return world.call<Data>(name, variables, { bearer: jwt.text, as: signer.id, ...sending });
  };
  const signed = (it: Signed | null | undefined) => {
    if (it)
      guard.keep(
        'presigned signature',
        signatureIn(it.url),
        frameName,
        ...(signer.id === 'jobs' ? ['jobs'] : []),
      );
    return it;
  };

  return {
    sid,
    name: frameName,
    signer,
    assertion,
    applicationJWT,
    frame,
    server,
    accessToken: () => (accessToken ??= logIn()),
    renew: () => (accessToken = logIn()),
    async register(inputs: { dataKey: string }[]) {
      for (const { dataKey } of inputs) guard.keep('data key', dataKey, frameName);
      const answer = await must(() =>
        frame<{ tokenize: (Result & { upload: Signed | null })[] }>('tokenize', { inputs }),
      );
      return answer.tokenize.map((it) => ({ ...it, upload: signed(it.upload) ?? null }));
    },
    /** Registers and uploads a value. */
    async store(text: string): Promise<string> {
      const { input, ciphertext } = await seal(text);
      const [result] = await this.register([input]);
      if (!result?.upload) throw new Error(`Refused: ${result?.problem?.code}`);
      const { url, method, headers } = result.upload;
      const { status } = await fetch(url, { method, headers, body: ciphertext });
      if (status !== 200) throw new Error(`The upload was answered ${status}.`);
      return input.token;
    },
    /** Stores a value, and has the server accept it. */
    async keep(text: string, binding: string | null = null): Promise<string> {
      const token = await this.store(text);
      const [code] = await this.verify([{ token, binding }]);
      if (code !== 'ok') throw new Error(`Not accepted: ${code}`);
      return token;
    },
    async verify(
      tokens: { token: string; binding?: string | null }[],
      sending?: Sending,
      sessionId: string | null = sid,
    ) {
      const answer = await must(() =>
        server<{ verifyStoreGrants: Result[] }>('verifyStoreGrants', { sessionId, tokens }, sending),
      );
      return answer.verifyStoreGrants.map(({ problem }) => problem?.code ?? 'ok');
    },
    async grant(tokens: { token: string; binding?: string | null; duration?: string }[], sending?: Sending) {
      const answer = await must(() =>
        server<{ createReadGrants: Result[] }>('createReadGrants', { sessionId: sid, tokens }, sending),
      );
      return answer.createReadGrants.map(({ problem }) => problem?.code ?? 'ok');
    },
    async revoke(tokens: string[], sending?: Sending) {
      return answered(
        await server<{ revokeReadGrants: number }>('revokeReadGrants', { sessionId: sid, tokens }, sending),
      ).revokeReadGrants;
    },
    async delete(tokens: string[], sending?: Sending) {
      const answer = await must(() =>
        server<{ deleteTokens: Result[] }>('deleteTokens', { tokens }, sending),
      );
      return answer.deleteTokens.map(({ problem }) => problem?.code ?? 'ok');
    },
    async end(sending?: Sending) {
      return answered(await server<{ endSession: number }>('endSession', { sessionId: sid }, sending))
        .endSession;
    },
    /** What the frame gets for a token. */
    async open(token: string, sending?: Sending): Promise<Download | string> {
      const answer = await frame<{ detokenize: (Result & { download: Download | null })[] }>(
        'detokenize',
        { tokens: [token] },
        sending,
      );
      const result = answer.data?.detokenize[0];
      if (!result) return codeOf(answer) ?? answer.text;
      if (!result.download) return result.problem!.code;
      guard.keep('data key', result.download.dataKey, frameName);
      signed(result.download);
      return result.download;
    },
    /** The value, or the code of the problem. */
    async read(token: string, sending?: Sending): Promise<string> {
      const download = await this.open(token, sending);
      if (typeof download === 'string') return download;
      const { url, method, headers, dataKey } = download;
      const response = await fetch(url, { method, headers });
      if (!response.ok) return `HTTP ${response.status}`;
      const ciphertext = new Uint8Array(await response.arrayBuffer());
      const { data } = await decryptValue({ token, dataKey: fromBase64(dataKey), ciphertext });
      return new TextDecoder().decode(data);
    },
    /** All that the application can look up about a token. */
    async look(token: string): Promise<Record<string, unknown> | null> {
      const answer = await must(() =>
        server<{ token: Record<string, unknown> | null }>('token', { id: token }),
      );
      return answer.token;
    },
  };
}
export type Actor = ReturnType<typeof actAs>;

/** The part of a presigned URL without which it is worth nothing. */
export function signatureIn(url: string): string {
  const { searchParams } = new URL(url);
  return searchParams.get('signature') ?? searchParams.get('X-Amz-Signature') ?? '';
}
