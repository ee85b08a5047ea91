/** Makes the bucket of compose.yaml and lets the tokenizer's frames use it. Safe to repeat. */
import { CreateBucketCommand, HeadBucketCommand, PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { setTimeout } from 'node:timers/promises';

const { S3_ENDPOINT: endpoint, S3_BUCKET: Bucket, CORS_ORIGIN: origin } = process.env;
const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });

await answer();
const exists = await s3.send(new HeadBucketCommand({ Bucket })).then(
  () => true,
  (error) => {
    if (error.$metadata?.httpStatusCode === 404) return false;
    throw error;
  },
);
if (!exists) await s3.send(new CreateBucketCommand({ Bucket }));
await s3.send(
  new PutBucketCorsCommand({
    Bucket,
    CORSConfiguration: {
      CORSRules: [
        {
          AllowedOrigins: [origin],
          AllowedMethods: ['GET', 'PUT'],
          AllowedHeaders: ['if-none-match', 'x-amz-checksum-sha256'],
          MaxAgeSeconds: 3600,
        },
      ],
    },
  }),
);
console.log(`The bucket ${Bucket} takes uploads from ${origin}.`);

/** Waits until the server answers anything, for half a minute. */
async function answer() {
  for (let tries = 1; ; tries++) {
    try {
      await fetch(endpoint);
      return;
    } catch (error) {
      if (tries === 60) throw new Error(`${endpoint} does not answer.`, { cause: error });
      await setTimeout(500);
    }
  }
}
