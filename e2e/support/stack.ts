import { startTokenizer, type RunningTokenizer, type TokenizerConfig } from '@lunasec/tokenizer-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemo } from '@lunasec/demo-graphql-app';
import { createOutages, takeAway } from './outages.js';
import { unhurried } from './overload.js';
import { freePort } from './ports.js';
import { startProxy } from './proxy.js';
import type { SharedStores } from './services.js';

export interface Clock {
  /** Milliseconds by which the tokenizer's clock is ahead of the machine's. */
  offset: number;
}

export interface Stack {
  appURL: string;
  tokenizerURL: string;
  /** Holds everything that tokenizer and app write to disk. */
  directory: string;
  /** Where the tokenizer keeps its data, if not on disk. */
  stores: SharedStores | undefined;
  tokenizer: RunningTokenizer;
  clock: Clock;
  /** Stops the tokenizer. Returns a function that starts it again, at the same address with the same data. */
  stopTokenizer(): Promise<() => Promise<void>>;
  /** Takes the embedded object store away, as an unmounted disk would be, until the returned function puts it back. */
  stopObjectStore(): Promise<() => Promise<void>>;
  /** Ends every outage and sets the clock right. For after each test: one that fails half-way must not fail those after it. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export interface AppParts {
  port: number;
  url: string;
  tokenizerURL: string;
  dataDirectory: string;
}

export type StartApp = (parts: AppParts) => Promise<{ close(): Promise<void> }>;

const startDemoApp =
  (samples: boolean): StartApp =>
  ({ port, url, tokenizerURL, dataDirectory }) =>
    startDemo({
      port,
      samples,
      url,
      tokenizerURL,
      dataDirectory,
      webDirectory: join(import.meta.dirname, '../../demo-graphql-app/dist/web'),
    });

export interface StackOptions {
  startApp?: StartApp;
  /** Default: the embedded stores. */
  createStores?: ((tokenizerURL: string) => Promise<SharedStores>) | undefined;
  /** Limits of all applications, besides the defaults. */
  limits?: TokenizerConfig['limits'];
  /** Calls by the minute, besides the defaults. */
  rates?: TokenizerConfig['rates'];
  /** The demo begins with some patients. */
  samples?: boolean;
  /** How far browsers and servers are from each other, one way, in milliseconds. Default: not at all. */
  distance?: number;
  /** Default: there is no console. */
  console?: Pick<TokenizerConfig, 'console' | 'consoleLogin'>;
}

/** Runs a tokenizer and one app beside it, on two sites: `127.0.0.1` and `localhost`. */
export async function startStack({
  samples = false,
  startApp = startDemoApp(samples),
  createStores,
  limits,
  rates,
  distance = 0,
  console: consoleSettings,
}: StackOptions = {}): Promise<Stack> {
  const directory = await mkdtemp(join(tmpdir(), 'lunasec-e2e-'));
  const [tokenizerPort, appPort] = [await freePort(), await freePort()];
  const ways = await Promise.all([tokenizerPort, appPort].map((port) => wayTo(port, distance)));
  const [tokenizerWay, appWay] = ways.map((way) => way.port);
  const tokenizerURL = `http://127.0.0.1:${tokenizerWay}`;
  const appURL = `http://localhost:${appWay}`;
  const clock: Clock = { offset: 0 };
  const stores = await createStores?.(tokenizerURL);

  const start = () =>
    startTokenizer(
      {
        host: '127.0.0.1',
        port: tokenizerPort,
        publicURL: tokenizerURL,
        dataDirectory: join(directory, 'tokenizer'),
        // Faults are what the tests are about: their log lines would only hide the report.
        logLevel: 'fatal',
        metrics: { port: 0 },
        overload: unhurried,
        applications: [{ id: 'demo', jwksURL: `${appURL}/.lunasec/jwks.json`, origins: [appURL] }],
        ...(limits && { limits }),
        ...(rates && { rates }),
        ...consoleSettings,
        ...stores?.config,
      },
      { now: () => new Date(Date.now() + clock.offset) },
    );
  let tokenizer = await start();
  const outages = createOutages();
  const app = await startApp({
    port: appPort,
    url: appURL,
    tokenizerURL,
    dataDirectory: join(directory, 'app'),
  });

  return {
    appURL,
    tokenizerURL,
    directory,
    stores,
    get tokenizer() {
      return tokenizer;
    },
    clock,
    stopTokenizer: async () => {
      await tokenizer.close();
      return outages.begin(async () => {
        tokenizer = await start();
      });
    },
    stopObjectStore: async () => outages.begin(await takeAway(join(directory, 'tokenizer/objects'))),
    recover: async () => {
      clock.offset = 0;
      await outages.endAll();
    },
    close: async () => {
      await app.close();
      await tokenizer.close();
      await Promise.all(ways.map((way) => way.close()));
      await stores?.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Where to connect to, to reach a server of this machine as if it were so many milliseconds away. */
async function wayTo(port: number, milliseconds: number): Promise<{ port: number; close(): Promise<void> }> {
  if (milliseconds === 0) return { port, close: () => Promise.resolve() };
  const proxy = await startProxy({ host: '127.0.0.1', port });
  await proxy.set({ kind: 'delay', milliseconds });
  return { port: Number(proxy.host.split(':')[1]), close: () => proxy.close() };
}
