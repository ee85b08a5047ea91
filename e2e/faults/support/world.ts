import type { ResilienceOptions } from '@lunasec/node-sdk';
import type { TokenizerConfig } from '@lunasec/tokenizer-api';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unhurried } from '../../support/overload.js';
import { freePort } from '../../support/ports.js';
import type { Proxy } from '../../support/proxy.js';
import { startApp } from './app.js';
import type { App } from './app.js';
import { openFrame } from './frame.js';
import type { Frame } from './frame.js';
import { spawnTokenizer } from './process.js';
import type { TokenizerProcess } from './process.js';
import type { Stores } from './stores.js';

const main = join(import.meta.dirname, '../../../tokenizer-api/dist/main.js');

export interface Replica {
  url: string;
  /** Its own ways to database and object store, where they are other servers. */
  database?: Proxy | undefined;
  objects?: Proxy | undefined;
  process(): TokenizerProcess;
  isRunning(): boolean;
  /** Starts it, again after it ended, at the same address. `arm`: the step of its start at which it ends itself. */
  start(arm?: number): Promise<void>;
  kill(): Promise<void>;
  /** Stops it as a deployment does. */
  stop(): Promise<void>;
}

/** Tokenizer processes over stores, an application, and its users. */
export interface World {
  app: App;
  replicas: Replica[];
  stores: Stores;
  config: TokenizerConfig;
  clock: {
    /** Milliseconds by which the tokenizers' clocks are ahead of the machine's. */
    offset(): number;
    set(offset: number): Promise<void>;
    /** As the tokenizers have it. */
    now(): number;
    /** Another number after every change; NaN, which equals nothing, while not all have heard of one. */
    version(): number;
  };
  /** By path, or by the public URL, to a replica that takes connections. */
  fetch: typeof globalThis.fetch;
  frame(session: string): Frame;
  /** What /readyz of a replica answers. */
  ready(replica?: Replica): Promise<{ status: number; body: Record<string, string> }>;
  /** Resolves when the next start of a replica will take no time. */
  untilPrepared(): Promise<void>;
  /** Sweeps by whichever replica may. */
  sweep(): Promise<void>;
  /** What `tokenizer audit verify` finds. */
  verifyAudit(): Promise<{ ok: boolean; events: number; faults: number; list: unknown[] }>;
  close(): Promise<void>;
}

export interface WorldOptions {
  stores: (parts: { directory: string; replicas: number }) => Promise<Stores>;
  replicas?: number;
  config?: Partial<TokenizerConfig>;
  /** Of the application's SDK. */
  client?: ResilienceOptions;
  env?: NodeJS.ProcessEnv;
  /** False: the replicas are left to be started. */
  start?: boolean;
}

const ample = 10_000_000;

