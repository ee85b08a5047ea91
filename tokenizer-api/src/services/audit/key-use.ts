import type { KeyIds, KeyProvider } from '../../stores/key-provider/port.js';

/** The action of events that tell which wrapping keys a process uses, in `details`: the active one, and all. */
export const keyUseAction = 'useKeys';

/**
 * Records which wrapping keys this process uses: when it starts, and whenever that has changed when it is asked again.
 * So the audit tells since when a key was in use, and when one was added, became active or was retired.
 */
export function createKeyUse({
  keys,
  record,
}: {
  keys: Pick<KeyProvider, 'keyIds'>;
  record: (action: string, details: KeyIds) => Promise<void>;
}): () => Promise<void> {
  let recorded: string | undefined;
  return async () => {
    const { active, all } = await keys.keyIds();
    const details = { active, all: [...all].sort() };
    const text = JSON.stringify(details);
    if (text === recorded) return;
    await record(keyUseAction, details);
    recorded = text;
  };
}
