import type { TokenizerConfig } from '@lunasec/tokenizer-api';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const script = join(import.meta.dirname, 'tokenizer.mjs');

/** What the process of tokenizer.mjs is told to do, and with what. */
export interface Orders {
  start: { config: TokenizerConfig; offset: number; arm?: number | undefined };
  clock: { offset: number };
  arm: { at: number | null };
  disarm: object;
  failures: { rate: number; seed: number };
  lies: { names: string[] };
  sweep: object;
  checkpoint: object;
  rotate: object;
  rewrap: object;
  stop: object;
}

export interface TokenizerProcess {
  pid: number;
  /** Rejects when it fails, or when the process ends before it has answered. */
  order<T = unknown>(order: keyof Orders, given?: Orders[keyof Orders]): Promise<T>;
  isRunning(): boolean;
  /** Resolves when it has ended, by itself too. */
  ended: Promise<void>;
  /** Ends it as a crash would: at once, in the middle of whatever it does. */
  kill(): Promise<void>;
  /** What it logged, for when a test fails. */
  log(): string;
}

/** A process that has loaded everything and waits for its orders, so that a start afterwards takes no time. */
export async function spawnTokenizer(env: NodeJS.ProcessEnv = {}): Promise<TokenizerProcess> {
  const child = fork(script, [], {
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr!.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000)));
  const ended = once(child, 'exit').then(() => undefined);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on('message', ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error === undefined) resolve?.(result);
    else reject?.(new Error(error));
  });
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`The tokenizer's process ended. ${log}`));
    waiting.clear();
  });
  const answer = <T>(id: number) =>
    new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
    });
  await answer(0);
  return {
    pid: child.pid!,
    async order<T>(order: keyof Orders, given: Orders[keyof Orders] = {}) {
      if (!isRunning() || !child.connected) throw new Error(`The tokenizer's process ended. ${log}`);
      const id = ++lastId;
      const answered = answer<T>(id);
      send(child, { id, order, ...given });
      return answered;
    },
    isRunning,
    ended,
    async kill() {
      if (isRunning()) child.kill('SIGKILL');
      await ended;
    },
    log: () => log,
  };
}

/** It may end at any moment; then its orders reject. */
const send = (child: ChildProcess, message: object) => child.send(message, () => undefined);
