import dns from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { createS3ObjectStore } from '../../stores/object-store/s3.js';
import type { S3ObjectStoreOptions } from '../../stores/object-store/s3.js';
import type { ServedObjectStore } from './contract.js';

/** Where the tests' S3 server is, by the environment. Credentials are found by the SDK. */
export const {
  S3_ENDPOINT,
  S3_VIRTUAL_HOST_ENDPOINT,
  S3_BUCKET = 'lunasec-test',
  S3_REGION = 'us-east-1',
} = process.env;

/** A store in the bucket of the tests' S3 server. */
export function serveS3(options: Partial<S3ObjectStoreOptions> = {}): ServedObjectStore {
  let shift = 0;
  const store = createS3ObjectStore({
    bucket: S3_BUCKET,
    region: S3_REGION,
    endpoint: S3_ENDPOINT,
    forcePathStyle: true,
    now: () => new Date(Date.now() + shift),
    ...options,
  });
  return {
    store,
    shiftClock: (milliseconds) => {
      shift = milliseconds;
    },
    close: () => store.close(),
  };
}

/** Finds `<anything>.localhost` on this machine, as browsers do; Node asks the system, and not every system knows. */
export function resolveLocalhostNames(): () => void {
  const original = dns.lookup;
  const lookup = (hostname: string, options: unknown, callback: unknown) => {
    const done = (callback ?? options) as (error: null, address: unknown, family?: number) => void;
    if (!hostname.endsWith('.localhost'))
      return (original as (...all: unknown[]) => void)(hostname, options, callback);
    const found: LookupAddress = { address: '127.0.0.1', family: 4 };
    const wantsAll = typeof options === 'object' && (options as dns.LookupOptions | null)?.all === true;
    process.nextTick(() => (wantsAll ? done(null, [found]) : done(null, found.address, found.family)));
  };
  dns.lookup = lookup as typeof dns.lookup;
  return () => {
    dns.lookup = original;
  };
}
