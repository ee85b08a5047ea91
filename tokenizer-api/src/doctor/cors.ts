import type { ObjectStore } from '../stores/object-store/port.js';
import { fault, fine, reasonOf, warning } from './finding.js';
import type { Finding } from './finding.js';

/** For one request, in milliseconds. */
const patience = 10_000;
/** An origin that nobody has. */
const stranger = 'https://stranger.invalid';

/** Asks the object store, as a browser does before it sends, whether frames may upload and download. */
export async function checkCORS(
  store: Pick<ObjectStore, 'presignUpload' | 'presignDownload'>,
  origin: string,
  key: string,
): Promise<Finding[]> {
  const upload = await store.presignUpload({
    key,
    size: 1,
    checksum: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  });
  const download = await store.presignDownload(key);
  const fix = `Add a CORS rule to the bucket: origin ${origin}, methods GET and PUT, all headers.`;
  try {
    const refusals = [
      ...(await refusalsOf(upload.url, 'PUT', origin, Object.keys(upload.headers))),
      ...(await refusalsOf(download.url, 'GET', origin, Object.keys(download.headers))),
    ];
    if (refusals.length > 0)
      return [fault('cors', `browsers would not let frames ${refusals.join('; ')}`, fix)];
    const anybody = await refusalsOf(upload.url, 'PUT', stranger, Object.keys(upload.headers));
    return anybody.length > 0
      ? [fine('cors', `frames of ${origin} may upload and download`)]
      : [
          warning(
            'cors',
            'pages of any origin may upload and download, where they have a presigned URL',
            `Allow the origin ${origin} alone.`,
          ),
        ];
  } catch (error) {
    return [fault('cors', `the object store does not answer browsers (${reasonOf(error)})`, fix)];
  }
}

/** What a browser would miss in the answer to its preflight request (Fetch standard, "CORS-preflight fetch"). */
async function refusalsOf(url: string, method: string, origin: string, headers: string[]): Promise<string[]> {
  const response = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      ...(headers.length > 0 ? { 'access-control-request-headers': headers.sort().join(',') } : {}),
    },
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
  });
  await response.body?.cancel();
  const list = (name: string) =>
    (response.headers.get(name) ?? '').split(',').map((item) => item.trim().toLowerCase());
  const [methods, allowed] = [list('access-control-allow-methods'), list('access-control-allow-headers')];
  if (!response.ok || !['*', origin].includes(response.headers.get('access-control-allow-origin') ?? ''))
    return [`send ${method}: ${origin} is not allowed`];
  // What needs no permission: methods that are safe.
  if (method !== 'GET' && !methods.includes('*') && !methods.includes(method.toLowerCase()))
    return [`send ${method}: the method is not allowed`];
  const missing = headers.filter((name) => !allowed.includes('*') && !allowed.includes(name.toLowerCase()));
  return missing.length > 0 ? [`send ${method}: the headers ${missing.join(', ')} are not allowed`] : [];
}
