/** A data key under a wrapping key. `keyId` names the wrapping key, so that several can be live at once. */
export interface WrappedKey {
  keyId: string;
  /** Base64. */
  ciphertext: string;
}

/** What a wrapped key belongs to, a token or a named secret of the tokenizer's own; it unwraps for nothing else. */
export type KeyContext = { applicationId: string; token: string } | { secret: string };

/** Ids of wrapping keys. */
export interface KeyIds {
  /** The one that wraps. */
  active: string;
  /** All that unwrap, the active one included. */
  all: string[];
}

/** The provider does not answer, or refuses to work at all; nothing is wrong with the wrapped key. Try again. */
export class KeyProviderUnavailableError extends Error {
  override name = 'KeyProviderUnavailableError';
}

/** Wraps data keys and secrets under a key that is in neither the database nor the object store. */
export interface KeyProvider {
  /** Rejects with {@link KeyProviderUnavailableError} when the provider does not answer. */
  wrap(dataKey: Uint8Array, context: KeyContext): Promise<WrappedKey>;
  /**
   * Rejects when the wrapping key is unknown, or the ciphertext was altered or belongs elsewhere; with
   * {@link KeyProviderUnavailableError} when the provider does not answer.
   */
  unwrap(wrapped: WrappedKey, context: KeyContext): Promise<Uint8Array>;
  /** The keys as they are now. */
  keyIds(): Promise<KeyIds>;
  /** Rejects when the provider does not answer. */
  ping(): Promise<void>;
}
