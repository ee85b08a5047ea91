import { spawn } from 'node:child_process';

const running = new Set();
// However this process ends, short of SIGKILL, nothing that it started stays behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** How long a server may take until it is ready, in milliseconds. */
const startLimit = 30_000;

/**
 * Starts a server and resolves once `isReady()` gives true. When it ends before, or takes too long, rejects with the
 * last that it wrote.
 */
export async function startProcess(command, args, { env = {}, cwd, isReady }) {
  // A group of its own: Ctrl-C in a terminal reaches this process first, which then stops its servers in order.
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  running.add(child);
  let output = '';
  const keep = (chunk) => (output = (output + chunk).slice(-4000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let ended;
  const end = new Promise((resolve) => {
    const onEnd = (reason) => {
      running.delete(child);
      ended ??= reason;
      resolve();
    };
    child.once('error', (error) => onEnd(error.message));
    child.once('exit', (code, signal) => onEnd(`it ended with ${signal ?? `code ${code}`}`));
  });
  const stop = async () => {
    if (ended) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await end;
    clearTimeout(timer);
  };

  const until = Date.now() + startLimit;
  while (!ended && !(await isReady())) {
    if (Date.now() > until) {
      await stop();
      ended = `it was not ready after ${startLimit / 1000} s`;
    } else await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (ended) throw new Error(`${ended}${output && `; it said:\n${output.trim()}`}`);
  return { stop };
}

/** Runs a command to its end and gives what it wrote to stdout. Rejects with what it wrote to stderr. */
export function runToEnd(command, args, { env = {}, cwd, timeout = 0 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
    });
    running.add(child);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err = (err + chunk).slice(-4000)));
    child.once('error', reject).once('close', (code, signal) => {
      running.delete(child);
      if (code === 0) resolve(out);
      else reject(new Error(err.trim() || out.trim() || `it ended with ${signal ?? `code ${code}`}`));
    });
  });
}
