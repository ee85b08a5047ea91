import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the built `tokenizer` as a process of its own, with no settings but these. */
export function spawnCLI(
  args: readonly string[],
  { directory, environment = {} }: { directory: string; environment?: Record<string, string> },
): { child: ChildProcess; ended: Promise<Ended>; output: { stdout: string; stderr: string } } {
  if (!existsSync(main))
    throw new Error('The tokenizer is not built: npm run build -w @lunasec/tokenizer-api');
  const child = spawn(process.execPath, [main, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...output })));
  return { child, ended, output };
}

export const runCLI = (...parameters: Parameters<typeof spawnCLI>): Promise<Ended> =>
  spawnCLI(...parameters).ended;
