import { Command } from 'commander';
import { setTimeout as wait } from 'node:timers/promises';
import { rotateKeys } from '../services/keys/rotation.js';
import type { Rotated } from '../services/keys/rotation.js';
import { activateKey, addKey } from '../stores/key-provider/edit-key-file.js';
import { keyFileAge } from '../stores/key-provider/local.js';
import { keyFileOf, withKeyTools } from './key-tools.js';
import type { KeyTools } from './key-tools.js';
import { createProgress } from './progress.js';

export const rotateKeysCommand = (): Command =>
  new Command('rotate-keys')
    .description(
      'Wrap every data key anew under the active key, while tokenizers serve. Objects are not touched. ' +
        'May be ended at any time and run again. Ends with 1 if anything is left under another key.',
    )
    .option(
      '--new',
      'make a new key and make it active before: where all tokenizers read the key file of these settings',
    )
    .action(async (options: { new?: true }, command: Command) => {
      await withKeyTools(command, async (tools) => {
        if (options.new) await makeNewKey(tools);
        const { store, keys, audit } = tools;
        const { active } = await keys.keyIds();
        await audit.recordOwn('rotateKeys', { active, state: 'started' });
        const progress = createProgress('data keys');
        let rotated: Rotated;
        try {
          rotated = await rotateKeys({ store, keys, onProgress: progress.update });
        } finally {
          progress.stop();
        }
        const { rewrapped, failed, left } = rotated;
        await audit.recordOwn('rotateKeys', { active, state: 'ended', rewrapped, failed });
        print(rotated);
        process.exitCode = left.length === 0 ? 0 : 1;
      });
    });

async function makeNewKey({ settings, audit }: KeyTools): Promise<void> {
  const path = keyFileOf(settings);
  const id = await addKey(path);
  await audit.recordOwn('addKey', { keyId: id });
  await activateKey(path, id);
  await audit.recordOwn('activateKey', { keyId: id });
  console.log(`Made the key ${id}, and made it active. Back up ${path}: without it no value can be read.`);
  // What they wrap under the old key until then would be left over.
  await wait(keyFileAge + 1000);
}

function print({ active, rewrapped, failed, failures, left }: Rotated): void {
  console.log(`Wrapped ${rewrapped} data keys and secrets anew. The active key is ${active}.`);
  for (const { name, keyId, reason } of failures)
    console.error(`${name} stays under the key ${keyId}: ${reason}`);
  if (failed > failures.length) console.error(`… and ${failed - failures.length} more`);
  for (const { keyId, isKnown, dataKeys, secrets } of left)
    console.error(
      `Left under the key ${keyId}: ${dataKeys} data keys and ${secrets} secrets. ` +
        (isKnown
          ? 'Wait until every tokenizer uses the active key, then run this again.'
          : 'The tokenizers do not have this key, so these cannot be read. Restore it.'),
    );
}
