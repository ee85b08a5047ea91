/** A data key under a wrapping key. `keyId` names the wrapping key, so that several can be live at once. */
export interface WrappedKey {
  keyId: string;
  /** Base64. */
  ciphertext: string;
}

/** What a wrapped key belongs to; it unwraps for nothing else. */
export interface KeyContext {
  applicationId: string;
  token: string;
}

/** Wraps data keys under a key that is in neither the database nor the object store. */
export interface KeyProvider {
  wrap(dataKey: Uint8Array, context: KeyContext): Promise<WrappedKey>;
  /** Rejects when the wrapping key is unknown, or the ciphertext was altered or belongs elsewhere. */
  unwrap(wrapped: WrappedKey, context: KeyContext): Promise<Uint8Array>;
  /** Rejects when the provider does not answer. */
  ping(): Promise<void>;
}
