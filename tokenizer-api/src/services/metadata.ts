/** Largest metadata of one token, in bytes of its JSON. */
export const maxMetadataBytes = 4096;
const maxDepth = 5;
const keyPattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * Says what is wrong with metadata, or nothing. Keys begin with a letter and have up to 64 letters, digits, "-" and
 * "_": nothing that a database could take for an operator or a path.
 */
export function metadataFault(metadata: unknown): string | undefined {
  if (!isPlainObject(metadata)) return 'Metadata must be a JSON object.';
  const fault = faultOf(metadata, 1);
  if (fault) return fault;
  return Buffer.byteLength(JSON.stringify(metadata)) > maxMetadataBytes
    ? `Metadata must not be larger than ${maxMetadataBytes} bytes of JSON.`
    : undefined;
}

export const isMetadataKey = (key: string): boolean => keyPattern.test(key);

function faultOf(value: unknown, depth: number): string | undefined {
  if (value === null || ['string', 'boolean'].includes(typeof value)) return undefined;
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : 'Metadata must hold finite numbers only.';
  if (depth > maxDepth) return `Metadata must not be nested deeper than ${maxDepth} levels.`;
  if (Array.isArray(value)) return firstFault(value, depth);
  if (!isPlainObject(value)) return 'Metadata must hold JSON values only.';
  if (!Object.keys(value).every(isMetadataKey))
    return 'Keys of metadata must begin with a letter and have up to 64 letters, digits, "-" or "_".';
  return firstFault(Object.values(value), depth);
}

function firstFault(values: readonly unknown[], depth: number): string | undefined {
  for (const value of values) {
    const fault = faultOf(value, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}

/** Objects that GraphQL makes of literals have no prototype. */
const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
