import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createChannel, stop } from './channel.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const probe = path('probe.mjs');
/** How long a process may take to start, in milliseconds. */
const patience = 120_000;
/** How long it may take to end, in milliseconds. */
const endsWithin = 15_000;

/**
 * A process that says `… on http://…` on its output once it answers, with the probe in it. `cpu()` gives the milliseconds of CPU
 * time since it was asked last.
 */
export async function startServer(module, { args = [], environment = {}, execArgv = [] } = {}) {
  const child = fork(path(module), args, {
    execArgv: ['--expose-gc', '--import', probe, ...execArgv],
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${module} ${why}.\n${log}`));
    const timer = setTimeout(() => fail('did not start in time'), patience);
    child.once('exit', (code) => fail(`ended with ${code}`));
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        log = (log + text).slice(-4000);
        const [, found] = /\bon (http:\S+)/.exec(text) ?? [];
        if (!found) return;
        clearTimeout(timer);
        resolve(found);
      });
  });
  const ask = createChannel(child, { within: Infinity });
  return {
    url,
    async cpu() {
      const { cpuMilliseconds } = await ask();
      return cpuMilliseconds;
    },
    stop: () => stop(child, endsWithin),
  };
}

/** The process that makes load. */
export async function startLoad() {
  const child = fork(path('load-process.mjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ask = createChannel(child, { within: Infinity });
  return {
    /**
     * Sends requests, so many at a time over kept connections, the bodies one after the other. Gives how long it took and the
     * latencies' percentiles, in milliseconds. Fails when one was not answered with what it asked for.
     */
    run: ({ urls, headers = {}, bodies, count, concurrency }) =>
      ask({ urls, headers, bodies, count, concurrency }),
    stop: () => stop(child, endsWithin),
  };
}

/** A process that does one thing again and again; `run` gives the microseconds of its CPU time that it takes, on average. */
export function startSide(module, parameters) {
  const child = fork(path('side-process.mjs'), {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      LUNASEC_BENCH_SIDE: JSON.stringify({ module, parameters }),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ask = createChannel(child, { within: Infinity });
  return { run: (times) => ask({ times }), stop: () => stop(child, endsWithin) };
}
