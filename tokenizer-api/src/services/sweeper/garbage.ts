import type { ObjectStore } from '../../stores/object-store/port.js';
import { presignedSeconds, transferSeconds } from '../../stores/object-store/presigned.js';
import type { Garbage, TokenRecord, TokenStore } from '../../stores/token-store/port.js';
import { mapConcurrently } from '../concurrency.js';
import { objectKey } from '../object-key.js';

/** Milliseconds from the last signed upload of a token to when its object cannot appear any more. */
const uploadGrace = (presignedSeconds + transferSeconds) * 1000;
const batchSize = 500;
/** How many uploads in parts are given up at a time. */
const aborting = 16;

/** Writes to the audit what is removed. Called before: a sweep that breaks off rather tells it twice than never. */
export type RecordSwept = (
  action: 'sweepTokens' | 'removeOrphans',
  applicationId: string,
  tokens: readonly string[],
) => Promise<void>;

/**
 * Removes tokens that no server accepted, with their keys, objects and parts, and the objects of deleted tokens. A batch is
 * forgotten after its objects are gone: wherever this stops, the next one begins with what is left. `keepLease` is
 * called before each batch.
 */
export async function sweepGarbage({
  store,
  objects,
  record,
  now,
  keepLease,
  onSettled,
}: {
  store: Pick<TokenStore, 'takeGarbage' | 'settleGarbage' | 'findTokens'>;
  objects: Pick<ObjectStore, 'delete' | 'abortMultipart'>;
  record: RecordSwept;
  now: () => Date;
  keepLease: () => Promise<void>;
  onSettled: (settled: readonly Garbage[]) => void;
}): Promise<void> {
  for (;;) {
    await keepLease();
    const before = new Date(now().getTime() - uploadGrace);
    const garbage = await store.takeGarbage(before, batchSize);
    if (garbage.length === 0) return;
    // Before the objects go, so that none is made of parts meanwhile.
    await mapConcurrently(garbage, aborting, async ({ applicationId, token, uploadId }) => {
      if (uploadId !== null) await objects.abortMultipart({ key: objectKey(applicationId, token), uploadId });
    });
    await objects.delete(garbage.map(({ applicationId, token }) => objectKey(applicationId, token)));
    const final = await withoutUploads(garbage, before);
    await recordExpired(final);
    if (final.length > 0) await store.settleGarbage(final);
    onSettled(final);
    if (garbage.length < batchSize || final.length === 0) return;
  }

  /** A batch may be of several applications; what they record at the same time is written together. */
  async function recordExpired(garbage: readonly Garbage[]): Promise<void> {
    const expired = garbage.filter(({ status }) => status === 'expired');
    await Promise.all(
      [...new Set(expired.map((it) => it.applicationId))].map((id) =>
        record(
          'sweepTokens',
          id,
          expired.filter(({ applicationId }) => applicationId === id).map(({ token }) => token),
        ),
      ),
    );
  }

  /** Those to which no signed upload can be open: a token that was deleted, or whose session ended, while new waits. */
  async function withoutUploads(garbage: readonly Garbage[], before: Date): Promise<Garbage[]> {
    const waiting = new Set<string>();
    for (const applicationId of new Set(garbage.map((it) => it.applicationId))) {
      const tokens = garbage.filter((it) => it.applicationId === applicationId).map(({ token }) => token);
      for (const record of await store.findTokens(applicationId, tokens))
        if (lastUploadSigned(record) > before) waiting.add(record.token);
    }
    return garbage.filter(({ token }) => !waiting.has(token));
  }
}

/** Uploads are signed while a token is pending. */
const lastUploadSigned = ({
  status,
  storeGrantExpiresAt,
  acceptedAt,
  deletedAt,
  createdAt,
}: TokenRecord): Date =>
  status === 'expired' ? storeGrantExpiresAt : (acceptedAt ?? deletedAt ?? createdAt);
