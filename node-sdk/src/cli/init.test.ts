import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initCommand } from './init.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lunasec-init-'));
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(directory, 'index.js'),
    `import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
await startStandaloneServer(new ApolloServer({ typeDefs }));
`,
  );
});
afterEach(() => rmSync(directory, { recursive: true }));

async function init(args: string[], ask?: (question: string) => Promise<string>) {
  const out: string[] = [];
  const io = {
    out: (text: string) => void out.push(text),
    err: () => {},
    input: async () => undefined,
    now: () => new Date(),
    fail: () => {},
    ask,
  };
  await initCommand(io, directory).parseAsync(args, { from: 'user' });
  return out.join('\n');
}
const files = () => readdirSync(directory).sort();

describe('lunasec init', () => {
  test('shows the changes before it asks, and makes them when the answer is yes', async () => {
    const output = await init([], async (question) => {
      expect(question).toBe('Change this? [y/N] ');
      expect(files()).toEqual(['index.js', 'package.json']);
      return 'y';
    });
    expect(output).toContain('--- index.js\n+++ index.js\n@@ ');
    expect(output).toContain('+await startStandaloneServer(new ApolloServer(withLunaSec({ typeDefs })));');
    expect(output).toContain('--- /dev/null\n+++ lunasec.js\n');
    expect(files()).toEqual([
      '.env',
      '.gitignore',
      '.lunasec-key.json',
      'index.js',
      'lunasec.js',
      'package.json',
      'tokenizer.config.yaml',
    ]);
  });

  test.each(['', 'n', 'no', 'yesterday'])('changes nothing when the answer is "%s"', async (answer) => {
    expect(await init([], async () => answer)).toContain('Nothing was changed.');
    expect(files()).toEqual(['index.js', 'package.json']);
  });

  test('changes nothing where nobody can be asked', async () => {
    await expect(init([])).rejects.toThrow('Say --yes');
    expect(files()).toEqual(['index.js', 'package.json']);
  });

  test('says what is wrong with the folder', async () => {
    rmSync(join(directory, 'index.js'));
    await expect(init(['--yes'])).rejects.toThrow('There is no Apollo Server here');
  });
});
