import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { ListPartsCommandOutput, Part } from '@aws-sdk/client-s3';
import { checkObjectKey, checkPart, checkUpload, isObjectKey, prefixOf } from './key.js';
import type { ListedObject, MultipartUpload, ObjectStore } from './port.js';
import { presignedSeconds } from './presigned.js';
import { createPresign } from './s3/presign.js';
import type { Credentials } from './s3/presign.js';

/**
 * What S3 encrypts objects with, besides their own encryption: its own keys, or a key of AWS KMS (without `keyId`, the
 * account's default one for S3).
 */
export type ServerSideEncryption = { kind: 'AES256' } | { kind: 'aws:kms'; keyId?: string | undefined };

export interface S3ObjectStoreOptions {
  bucket: string;
  region: string;
  /** Of S3 compatibles, as this server reaches it. Default: AWS. */
  endpoint?: string | undefined;
  /** The same, as browsers reach it. Default: `endpoint`. */
  publicEndpoint?: string | undefined;
  /** Puts the bucket's name into the path, not the host. Default: false. */
  forcePathStyle?: boolean | undefined;
  /** Requested with every upload, and pinned. Default: what the bucket does by itself. */
  serverSideEncryption?: ServerSideEncryption | undefined;
  /** Default: the SDK's own search: environment, profile, web identity, container, instance. */
  credentials?: Credentials | undefined;
  now: () => Date;
}

/** Of one DeleteObjects request. */
const maxDeletes = 1000;
/** Until S3 takes a connection, and then answers it, in milliseconds. Without the flag the SDK would warn, and wait on. */
const timeouts = { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true };
/** The same for many objects at once. */
const bulkTimeout = 15_000;
/** Some stores copy all parts before they answer. */
const completionTimeout = 60_000;

/**
 * Objects in a bucket of S3 or a compatible store that knows conditional writes and checksums. The bucket needs a CORS
 * rule for the tokenizer's origin (GET and PUT with any header), and its credentials s3:GetObject, s3:PutObject,
 * s3:DeleteObject, s3:AbortMultipartUpload, s3:ListMultipartUploadParts and s3:ListBucket: without the last, S3 answers
 * 403 for an object that is not there.
 */
