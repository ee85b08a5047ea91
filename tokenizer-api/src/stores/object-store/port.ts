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
  /** Origins to which a frame must be able to connect (its `connect-src`), besides the tokenizer's own. */
  readonly connectOrigins: readonly string[];
  /** Rejects when the store does not answer or the bucket is missing. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
