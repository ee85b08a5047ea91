import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';

/** What a command talks to. */
export interface IO {
  /** For what the command is asked for; one line, or several. */
  out(text: string): void;
  /** For whoever watches. */
  err(text: string): void;
  /** All of standard input; undefined when that is a terminal, where nobody would know to type. */
  input(): Promise<string | undefined>;
  now(): Date;
  /** Asks whoever is there; undefined when nobody is. */
  ask?: ((question: string) => Promise<string>) | undefined;
  /** The command did its work, and what it found makes it end with exit code 1. */
  fail(): void;
}

/** The process's own. */
export const processIO: IO = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  input: async () => (process.stdin.isTTY ? undefined : text(process.stdin)),
  now: () => new Date(),
  ask: process.stdin.isTTY ? askOnTerminal : undefined,
  fail: () => void (process.exitCode = 1),
};

async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** A mistake of whoever calls the command: its message is all they need. Exit code 2. */
export class UsageError extends Error {}
