import { createToken } from '@lunasec/secure-frame/protocol';
import { createHash, randomBytes } from 'node:crypto';
import { objectKey } from '../services/object-key.js';
import type { ObjectStore, PresignedDownload, PresignedUpload } from '../stores/object-store/port.js';
import { compareClocks } from './clock.js';
import { checkCORS } from './cors.js';
import { fault, fine, reasonOf } from './finding.js';
import type { Finding } from './finding.js';

/** For one request, in milliseconds. */
const patience = 10_000;
const check = 'objects';

/**
 * Does with an object what a frame and the tokenizer do, through presigned URLs, and what an attacker would. The
 * objects that it makes are removed at the end.
 */
export async function checkObjectStore(
  store: ObjectStore,
  {
    applicationId,
    origin,
    now,
  }: {
    /** Of which application there are to be objects for a moment. */
    applicationId: string;
    /** Of the frames; undefined when the store has the same one. */
    origin: string | undefined;
    now: () => Date;
  },
): Promise<Finding[]> {
  const keys = [objectKey(applicationId, createToken()), objectKey(applicationId, createToken())] as const;
  const findings: Finding[] = [];
  try {
    await store.ping();
    findings.push(await refusesOtherContent(store, keys[0]));
    const stored = await storesOnce(store, keys[1], now);
    // With the tokenizer's own origin goes its own clock.
    findings.push(...stored.filter(({ check: name }) => origin !== undefined || name !== 'clock'));
    if (origin !== undefined)
      findings.push(...(await checkCORS(store, origin, objectKey(applicationId, createToken()))));
  } catch (error) {
    findings.push(
      fault(
        check,
        `the object store does not work (${reasonOf(error)})`,
        'Check bucket, region, endpoint and credentials; they need s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket.',
      ),
    );
  }
  findings.push(...(await removes(store, keys)));
  return findings;
}

const body = () => new Uint8Array(randomBytes(64));
const checksumOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');

function send(
  { url, method, headers }: PresignedUpload | PresignedDownload,
  content?: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  return fetch(url, {
    method,
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
    ...(content ? { body: content } : {}),
  });
}

async function refusesOtherContent(store: ObjectStore, key: string): Promise<Finding> {
  const promised = body();
  const upload = await store.presignUpload({ key, size: promised.length, checksum: checksumOf(promised) });
  const response = await send(upload, body());
  await response.body?.cancel();
  return response.ok || (await store.head(key)) !== null
    ? fault(
        'checksum',
        'an upload with another content than its checksum was taken',
        'Use a store that verifies x-amz-checksum-sha256, such as AWS S3: this one lets values be replaced.',
      )
    : fine('checksum', 'an upload with another content is refused');
}

async function storesOnce(store: ObjectStore, key: string, now: () => Date): Promise<Finding[]> {
  const content = body();
  const upload = await store.presignUpload({ key, size: content.length, checksum: checksumOf(content) });
  const before = now();
  const stored = await send(upload, content);
  const after = now();
  const date = stored.headers.get('date');
  const clock =
    date === null ? [] : [compareClocks('the object store', { at: new Date(date), before, after })];
  if (!stored.ok) return [refused('upload', stored.status, await stored.text()), ...clock];
  await stored.body?.cancel();

  const size = (await store.head(key))?.size;
  if (size !== content.length)
    return [
      fault(
        check,
        'an upload was taken, but its object is not there',
        'Use a store that is consistent after a write.',
      ),
      ...clock,
    ];
  const read = await send(await store.presignDownload(key));
  if (!read.ok) return [refused('download', read.status, await read.text()), ...clock];
  const same = Buffer.from(await read.arrayBuffer()).equals(content);
  const again = await send(upload, content);
  await again.body?.cancel();
  return [
    same
      ? fine(check, 'an object is stored, found and read through presigned URLs')
      : fault(check, 'an object was read with another content than was stored', 'Do not use this store.'),
    again.ok
      ? fault(
          'create-only',
          'a second upload under the same name was taken',
          'Use a store that knows If-None-Match: *, such as AWS S3: this one lets values be replaced.',
        )
      : fine('create-only', 'a second upload under the same name is refused'),
    ...clock,
  ];
}

/** Of what S3 answers only its code is told: the rest quotes the request. */
function refused(what: 'upload' | 'download', status: number, text: string): Finding {
  const code = /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1];
  return fault(
    check,
    `a presigned ${what} was refused: ${status}${code === undefined ? '' : ` ${code}`}`,
    code === 'SignatureDoesNotMatch' || code === 'AuthorizationHeaderMalformed'
      ? 'Check the secret key, the region, and that nothing between changes the host name (publicEndpoint, forcePathStyle).'
      : 'Check that the credentials may s3:PutObject and s3:GetObject, use the KMS key, and that no bucket policy denies it.',
  );
}

async function removes(store: ObjectStore, keys: readonly string[]): Promise<Finding[]> {
  try {
    await store.delete(keys);
    const left = await Promise.all(keys.map((key) => store.head(key)));
    return left.every((head) => head === null)
      ? [fine('deletion', 'an object is gone after its deletion')]
      : [
          fault(
            'deletion',
            `an object is still there after its deletion: ${keys.join(' or ')}`,
            'Check for object locks on the bucket, and delete it by hand.',
          ),
        ];
  } catch (error) {
    return [
      fault(
        'deletion',
        `objects cannot be deleted (${reasonOf(error)})`,
        `Check that the credentials may s3:DeleteObject; then delete by hand, if they are there: ${keys.join(', ')}`,
      ),
    ];
  }
}