export function createS3ObjectStore({
  bucket,
  region,
  endpoint,
  publicEndpoint = endpoint,
  forcePathStyle = false,
  serverSideEncryption,
  credentials,
  now,
}: S3ObjectStoreOptions): ObjectStore {
  const client = new S3Client({
    region,
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: timeouts,
  });
  // The SDK's rules for hosts and paths of buckets, without asking anybody.
  const { url: bucketURL } = client.config.endpointProvider({
    Bucket: bucket,
    Region: region,
    ForcePathStyle: forcePathStyle,
    ...(publicEndpoint === undefined ? {} : { Endpoint: publicEndpoint }),
  });
  const presign = createPresign({ bucketURL, region, credentials: () => client.config.credentials() });
  const encryption = encryptionHeaders(serverSideEncryption);

  async function remove(keys: readonly string[]): Promise<void> {
    const { Errors: failures = [] } = await client.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
      }),
      { requestTimeout: bulkTimeout },
    );
    const failed = failures.filter(({ Code }) => Code !== 'NoSuchKey');
    if (failed.length > 0)
      throw new Error(`S3 did not delete ${failed.length} of ${keys.length} objects: ${failed[0]?.Code}.`);
  }

  async function sizeOf(key: string): Promise<number | null> {
    try {
      const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      if (ContentLength === undefined) throw new Error('S3 did not say how large the object is.');
      return ContentLength;
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  /** The parts of an open upload, by number; none when it is not open any more. */
  async function partsOf({ key, uploadId }: MultipartUpload): Promise<Part[]> {
    try {
      const parts: Part[] = [];
      // Not the SDK's paginator: it goes by the marker, which stores give with the last page as well.
      for (let marker: string | undefined; ;) {
        const page: ListPartsCommandOutput = await client.send(
          new ListPartsCommand({ Bucket: bucket, Key: key, UploadId: uploadId, PartNumberMarker: marker }),
        );
        parts.push(...(page.Parts ?? []));
        if (!page.IsTruncated) break;
        marker = page.NextPartNumberMarker;
      }
      return parts.sort((a, b) => a.PartNumber! - b.PartNumber!);
    } catch (error) {
      if (statusOf(error) === 404) return [];
      throw error;
    }
  }

  async function complete({ key, uploadId }: MultipartUpload, parts: readonly Part[]): Promise<void> {
    try {
      await client.send(
        new CompleteMultipartUploadCommand({
          Bucket: bucket,
          Key: key,
          UploadId: uploadId,
          IfNoneMatch: '*',
          MultipartUpload: {
            Parts: parts.map(({ PartNumber, ETag, ChecksumSHA256 }) => ({
              PartNumber,
              ETag,
              ChecksumSHA256,
            })),
          },
        }),
        { requestTimeout: completionTimeout },
      );
    } catch (error) {
      // Somebody else completed it meanwhile, or aborted it, or a part was sent again: what is there now tells.
      if (![400, 404, 409, 412].includes(statusOf(error) ?? 0)) throw error;
    }
  }

  return {
    async presignUpload({ key, size, checksum }) {
      checkUpload({ size, checksum });
      const at = now();
      const headers = { 'x-amz-checksum-sha256': checksum, 'if-none-match': '*', ...encryption };
      const url = await presign({
        method: 'PUT',
        key: checkObjectKey(key),
        query: { 'x-id': 'PutObject' },
        headers: { ...headers, 'content-length': String(size) },
        at,
      });
      // Content-Length is left out: whoever sends a body sends it, and browsers let nobody else set it.
      return { url, method: 'PUT', headers, expiresAt: expiryOf(at) };
    },
    async beginMultipart(key) {
      const { UploadId } = await client.send(
        new CreateMultipartUploadCommand({
          Bucket: bucket,
          Key: checkObjectKey(key),
          ChecksumAlgorithm: 'SHA256',
          ...(serverSideEncryption && {
            ServerSideEncryption: serverSideEncryption.kind,
            ...(serverSideEncryption.kind === 'aws:kms' && { SSEKMSKeyId: serverSideEncryption.keyId }),
          }),
        }),
      );
      if (!UploadId) throw new Error('S3 did not name the upload.');
      return UploadId;
    },
    async presignPart({ key, uploadId, number, size, checksum }) {
      checkPart({ number, size, checksum });
      const at = now();
      const headers = { 'x-amz-checksum-sha256': checksum };
      const url = await presign({
        method: 'PUT',
        key: checkObjectKey(key),
        query: { partNumber: String(number), uploadId, 'x-id': 'UploadPart' },
        headers: { ...headers, 'content-length': String(size) },
        at,
      });
      return { url, method: 'PUT', headers, expiresAt: expiryOf(at) };
    },
    async completeMultipart({ key, uploadId, size }) {
      checkObjectKey(key);
      const parts = await partsOf({ key, uploadId });
      const isWhole =
        parts.every(({ PartNumber }, index) => PartNumber === index + 1) &&
        parts.reduce((total, { Size = NaN }) => total + Size, 0) === size;
      if (isWhole) await complete({ key, uploadId }, parts);
      return (await sizeOf(key)) === size;
    },
    async abortMultipart({ key, uploadId }) {
      try {
        await client.send(
          new AbortMultipartUploadCommand({ Bucket: bucket, Key: checkObjectKey(key), UploadId: uploadId }),
        );
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
    },
    async presignDownload(key) {
      const at = now();
      const url = await presign({
        method: 'GET',
        key: checkObjectKey(key),
        query: {
          'response-cache-control': 'no-store',
          'response-content-type': 'application/octet-stream',
          'x-id': 'GetObject',
        },
        headers: {},
        at,
      });
      return { url, method: 'GET', headers: {}, expiresAt: expiryOf(at) };
    },
    async head(key) {
      const size = await sizeOf(checkObjectKey(key));
      return size === null ? null : { size };
    },
    async delete(keys) {
      keys.forEach(checkObjectKey);
      for (let start = 0; start < keys.length; start += maxDeletes)
        await remove(keys.slice(start, start + maxDeletes));
    },
    async list(applicationId, { limit, after }) {
      // Continued by the last key, not by S3's own token: that is for the next moment, and the place is kept for days.
      const { Contents: contents = [], IsTruncated: hasMore } = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefixOf(applicationId),
          MaxKeys: limit,
          ...(after === null ? {} : { StartAfter: after }),
        }),
        { requestTimeout: bulkTimeout },
      );
      const objects = contents.flatMap(({ Key: key, Size: size, LastModified: storedAt }): ListedObject[] =>
        key !== undefined && size !== undefined && storedAt !== undefined && isObjectKey(key)
          ? [{ key, size, storedAt }]
          : [],
      );
      return { objects, next: hasMore ? (contents.at(-1)?.Key ?? null) : null };
    },
    connectOrigins: [bucketURL.origin],
    async ping() {
      await client.send(new HeadBucketCommand({ Bucket: bucket }));
    },
    async close() {
      client.destroy();
    },
  };
}

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/** Signature Version 4 counts in whole seconds. */
const expiryOf = (at: Date): Date => new Date((Math.floor(at.getTime() / 1000) + presignedSeconds) * 1000);

function encryptionHeaders(encryption: ServerSideEncryption | undefined): Record<string, string> {
  if (encryption === undefined) return {};
  const keyId = encryption.kind === 'aws:kms' ? encryption.keyId : undefined;
  return {
    'x-amz-server-side-encryption': encryption.kind,
    ...(keyId === undefined ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': keyId }),
  };
}
