import { randomBytes, randomUUID } from 'node:crypto';

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
    const hex = time.toString(16).padStart(12, '0');
    // Those of version 4 end as these: with the variant and 62 random bits, of which Node keeps a store.
    const random = randomUUID().slice(18);
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7${counter.toString(16).padStart(3, '0')}${random}`;
  };
}
