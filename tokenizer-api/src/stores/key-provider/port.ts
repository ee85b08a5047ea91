/** A data key under a wrapping key. `keyId` names the wrapping key, so that several can be live at once. */
export interface WrappedKey {
  keyId: string;
  /** Base64. */
  ciphertext: string;
}

/** What a wrapped key belongs to, a token or a named secret of the tokenizer's own; it unwraps for nothing else. */
export type KeyContext = { applicationId: string; token: string } | { secret: string };

/** Wraps data keys and secrets under a key that is in neither the database nor the object store. */
export interface KeyProvider {
  wrap(dataKey: Uint8Array, context: KeyContext): Promise<WrappedKey>;
  /** Rejects when the wrapping key is unknown, or the ciphertext was altered or belongs elsewhere. */
  unwrap(wrapped: WrappedKey, context: KeyContext): Promise<Uint8Array>;
  /** Rejects when the provider does not answer. */
  ping(): Promise<void>;
}
