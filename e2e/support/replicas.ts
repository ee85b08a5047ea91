import { LunaSec } from '@lunasec/node-sdk';
import { decryptValue, fromBase64 } from '@lunasec/secure-frame/crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unhurried } from './overload.js';
import { freePort } from './ports.js';
import { seal } from './seal.js';
import { createSharedStores } from './services.js';

const main = join(import.meta.dirname, '../../tokenizer-api/dist/main.js');
/** What browsers and servers know the tokenizer by; the balancer stands there. */
const publicURL = 'http://tokenizer.localhost';
const sessionHeader = 'x-session';

export interface Replica {
  url: string;
  /** Calls that it answered. */
  answered: number;
  /** Ends it as a crash would: at once, in the middle of whatever it does. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs a command of the tokenizer to its end and gives what it wrote. */
export async function runTokenizerCommand(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [main, command], { env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`tokenizer ${command} ended with ${code}: ${output}`);
  return output;
}

async function startReplica(environment: Record<string, string>): Promise<Replica> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [main, 'start'], {
    env: { ...process.env, ...environment, LUNASEC_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals) => {
    if (!isRunning()) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  for (;;) {
    if (!isRunning()) throw new Error(`The tokenizer ended: ${errors}`);
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.ok) break;
    await sleep(50);
  }
  return { url, answered: 0, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

/** Sends calls to replicas in turn. One that does not answer gets no more of them, as with any load balancer. */
function createBalancer(replicas: Replica[]) {
  const down = new Set<Replica>();
  let next = 0;
  let failed = 0;
  const pick = () => {
    for (;;) {
      const replica = replicas[next++ % replicas.length]!;
      if (!down.has(replica)) return replica;
    }
  };
  return {
    /** Calls that failed because their replica was gone. */
    failed: () => failed,
    async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
      const replica = pick();
      try {
        const response = await fetch(String(input).replace(publicURL, replica.url), init);
        const body = await response.arrayBuffer();
        replica.answered++;
        return new Response(body, { status: response.status, headers: response.headers });
      } catch (error) {
        failed++;
        down.add(replica);
        throw error;
      }
    },
  };
}

export interface Problem {
  code: string;
}
interface Signed {
  url: string;
  method: string;
  headers: Record<string, string>;
}

/** Two tokenizer processes over one MongoDB, one S3 and one key file, and an app's server that uses them. */
export async function startReplicas() {
  const directory = await mkdtemp(join(tmpdir(), 'lunasec-replicas-'));
  const stores = await createSharedStores(publicURL);
  const appPort = await freePort();
  const origin = `http://localhost:${appPort}`;
  const environment = {
    LUNASEC_PUBLIC_URL: publicURL,
    LUNASEC_DATA_DIRECTORY: directory,
    LUNASEC_LOG_LEVEL: 'fatal',
    LUNASEC_OVERLOAD: JSON.stringify(unhurried),
    LUNASEC_APPLICATIONS: JSON.stringify([
      { id: 'app', jwksURL: `${origin}/.lunasec/jwks.json`, origins: [origin] },
    ]),
    ...stores.environment,
  };
  // Both at once, on an empty database and without a key file: one of them makes what both need.
  const replicas = await Promise.all([startReplica(environment), startReplica(environment)]);
  const balancer = createBalancer(replicas);

  const lunaSec = new LunaSec(
    {
      applicationId: 'app',
      tokenizerURL: publicURL,
      origin,
      auth: {
        secrets: { source: 'file', path: join(directory, 'app-key.json'), createIfMissing: true },
        sessionIdProvider: (request) => String(request.headers[sessionHeader]),
      },
    },
    { fetch: (input, init) => balancer.fetch(input, init) },
  );
  const plugin = lunaSec.expressPlugin();
  const server = createServer((request, response) => plugin(request, response, () => response.end()));
  await new Promise<void>((resolve) => server.listen(appPort, 'localhost', resolve));

  /** One call of a frame. Repeated when it does not arrive, as the frame's own client does. */
  async function call<T>(query: string, variables: object, accessToken?: string, attempts = 3): Promise<T> {
    const response = await balancer
      .fetch(`${publicURL}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        },
        body: JSON.stringify({ query, variables }),
      })
      .catch((error: unknown) => {
        if (attempts === 1) throw error;
        return undefined;
      });
    if (response === undefined) return call(query, variables, accessToken, attempts - 1);
    const { data, errors } = (await response.json()) as {
      data?: T;
      errors?: { message: string; extensions: Problem }[];
    };
    if (!data) throw Object.assign(new Error(errors?.[0]?.message), errors?.[0]?.extensions);
    return data;
  }

  return {
    stores,
    environment,
    replicas,
    balancer,
    lunaSec,

    async assertion(session: string): Promise<string> {
      const handshake = await fetch(`${origin}/.lunasec/secure-frame`, {
        redirect: 'manual',
        headers: { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-origin', [sessionHeader]: session },
      });
      return new URL(handshake.headers.get('location')!).hash.slice(1);
    },
    async createSession(assertion: string): Promise<string> {
      const { createSession } = await call<{ createSession: { accessToken: string } }>(
        'mutation ($assertion: String!) { createSession(assertion: $assertion) { accessToken } }',
        { assertion },
      );
      return createSession.accessToken;
    },

    /** Encrypts and stores a text as a frame does. */
    async tokenize(accessToken: string, text: string): Promise<string> {
      const { ciphertext, input } = await seal(text);
      const { tokenize } = await call<{ tokenize: [{ upload: Signed | null; problem: Problem | null }] }>(
        'mutation ($input: TokenizeInput!) { tokenize(inputs: [$input]) { upload { url method headers } problem { code } } }',
        { input },
        accessToken,
      );
      const [{ upload, problem }] = tokenize;
      if (!upload) throw Object.assign(new Error('The tokenizer refused the value.'), problem);
      const { url, ...request } = upload;
      const { status } = await fetch(url, { ...request, body: ciphertext });
      if (status !== 200) throw new Error(`S3 answered ${status} to the upload.`);
      return input.token;
    },
    /** What a frame reads, or the code of the problem that it is told. */
    async detokenize(accessToken: string, token: string): Promise<string> {
      const { detokenize } = await call<{
        detokenize: [{ download: (Signed & { dataKey: string }) | null; problem: Problem | null }];
      }>(
        'mutation ($token: ID!) { detokenize(tokens: [$token]) { download { url method headers dataKey } problem { code } } }',
        { token },
        accessToken,
      );
      const [{ download, problem }] = detokenize;
      if (!download) return problem!.code;
      const response = await fetch(download.url, { method: download.method, headers: download.headers });
      if (!response.ok) throw new Error(`S3 answered ${response.status} to the download.`);
      const ciphertext = new Uint8Array(await response.arrayBuffer());
      const { data } = await decryptValue({ token, dataKey: fromBase64(download.dataKey), ciphertext });
      return new TextDecoder().decode(data);
    },

    async close() {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await new Promise((resolve) => server.close(resolve).closeAllConnections());
      await stores.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
