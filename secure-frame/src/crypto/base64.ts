/** Bytes to standard base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(binary);
}

/** Standard base64 to bytes; padding may be missing. Throws a `DOMException` (`InvalidCharacterError`) for anything else. */
export function fromBase64(base64: string): Bytes {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Bytes of their own, not of shared memory: what WebCrypto and `fetch` take. */
export type Bytes = Uint8Array<ArrayBuffer>;
