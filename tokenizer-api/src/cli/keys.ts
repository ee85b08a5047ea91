import { Command } from 'commander';
import { countKeyUse } from '../services/keys/rotation.js';
import type { KeyUse } from '../services/keys/rotation.js';
import { activateKey, addKey, retireKey } from '../stores/key-provider/edit-key-file.js';
import { KeyFileError } from '../stores/key-provider/key-file.js';
import { keyFileOf, withKeyTools } from './key-tools.js';

export const keysCommand = (): Command =>
  new Command('keys')
    .description('The keys that wrap data keys.')
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(activateCommand())
    .addCommand(retireCommand());

const listCommand = () =>
  new Command('list')
    .description('Show the keys, and how much is under each.')
    .option('--json', 'print one JSON object, for programs')
    .action(async ({ json }: { json?: true }, command: Command) => {
      const uses = await withKeyTools(command, (tools) => countKeyUse(tools));
      if (json) console.log(JSON.stringify({ keys: uses }, null, 2));
      else for (const line of tableOf(uses)) console.log(line);
    });

const addCommand = () =>
  new Command('add')
    .description(
      'Add a new key to the key file. Nothing is wrapped under it before it is made active: where tokenizers have ' +
        'copies of the file, give all of them the new one first.',
    )
    .action(async (_options, command: Command) => {
      await withKeyTools(command, async ({ settings, audit }) => {
        const path = keyFileOf(settings);
        const id = await addKey(path);
        await audit.recordOwn('addKey', { keyId: id });
        console.log(`Added the key ${id}. Back up ${path}. Next: tokenizer keys activate ${id}`);
      });
    });

const activateCommand = () =>
  new Command('activate')
    .description(
      'Make a key of the key file the one that wraps. Tokenizers that read it follow within 5 seconds.',
    )
    .argument('<id>', 'the key')
    .action(async (id: string, _options, command: Command) => {
      await withKeyTools(command, async ({ settings, audit }) => {
        await activateKey(keyFileOf(settings), id);
        await audit.recordOwn('activateKey', { keyId: id });
        console.log(`The key ${id} is active. Next: tokenizer rotate-keys`);
      });
    });

const retireCommand = () =>
  new Command('retire')
    .description('Take a key that nothing is under out of the key file, into a file of its own.')
    .argument('<id>', 'the key')
    .action(async (id: string, _options, command: Command) => {
      await withKeyTools(command, async ({ settings, store, keys, audit }) => {
        const path = keyFileOf(settings);
        const use = (await countKeyUse({ store, keys })).find(({ keyId }) => keyId === id);
        if (use && !use.isActive && use.dataKeys + use.secrets > 0)
          throw new KeyFileError(
            `Under the key ${id} there are ${use.dataKeys} data keys and ${use.secrets} secrets. Run: tokenizer rotate-keys`,
          );
        const retired = await retireKey(path, id, () => new Date());
        await audit.recordOwn('retireKey', { keyId: id });
        console.log(
          `The key ${id} is in ${retired} now. Backups of the database that are older than the last rotation need it: ` +
            'destroy it when they are gone.',
        );
      });
    });

function tableOf(uses: readonly KeyUse[]): string[] {
  const stateOf = ({ isActive, isKnown, dataKeys, secrets }: KeyUse) => {
    if (isActive) return 'active';
    if (!isKnown) return 'missing: restore it';
    return dataKeys + secrets === 0 ? 'not used' : 'to be rotated';
  };
  const rows = [
    ['KEY', 'DATA KEYS', 'SECRETS', 'STATE'],
    ...uses.map((use) => [use.keyId, String(use.dataKeys), String(use.secrets), stateOf(use)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 1 || column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
