const minimum = 256;

/**
 * Length to which a plaintext of `length` bytes is padded: at least 256 bytes, then Padmé, which leaks
 * O(log log length) bits of the length and adds 12 % at most (Nikitin et al., "Reducing Metadata Leakage from
 * Encrypted Files and Communication with PURBs", PETS 2019, algorithm 1).
 */
export function paddedLength(length: number): number {
  if (length <= minimum) return minimum;
  const exponent = Math.floor(Math.log2(length));
  const mantissaBits = Math.floor(Math.log2(exponent)) + 1;
  const granule = 2 ** (exponent - mantissaBits);
  return Math.ceil(length / granule) * granule;
}
