import { textMediaType } from '@lunasec/secure-frame/crypto';
import type { Chunks } from '@lunasec/secure-frame/crypto';

/** Bytes that are not in memory as a whole. */
export interface LargeData {
  /** Bytes that `chunks` will have: they are counted. */
  size: number;
  chunks: Chunks;
}

/** A value to store. A text or bytes alone are short for `{ data }`. */
export interface NewValue {
  data: string | Uint8Array | LargeData;
  /** RFC 6838. Default: `text/plain` for texts, else `application/octet-stream`. Stored encrypted. */
  mediaType?: string | undefined;
  /** Stored encrypted. */
  filename?: string | undefined;
  /** What the application keeps beside the token, to search by: at most 4096 bytes of JSON. Not encrypted. */
  metadata?: Record<string, unknown> | undefined;
  /** The one place that the token may be read from, such as `User.ssn:42`. */
  binding?: string | undefined;
}

export type ValueInput = string | Uint8Array | NewValue;

/** A value that was read. */
export interface Value {
  token: string;
  mediaType: string;
  filename: string | undefined;
  data: Uint8Array;
  /** The data as text, if that is what it is by its media type. */
  text: string | null;
}

/** A value that is read piece by piece. */
export interface LargeValue {
  token: string;
  mediaType: string;
  filename: string | undefined;
  /** Bytes of the data. */
  size: number;
  /**
   * Each piece is authentic; that it is all is known when this ends without an error. Throws UNAVAILABLE for a value
   * that is damaged or cannot be fetched.
   */
  data: AsyncIterable<Uint8Array>;
}

/** A value to store, with its defaults filled in. */
export interface PreparedValue extends LargeData {
  mediaType: string;
  filename?: string;
  metadata: Record<string, unknown>;
  binding: string | undefined;
}

export function prepare(input: ValueInput): PreparedValue {
  const value = typeof input === 'string' || input instanceof Uint8Array ? { data: input } : input;
  const isText = typeof value.data === 'string';
  const data = isText
    ? new TextEncoder().encode(value.data as string)
    : (value.data as Uint8Array | LargeData);
  return {
    ...(data instanceof Uint8Array ? { size: data.length, chunks: [data] } : data),
    mediaType: value.mediaType ?? (isText ? textMediaType : 'application/octet-stream'),
    ...(value.filename === undefined ? {} : { filename: value.filename }),
    metadata: value.metadata ?? {},
    binding: value.binding,
  };
}

/** Text as it is, a byte order mark included; null when it is no text. */
export function textOf(mediaType: string, data: Uint8Array): string | null {
  if (!mediaType.startsWith('text/')) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return null;
  }
}
