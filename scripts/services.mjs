#!/usr/bin/env node
/**
 * `npm run services`: starts MongoDB, S3 and KMS for the tests and says how to reach them, until Ctrl-C.
 * `npm run services -- npm run unit`: runs a command with them, and stops them after it.
 */
import { spawn } from 'node:child_process';
import { bold, dim, green, note, red, seconds, step, yellow } from './lib/progress.mjs';
import { isInstalled, install, requireNode } from './lib/workspace.mjs';

requireNode();
if (!isInstalled()) {
  const { code } = await step('Installing dependencies (npm ci; a few minutes the first time)', install);
  if (code !== 0) process.exit(1);
}
const { startServices } = await import('./services/index.mjs');

const since = Date.now();
let services;
const starting = startServices({ note }).then((started) => (services = started));
let stopping = false;
const stop = async (exitCode) => {
  if (stopping) return;
  stopping = true;
  await services?.stop();
  process.exit(exitCode);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(130));

await starting;
for (const { name, what } of services.started) console.log(`${green('●')} ${bold(name)}  ${what}`);
for (const { name, why } of services.missing) console.log(`${yellow('○')} ${bold(name)}  missing: ${why}`);
if (services.started.length === 0) {
  console.error(red('\nNone of the services can be had on this machine.'));
  await stop(1);
}

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.log(`\n${dim('# For another terminal:')}`);
  for (const [name, value] of Object.entries(services.environment)) console.log(`export ${name}='${value}'`);
  console.log(dim(`\nReady in ${seconds(since)}. Stop with Ctrl-C.`));
} else {
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...services.environment },
    shell: process.platform === 'win32',
  });
  child.on('error', (error) => {
    console.error(red(`${command}: ${error.message}`));
    void stop(1);
  });
  child.on('exit', (code) => stop(code ?? 1));
}
