/** What one application may do. Durations are in whole seconds, sizes in bytes. */
export interface Limits {
  /** Most entries of one call. */
  maxBatch: number;
  /** Largest ciphertext. */
  maxSize: number;
  /** How long a server may accept a new token. */
  storeGrant: number;
  /** How long a read grant lives when its server does not say. */
  readGrant: number;
  /** Longest read grant that a server may ask for. */
  maxReadGrant: number;
  /** How long a frame's access token works. */
  frameSession: number;
  /** Most stored tokens. Undefined: as many as there is room for. */
  maxTokens?: number | undefined;
  /** Most bytes of all stored ciphertexts. Undefined: as many as there is room for. */
  maxBytes?: number | undefined;
}

/** Longest binding, in UTF-16 units. */
export const maxBindingLength = 512;
