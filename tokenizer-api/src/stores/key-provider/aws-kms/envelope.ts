/** What one wrapped data key is made of. */
export interface Envelope {
  /** The working key, encrypted by KMS. */
  blob: Buffer;
  /** The data key, sealed under the working key. */
  sealed: Buffer;
}

/** The length of the blob as 2 bytes (big-endian), the blob, the sealed data key; all in base64. */
export function writeEnvelope({ blob, sealed }: Envelope): string {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(blob.length);
  return Buffer.concat([length, blob, sealed]).toString('base64');
}

/** Throws when it is cut short. */
export function readEnvelope(text: string): Envelope {
  const bytes = Buffer.from(text, 'base64');
  const end = bytes.length < 2 ? Infinity : 2 + bytes.readUInt16BE(0);
  if (bytes.length <= end) throw new Error('The wrapped key is cut short.');
  return { blob: bytes.subarray(2, end), sealed: bytes.subarray(end) };
}
