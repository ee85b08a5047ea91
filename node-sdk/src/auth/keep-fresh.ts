import type { Log } from '../log.js';
import type { SigningKey } from './signing-key.js';

/** The private keys as they are now: the one that signs, the next, and those that signed before. */
export type FindKeys = () => readonly SigningKey[] | Promise<readonly SigningKey[]>;

/** After a failure, in seconds. */
const pause = 30;

export interface FreshParts {
  /** As loaded at start. */
  keys: readonly SigningKey[];
  load(): Promise<readonly SigningKey[]>;
  /** Named in warnings. */
  place: string;
  /** Seconds after which they are loaded again by whoever asks next. */
  interval: number;
  now: () => Date;
  log: Log;
}

/** Loads keys again when they are old. While that fails, the old ones stay in use, with a warning each time. */
export function keepFresh({ keys, load, place, interval, now, log }: FreshParts): FindKeys {
  const inSeconds = (seconds: number) => now().getTime() + seconds * 1000;
  let due = inSeconds(interval);
  let loading: Promise<void> | undefined;

  async function reload(): Promise<void> {
    try {
      keys = await load();
      due = inSeconds(interval);
    } catch (cause) {
      log.warn(`The signing keys in ${place} cannot be loaded again; the old ones stay in use.`, cause);
      due = inSeconds(pause);
    } finally {
      loading = undefined;
    }
  }

  return async () => {
    if (now().getTime() >= due) await (loading ??= reload());
    return keys;
  };
}
