/** A secret of AWS Secrets Manager, kept there as plain text or as binary. */
export interface AWSSecret {
  /** Name or ARN. */
  secretId: string;
  /** Default: as the AWS SDK finds it, `AWS_REGION` for one. Credentials are found by the AWS SDK as well. */
  region?: string | undefined;
}

/** Returns what reads a secret's current version; its connections and credentials are kept from one time to the next. */
export async function readAWSSecret({ secretId, region }: AWSSecret): Promise<() => Promise<string>> {
  const { GetSecretValueCommand, SecretsManagerClient } = await importSDK();
  const client = new SecretsManagerClient({
    ...(region === undefined ? {} : { region }),
    maxAttempts: 3,
    // Milliseconds. The SDK waits for ever unless told otherwise.
    requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });
  return async () => {
    const { SecretString, SecretBinary } = await client
      .send(new GetSecretValueCommand({ SecretId: secretId }))
      .catch((cause: unknown) => {
        throw new Error(
          `The AWS secret ${secretId} cannot be read. It needs the permission secretsmanager:GetSecretValue.`,
          { cause },
        );
      });
    const text = SecretString ?? (SecretBinary && new TextDecoder().decode(SecretBinary));
    if (!text) throw new Error(`The AWS secret ${secretId} is empty.`);
    return text;
  };
}

/** An optional peer, loaded by those alone who use it. */
async function importSDK() {
  try {
    return await import('@aws-sdk/client-secrets-manager');
  } catch (cause) {
    throw new Error('Secrets of AWS need its SDK: npm install @aws-sdk/client-secrets-manager', { cause });
  }
}
