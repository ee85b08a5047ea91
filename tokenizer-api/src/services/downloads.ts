import type { KeyProvider } from '../stores/key-provider/port.js';
import type { ObjectStore, PresignedDownload } from '../stores/object-store/port.js';
import type { TokenRecord } from '../stores/token-store/port.js';
import { objectKey } from './object-key.js';
import { problem } from './problems.js';
import type { Problem, ReportFailure } from './problems.js';

export interface Download extends PresignedDownload {
  /** Bytes of the ciphertext. */
  size: number;
  /** Base64 of 32 bytes. */
  dataKey: string;
}

/** Exactly one of `download` and `problem` is there. */
export interface DetokenizeAnswer {
  token: string;
  download: Download | null;
  problem: Problem | null;
}

/** How many keys are unwrapped, or URLs signed, at a time. */
export const openConcurrency = 32;

export type OpenToken = (record: TokenRecord, requestId: string) => Promise<DetokenizeAnswer>;

/** Hands out the key and the download of an accepted token, to a caller who may have them: UNAVAILABLE if that fails. */
export function createOpenToken({
  objects,
  keys,
  report,
}: {
  objects: Pick<ObjectStore, 'presignDownload'>;
  keys: Pick<KeyProvider, 'unwrap'>;
  report: ReportFailure;
}): OpenToken {
  async function open({ applicationId, token, size, wrappedKey }: TokenRecord): Promise<Download> {
    const dataKey = Buffer.from(await keys.unwrap(wrappedKey!, { applicationId, token }));
    const encoded = dataKey.toString('base64');
    dataKey.fill(0);
    return { ...(await objects.presignDownload(objectKey(applicationId, token))), size, dataKey: encoded };
  }

  return async (record, requestId) => {
    try {
      return { token: record.token, download: await open(record), problem: null };
    } catch (error) {
      report(error, requestId, 'a value could not be opened');
      return {
        token: record.token,
        download: null,
        problem: problem('UNAVAILABLE', 'The value cannot be opened now. Try again.'),
      };
    }
  };
}
