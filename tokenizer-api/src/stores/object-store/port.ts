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

/** One of the parts that become one object. */
export interface PartRequest extends UploadRequest {
  uploadId: string;
  /** 1 to 10000. All but the last must have 5 MiB at least. */
  number: number;
}

export interface MultipartUpload {
  key: string;
  uploadId: string;
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
  /** Begins an upload in parts, for an object too large for one request. Returns its id. */
  beginMultipart(key: string): Promise<string>;
  /**
   * Signs the upload of one part, which pins upload, number, length and checksum. A part that is sent again replaces the
   * one before, until the upload is completed.
   */
  presignPart(request: PartRequest): Promise<PresignedUpload>;
  /**
   * Makes the parts one object, whose bytes are those of part 1, 2, 3, …: never in the place of another object. True when
   * there is an object of `size` bytes now, also if it was completed before; false when parts are missing or are
   * of another size together, or the upload was aborted.
   */
  completeMultipart(upload: MultipartUpload & { size: number }): Promise<boolean>;
  /** Gives an upload up and deletes its parts. One that is completed, or was never begun, is fine. */
  abortMultipart(upload: MultipartUpload): Promise<void>;
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
