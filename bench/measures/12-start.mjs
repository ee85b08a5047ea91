import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { root } from '../../scripts/lib/workspace.mjs';
import { inTurn, ratioOf } from '../lib/in-turn.mjs';
import { freePort } from '../../scripts/services/ports.mjs';
import { startServer } from '../lib/processes.mjs';
import { temporaryDirectory } from '../lib/tokenizer.mjs';
import { median } from '../lib/statistics.mjs';

export const measure = {
  number: 12,
  id: 'start',
  title: '`npm start`, installed and built, to the first page that answers',
  baseline: 'Apollo Server over Express that answers `{ hello }`, from its start to its first answer',
  target: null,
  about: 'Seconds are the machine’s; the ratio to a small server is what can be compared.',

  why: 'Two servers load their code at the same time, on two cores that had other work. In a short run of one round with less of it, the page came after 1.7 s.',
  async run({ isQuick }) {
    const pairs = await inTurn({
      rounds: isQuick ? 1 : 7,
      subject: start,
      baseline: startHello,
    });
    const seconds = ratioOf(
      pairs.map(({ subject }) => ({ subject, baseline: { page: 1 } })),
      ({ page }) => page,
    );
    const step = (name) => median(pairs.map(({ subject }) => subject[name]));
    const steps = [
      `npm and checks ${step('checked').toFixed(2)} s`,
      `tokenizer answers after ${step('tokenizer').toFixed(2)} s`,
      `first page after ${step('page').toFixed(2)} s`,
      `all ready after ${step('ready').toFixed(2)} s`,
    ].join(', ');
    return [
      {
        id: 'seconds',
        what: 'seconds to the first page',
        baseline: 'none: it is a time',
        ...seconds,
        unit: ' s',
        target: { atMost: 3 },
        shown: steps,
      },
      { id: 'ratio', what: 'against the small server', ...ratioOf(pairs, ({ page }) => page), shown: '' },
    ];
  },
};

/** Runs `npm start` on ports and data of its own; gives the seconds after which each step was done. */
async function start() {
  const data = temporaryDirectory();
  const [demo, tokenizer] = [await freePort(), await freePort()];
  const begun = performance.now();
  const since = () => (performance.now() - begun) / 1000;
  const child = spawn('npm', ['start'], {
    cwd: root,
    // A group of its own: npm starts a shell, that a process, and this one the servers.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_ENV: '',
      LUNASEC_DATA: data.path,
      DEMO_PORT: String(demo),
      TOKENIZER_PORT: String(tokenizer),
    },
  });
  const ended = once(child, 'exit');
  const steps = {};
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += stripVTControlCharacters(text);
      if (output.includes('Starting the')) steps.checked ??= since();
      if (output.includes('Ready in')) steps.ready ??= since();
    });
  try {
    await Promise.race([
      Promise.all([
        answers(`http://127.0.0.1:${tokenizer}/readyz`).then(() => (steps.tokenizer = since())),
        answers(`http://localhost:${demo}/`).then(() => (steps.page = since())),
      ]),
      ended.then(() => Promise.reject(new Error(`npm start ended:\n${output}`))),
    ]);
    while (steps.ready === undefined && child.exitCode === null) await sleep(20);
    return steps;
  } finally {
    if (child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
    data.remove();
  }
}

async function startHello() {
  const begun = performance.now();
  const server = await startServer('../servers/hello.mjs');
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ hello }"}',
  });
  await response.text();
  const page = (performance.now() - begun) / 1000;
  await server.stop();
  return { page };
}

async function answers(url) {
  for (const until = Date.now() + 60_000; ; await sleep(10))
    try {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.ok) return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
}
