/** A request that a browser may make once, straight to the object store, until `expiresAt`. */
export interface PresignedUpload {
  url: string;
  method: 'PUT';
  /** Every one must be sent as it is. */
  headers: Record<string, string>;
  expiresAt: Date;
}

/** Answers to it carry `Cache-Control: no-store`. */
export interface PresignedDownload {
  url: string;
  method: 'GET';
  headers: Record<string, string>;
  expiresAt: Date;
}

export interface UploadRequest {
  key: string;
  /** Exact bytes of the body. */
  size: number;
  /** SHA-256 of the body, base64. */
  checksum: string;
}

export interface ObjectHead {
  /** Bytes. */
  size: number;
}

export interface ListedObject {
  key: string;
  /** Bytes. */
  size: number;
  /** When the store got it, by the store's clock. A copy that was put back counts as new. */
  storedAt: Date;
}

export interface ObjectPage {
  /** May be fewer than asked for, or none, before the end of the list. */
  objects: ListedObject[];
  /** Where the list goes on; null at its end. Good for ever, whatever is added or goes meanwhile. */
  next: string | null;
}

/**
 * Where ciphertext lives. Keys are `<application id>/<token>`. Presigned requests live for 60 s. Uploads pin method,
 * key, length and checksum, and create only: a second one is refused with status 409 or 412 and changes nothing.
 * Methods reject with the driver's own error when the store cannot be reached; callers turn that into UNAVAILABLE.
 */
export interface ObjectStore {
  presignUpload(request: UploadRequest): Promise<PresignedUpload>;
  presignDownload(key: string): Promise<PresignedDownload>;
  /** Null when there is no such object. */
  head(key: string): Promise<ObjectHead | null>;
  /** Deletes objects; missing ones are fine. */
  delete(keys: readonly string[]): Promise<void>;
  /**
   * Objects of one application, in the order of their keys, up to `limit` (1 to 1000) at a time; what lies among them
   * under other names is left out. `after` is `next` of the page before, null for the first.
   */
  list(applicationId: string, page: { limit: number; after: string | null }): Promise<ObjectPage>;
  /** Origins to which a frame must be able to connect (its `connect-src`), besides the tokenizer's own. */
  readonly connectOrigins: readonly string[];
  /** Rejects when the store does not answer or the bucket is missing. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
