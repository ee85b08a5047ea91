import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { createHash } from 'node:crypto';
import { createPresign } from '../../tokenizer-api/dist/stores/object-store/s3/presign.js';

// Those of AWS's documentation; they open nothing.
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const region = 'eu-central-1';
const bucket = 'my-bucket';
const key = 'app-1/lunasec-6f1c0b3e-8f0a-4b53-9d7e-0123456789ab';
const checksum = createHash('sha256').update('body').digest('base64');

/** What frames get: the request as the tokenizer signs it, and the same as a command of the SDK. */
const requests = {
  download: {
    own: {
      method: 'GET',
      key,
      query: {
        'response-cache-control': 'no-store',
        'response-content-type': 'application/octet-stream',
        'x-id': 'GetObject',
      },
      headers: {},
    },
    command: new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ResponseCacheControl: 'no-store',
      ResponseContentType: 'application/octet-stream',
    }),
  },
  upload: {
    own: {
      method: 'PUT',
      key,
      query: { 'x-id': 'PutObject' },
      headers: { 'x-amz-checksum-sha256': checksum, 'if-none-match': '*', 'content-length': '4' },
    },
    command: new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      ContentLength: 4,
      ChecksumSHA256: checksum,
      IfNoneMatch: '*',
    }),
  },
};

export const kinds = Object.keys(requests);

/** A URL for a time, signed by the tokenizer or by the AWS SDK. */
export function presigner({ kind, by }) {
  const { own, command } = requests[kind];
  if (by === 'tokenizer') {
    const bucketURL = new URL(`https://${bucket}.s3.${region}.amazonaws.com`);
    const presign = createPresign({ bucketURL, region, credentials });
    return (at) => presign({ ...own, at });
  }
  const client = new S3Client({
    region,
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const unhoistableHeaders = new Set(Object.keys(own.headers));
  return (signingDate) => getSignedUrl(client, command, { signingDate, expiresIn: 60, unhoistableHeaders });
}

export function create(parameters) {
  const presign = presigner(parameters);
  return () => presign(new Date());
}
