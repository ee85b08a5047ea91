import { request } from 'node:http';

export interface PlainAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The body, a letter per byte. */
  text: string;
}

export interface PlainRequest {
  /** Where it is sent; its path is sent as it is, which `fetch` would tidy up. */
  origin: string;
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
}

/** Sends a request as it is. */
export function sendPlain({
  origin,
  path,
  method = 'GET',
  headers = {},
  body,
}: PlainRequest): Promise<PlainAnswer> {
  const { hostname, port } = new URL(origin);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sending = request(
      { hostname, port, method, path, headers: { ...length, ...headers }, agent: false, timeout: 20_000 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('latin1'),
          }),
        );
      },
    );
    sending.on('error', reject);
    sending.on('timeout', () => sending.destroy(new Error('No answer in time.')));
    sending.end(body);
  });
}
