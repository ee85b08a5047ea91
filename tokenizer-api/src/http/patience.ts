import { partTransferSeconds, presignedSeconds } from '../stores/object-store/presigned.js';

/** How long clients may take, in milliseconds: who sends slowly must not keep what others need. */
export interface Patience {
  /** For a connection's first byte, and for the headers of a request. */
  headers: number;
  /** For a whole request. */
  request: number;
  /** For the body of a call of the API. */
  body: number;
  /** For the rest of a body that nobody wants, once the request is answered. */
  unread: number;
  /** How often connections are looked at. */
  check: number;
}

/** Milliseconds. Longer than load balancers keep theirs, so that they never use a connection that is being closed here. */
export const keepAliveTimeout = 65_000;

export const defaultPatience: Patience = {
  headers: 30_000,
  // As long as a part may take that is uploaded to this machine's disk.
  request: (presignedSeconds + partTransferSeconds) * 1000,
  body: 30_000,
  unread: 2_000,
  check: 5_000,
};
