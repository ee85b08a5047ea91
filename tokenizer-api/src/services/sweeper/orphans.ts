import { z } from 'zod';
import type { ObjectStore } from '../../stores/object-store/port.js';
import type { TokenStore } from '../../stores/token-store/port.js';
import { objectKey } from '../object-key.js';
import type { RecordSwept } from './garbage.js';

/** Objects that are looked at in one sweep: pages of the listing, and entries of a page. */
const pagesPerSweep = 10;
const pageSize = 1000;
/** From the start of one look through the whole object store to the start of the next, in milliseconds. */
const passInterval = 86_400_000;
/** Younger objects are left alone, whatever is known of them. Milliseconds. */
const settledAge = 3600_000;

const progressSchema = z.object({
  /** When this pass over the object store began, in milliseconds since 1970. */
  startedAt: z.number(),
  /** Where it is; null when it is complete. */
  place: z.object({ applicationId: z.string(), after: z.string().nullable() }).nullable(),
  /** Orphans that this pass found and left. */
  left: z.number(),
  /** Orphans that the last complete pass found and left. */
  total: z.number(),
});
type Progress = z.output<typeof progressSchema>;

export interface OrphanSweep {
  /** How many orphaned objects there are, as of the last complete pass. */
  total: number;
  /** Orphans that were removed now. */
  removed: number;
  /** Objects of deleted tokens that came back after their removal, and were removed again. */
  leftovers: number;
}

/**
 * Looks through the object store, a bounded part at a time, for objects whose application has no such token: an
 * upload that came after its token was swept, or what a restored database does not know any more. They are counted,
 * and removed only when `removeAfter` is set and they have been known as orphans for that long: after a database was
 * restored from a backup, or the wrong one was configured, there is that much time to notice it. A token's record, of
 * whatever status, protects its object, but for a tombstone: the object of a deleted token has no key any more.
 */
export async function sweepOrphans({
  store,
  objects,
  applicationIds,
  removeAfter,
  record,
  now,
  progress: noted,
  keepLease,
}: {
  store: Pick<TokenStore, 'findTokens' | 'noteOrphans' | 'forgetOrphans'>;
  objects: Pick<ObjectStore, 'list' | 'delete'>;
  applicationIds: readonly string[];
  /** Seconds. Undefined removes none. */
  removeAfter: number | undefined;
  record: RecordSwept;
  now: () => Date;
  /** What was given to `keepLease` last. */
  progress: string | null;
  /** Notes the place, so that another sweep, of another replica too, goes on there. */
  keepLease: (progress: string | null) => Promise<void>;
}): Promise<OrphanSweep> {
  const ids = [...applicationIds].sort();
  const result = { removed: 0, leftovers: 0 };
  let progress = begin(parseProgress(noted));
  for (let page = 0; page < pagesPerSweep && progress.place; page++) {
    progress = await sweepPage(progress, progress.place);
    if (!progress.place) {
      // What was not seen in this pass is no orphan any more.
      await store.forgetOrphans(new Date(progress.startedAt));
      progress = { ...progress, total: progress.left };
    }
    await keepLease(JSON.stringify(progress));
  }
  return { ...result, total: progress.total };

  function begin(last: Progress | undefined): Progress {
    const at = now().getTime();
    if (last && (last.place || at < last.startedAt + passInterval)) return last;
    const place = ids[0] === undefined ? null : { applicationId: ids[0], after: null };
    return { startedAt: at, place, left: 0, total: last?.total ?? 0 };
  }

  async function sweepPage(
    current: Progress,
    { applicationId, after }: NonNullable<Progress['place']>,
  ): Promise<Progress> {
    const at = now().getTime();
    // Listed first and looked up then: a token's record is there before its object.
    const { objects: listed, next } = ids.includes(applicationId)
      ? await objects.list(applicationId, { limit: pageSize, after })
      : { objects: [], next: null };
    const tokens = listed
      .filter(({ storedAt }) => storedAt.getTime() <= at - settledAge)
      .map(({ key }) => key.slice(applicationId.length + 1));

    const orphans = await removeDead(applicationId, tokens, at);
    const foundAt = await store.noteOrphans(applicationId, orphans, new Date(at));
    const due = orphans.filter(
      (token) => removeAfter !== undefined && foundAt.get(token)!.getTime() <= at - removeAfter * 1000,
    );
    const removed = await removeUnknown(applicationId, due, current);
    result.removed += removed;

    const nextApplication = ids.find((id) => id > applicationId);
    const place =
      next !== null
        ? { applicationId, after: next }
        : nextApplication === undefined
          ? null
          : { applicationId: nextApplication, after: null };
    return { ...current, place, left: current.left + orphans.length - removed };
  }

  /** Removes objects of tokens that were deleted long ago. Returns the tokens that have no record at all. */
  async function removeDead(applicationId: string, tokens: readonly string[], at: number): Promise<string[]> {
    const records = await store.findTokens(applicationId, tokens);
    const dead = records
      .filter(({ status, deletedAt }) => status === 'deleted' && deletedAt!.getTime() <= at - settledAge)
      .map(({ token }) => objectKey(applicationId, token));
    if (dead.length > 0) await objects.delete(dead);
    result.leftovers += dead.length;
    const known = new Set(records.map(({ token }) => token));
    return tokens.filter((token) => !known.has(token));
  }

  /** Removes the objects of those that have no record even now. Returns how many. */
  async function removeUnknown(
    applicationId: string,
    due: readonly string[],
    current: Progress,
  ): Promise<number> {
    if (due.length === 0) return 0;
    // Whoever lost the lease must not delete; whoever has it looks again right before.
    await keepLease(JSON.stringify(current));
    const known = new Set((await store.findTokens(applicationId, due)).map(({ token }) => token));
    const unknown = due.filter((token) => !known.has(token));
    if (unknown.length > 0) {
      await record('removeOrphans', applicationId, unknown);
      await objects.delete(unknown.map((token) => objectKey(applicationId, token)));
    }
    return unknown.length;
  }
}

/** What another version noted may be of no use: then a pass begins anew. */
function parseProgress(text: string | null): Progress | undefined {
  if (text === null) return undefined;
  try {
    return progressSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