export async function openWorld({
  stores: openStores,
  replicas: count = 1,
  config: more = {},
  client,
  env: given = {},
  start = true,
}: WorldOptions): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'lunasec-faults-'));
  const stores = await openStores({ directory, replicas: count });
  const needsDrivers = stores.databases.length > 0 || stores.keys !== undefined;
  const env = { ...given, ...(needsDrivers ? {} : { FAULTS_WITHOUT_DRIVERS: 'true' }) };
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const publicURL = count === 1 ? `http://127.0.0.1:${ports[0]}` : 'http://tokenizer.localhost';
  const frames = new Set<Frame>();
  let offset = 0;
  let version = 0;
  let changing = 0;
  let closed = false;

  let turn = 0;
  const route: typeof globalThis.fetch = async (input, init) => {
    const path = String(input).replace(publicURL, '');
    for (let attempt = 1; ; attempt++) {
      const { url } = replicas[turn++ % replicas.length]!;
      try {
        return await fetch(url + path, init);
      } catch (error) {
        // As load balancers do: what was not even taken goes elsewhere.
        const { cause } = error as { cause?: { code?: string } };
        if (cause?.code !== 'ECONNREFUSED' || attempt === replicas.length) throw error;
      }
    }
  };

  const app = await startApp({ directory, tokenizerURL: publicURL, fetch: route, client });
  const config: TokenizerConfig = {
    publicURL,
    dataDirectory: join(directory, 'tokenizer'),
    logLevel: 'error',
    sweepInterval: '1h',
    // What is refused here is refused because of a fault.
    overload: unhurried,
    applications: [
      {
        id: 'app',
        jwks: app.jwks,
        origins: [app.origin],
        serverSide: { tokenize: true, detokenize: true },
      },
    ],
    rates: {
      session: ample,
      sessionTokens: ample,
      application: ample,
      applicationTokens: ample,
      createSession: ample,
    },
    ...more,
  };

  let standby = spawnTokenizer(env);
  async function takeProcess(): Promise<TokenizerProcess> {
    const taken = await standby;
    if (!closed) standby = spawnTokenizer(env);
    standby.catch(() => undefined);
    return taken;
  }

  function createReplica(port: number, index: number): Replica {
    let process: TokenizerProcess | undefined;
    return {
      url: `http://127.0.0.1:${port}`,
      database: stores.databases[index],
      objects: stores.objectStores[index],
      process: () => process!,
      isRunning: () => process?.isRunning() === true,
      async start(arm) {
        process = await takeProcess();
        const own = { ...config, ...stores.config(index), ...stores.keys, port };
        await process.order('start', { config: own, offset, arm });
      },
      kill: async () => process?.kill(),
      async stop() {
        if (process?.isRunning()) await process.order('stop').catch(() => undefined);
        await process?.ended;
      },
    };
  }
  const replicas = ports.map(createReplica);

  const ready = async (replica = replicas[0]!) => {
    const response = await fetch(`${replica.url}/readyz`);
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  const running = () => replicas.filter((replica) => replica.isRunning());

  try {
    if (start) for (const replica of replicas) await replica.start();
  } catch (error) {
    await close();
    throw error;
  }

  async function close(): Promise<void> {
    closed = true;
    // Ends the one that waits as well: it has no orders, and no parent then.
    await Promise.all(replicas.map((replica) => replica.kill()));
    await (await standby.catch(() => undefined))?.kill();
    await Promise.all([...frames].map((frame) => frame.close()));
    await app.close();
    await stores.close();
    await rm(directory, { recursive: true, force: true });
  }

  return {
    app,
    replicas,
    stores,
    config,
    clock: {
      offset: () => offset,
      now: () => Date.now() + offset,
      version: () => (changing > 0 ? NaN : version),
      async set(next) {
        changing++;
        offset = next;
        await Promise.all(
          running().map((replica) =>
            // One that is killed meanwhile starts with the new time.
            replica
              .process()
              .order('clock', { offset })
              .catch(() => undefined),
          ),
        );
        version++;
        changing--;
      },
    },
    fetch: route,
    frame(session) {
      const frame = openFrame({ app, session, tokenizer: route });
      frames.add(frame);
      return {
        ...frame,
        close: async () => {
          frames.delete(frame);
          await frame.close();
        },
      };
    },
    ready,
    untilPrepared: async () => void (await standby),
    async sweep() {
      for (const replica of running()) {
        const { outcome } = await replica.process().order<{ outcome: string }>('sweep');
        if (outcome === 'done') return;
      }
      throw new Error('No replica may sweep.');
    },
    async verifyAudit() {
      const file = join(directory, 'config.json');
      const { applications, dataDirectory } = config;
      await writeFile(
        file,
        JSON.stringify({ applications, dataDirectory, ...stores.config(null), ...stores.keys }),
      );
      const args = [main, '-c', file, 'audit', 'verify', '--json'];
      const { stdout } = await promisify(execFile)(process.execPath, args, {
        env: { ...process.env, ...env },
      }).catch((error: { stdout: string; stderr: string }) => {
        if (error.stdout) return error;
        throw new Error(error.stderr);
      });
      return JSON.parse(stdout) as Awaited<ReturnType<World['verifyAudit']>>;
    },
    close,
  };
}
