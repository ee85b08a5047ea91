import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

// The oldest Node that is supported here is older than the SDK would like: no news, and not about the tests.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Credentials of the servers that are started here: they are reachable from this machine only, and hold nothing. */
export const credentials = { accessKeyId: 'lunasec-test', secretAccessKey: 'lunasec-test-secret' };
export const region = 'us-east-1';
const bucket = 'lunasec-test';

/** The variables that tell tests of an S3 server. */
export const s3Environment = (port) => ({
  S3_ENDPOINT: `http://127.0.0.1:${port}`,
  // The same, for buckets as hosts: <bucket>.localhost.
  S3_VIRTUAL_HOST_ENDPOINT: `http://localhost:${port}`,
  S3_BUCKET: bucket,
  S3_REGION: region,
  ...credentialsEnvironment,
});

export const credentialsEnvironment = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_REGION: region,
};

/** Makes the bucket of the tests. Gives false as long as the server does not answer. */
export async function createBucket(port) {
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    if (error.$metadata?.httpStatusCode !== undefined) throw error;
    return false;
  } finally {
    client.destroy();
  }
}
