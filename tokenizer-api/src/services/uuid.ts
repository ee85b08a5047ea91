import { randomBytes } from 'node:crypto';

/**
 * Makes UUIDs of version 7 (RFC 9562 §5.7) that grow with every call: within one millisecond, and when the clock steps
 * back, the 12 bits after the time count up (§6.2, method 1).
 */
export function createUUIDs(now: () => Date): () => string {
  let time = 0;
  let counter = 0;
  return () => {
    const current = now().getTime();
    if (current > time) [time, counter] = [current, randomBytes(1)[0]!];
    else if (++counter > 0xfff) [time, counter] = [time + 1, 0];
    const bytes = randomBytes(16);
    bytes.writeUIntBE(time, 0, 6);
    bytes.writeUInt16BE(0x7000 | counter, 6);
    bytes[8] = 0x80 | (bytes[8]! & 0x3f);
    const hex = bytes.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
}
