import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac, hash } from 'node:crypto';
import { presignedSeconds } from '../presigned.js';

export interface PresignRequest {
  method: 'GET' | 'PUT';
  key: string;
  query: Record<string, string>;
  /** Sent and signed as they are; names in lower case. */
  headers: Record<string, string>;
  at: Date;
}

/** Credentials, or what fetches and renews them. */
export type Credentials = ConstructorParameters<typeof SignatureV4>[0]['credentials'];

export type Presign = (request: PresignRequest) => Promise<string>;

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** Node's own SHA-256 as the signer wants it; one in JavaScript would be most of a URL's cost. */
class Sha256 {
  readonly #secret: string | NodeJS.ArrayBufferView | undefined;
  #data: (string | NodeJS.ArrayBufferView)[] = [];

  constructor(secret?: Bytes) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
  }

  update(data: Bytes): void {
    this.#data.push(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    const [first = '', ...more] = this.#data;
    // In one call it takes half the time.
    if (this.#secret === undefined && more.length === 0) return hash('sha256', first, 'buffer');
    const hashing = this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
    for (const each of this.#data) hashing.update(each);
    return hashing.digest();
  }

  reset(): void {
    this.#data = [];
  }
}

function bytesOf(data: Bytes): string | NodeJS.ArrayBufferView {
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/**
 * Presigns requests for a bucket with AWS Signature Version 4 in the query. The signer is kept, and with it the
 * day's signing key: the SDK's own `getSignedUrl` sets up all of that, and its middleware, for every URL.
 */
export function createPresign({
  bucketURL,
  region,
  credentials,
}: {
  bucketURL: URL;
  region: string;
  credentials: Credentials;
}): Presign {
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const { protocol, hostname, port, host, origin, pathname } = bucketURL;
  const directory = pathname.endsWith('/') ? pathname : `${pathname}/`;

  return async ({ method, key, query, headers, at }) => {
    const request = new HttpRequest({
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      method,
      path: directory + key,
      query,
      // The body's digest is pinned as S3's checksum instead, which S3 also verifies.
      headers: { ...headers, host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
    });
    const signed = await signer.presign(request, {
      signingDate: at,
      expiresIn: presignedSeconds,
      // What is in the query may be sent as a header or not; only signed headers must be.
      unhoistableHeaders: new Set(Object.keys(headers)),
    });
    const parameters = signed.query ?? {};
    // In the order of the SDK's own URLs.
    const names = Object.keys(parameters).sort();
    const pairs = names.map((name) => `${name}=${escape(String(parameters[name]))}`);
    return `${origin}${signed.path}?${pairs.join('&')}`;
  };
}

/** Percent-encoding as Signature Version 4 wants it: all but the unreserved characters of RFC 3986. */
const escape = (text: string) =>
  isUnreserved.test(text)
    ? text
    : encodeURIComponent(text).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      );

const isUnreserved = /^[\w.~-]*$/;
