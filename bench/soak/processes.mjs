import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createChannel, stop } from '../lib/channel.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
/** How long a process may take to start, and to end, in milliseconds. */
const patience = { start: 60_000, end: 40_000 };

/** Asks by name, too. */
function asking(child) {
  const send = createChannel(child);
  return (ask, parameters = {}) => send({ ask, ...parameters });
}

/** Waits for what tells that a process is ready, in a message or in a line of its output. */
function ready(child, isReady) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('It did not start in time.')), patience.start);
    child.once('exit', (code) => reject(new Error(`It ended with ${code}.`)));
    isReady((result) => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}

/**
 * The tokenizer as in production, `tokenizer start`, with a probe beside it that is asked over the process's channel. Its log is
 * kept to the last lines.
 */
export async function startTokenizer(environment) {
  const log = [];
  const child = fork(path('../../tokenizer-api/dist/main.js'), ['start'], {
    execArgv: ['--expose-gc', '--import', path('../lib/probe.mjs')],
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const url = await ready(child, (tell) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        log.push(...text.split('\n').filter(Boolean));
        log.splice(0, log.length - 200);
        const [, found] = /^Tokenizer on (\S+)/m.exec(text) ?? [];
        if (found) tell(found);
      });
  }).catch((error) => {
    throw new Error(`The tokenizer did not start: ${error.message}\n${log.join('\n')}`);
  });
  return { url, pid: child.pid, log, ask: asking(child), stop: () => stop(child, patience.end) };
}

/** A process that makes load for a tokenizer. */
export async function startGenerator({ tokenizerURL, privateJWK }) {
  const child = fork(path('generator.mjs'), {
    env: { ...process.env, SOAK_GENERATOR: JSON.stringify({ tokenizerURL, privateJWK }) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await ready(child, (tell) => child.once('message', tell));
  return { ask: asking(child), stop: () => stop(child, patience.end) };
}
