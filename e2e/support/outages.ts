import { rename, rm, writeFile } from 'node:fs/promises';

export interface Outages {
  /** Takes how an outage ends that has begun. Returns the same, which does nothing once it is over. */
  begin(end: () => Promise<void>): () => Promise<void>;
  endAll(): Promise<void>;
}

/** The outages that last. */
export function createOutages(): Outages {
  const lasting = new Set<() => Promise<void>>();
  return {
    begin(end) {
      const endOnce = async () => {
        if (lasting.delete(endOnce)) await end();
      };
      lasting.add(endOnce);
      return endOnce;
    },
    async endAll() {
      for (const end of lasting) await end();
    },
  };
}

/** Takes a directory away until the returned function puts it back. */
export async function takeAway(directory: string): Promise<() => Promise<void>> {
  const away = `${directory}-away`;
  await rename(directory, away);
  // A file where the directory was: every access fails, and nothing can quietly make it anew.
  await writeFile(directory, '');
  return async () => {
    await rm(directory);
    await rename(away, directory);
  };
}
