import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { KeyProviderUnavailableError } from '../port.js';

export interface KMSOptions {
  region: string;
  /** Default: AWS. */
  endpoint?: string | undefined;
  /** Milliseconds for one operation, retries included. Default: 5000. */
  deadline?: number | undefined;
  /** Hears of every answer. */
  onAnswer?: () => void;
}

/** Names and values that KMS binds to what it encrypts, and shows in its audit. Not secret. */
export type EncryptionContext = Record<string, string>;

/** The two operations of AWS KMS that are needed; IAM calls them kms:GenerateDataKey and kms:Decrypt. */
export interface KMS {
  /** 256 random bits, plain and encrypted. Rejects with {@link KeyProviderUnavailableError}. */
  generate(keyId: string, context: EncryptionContext): Promise<{ key: Uint8Array; blob: Uint8Array }>;
  /** Rejects when the blob is not one of this key and context; else with {@link KeyProviderUnavailableError}. */
  decrypt(keyId: string, blob: Uint8Array, context: EncryptionContext): Promise<Uint8Array>;
}

/** What says that the ciphertext is wrong, rather than that KMS cannot answer. */
const faults = ['InvalidCiphertextException', 'IncorrectKeyException', 'IncorrectKeyMaterialException'];

/** The SDK retries what can be retried, and finds credentials by its own search. */
export function createKMS({
  region,
  endpoint,
  deadline = 5000,
  onAnswer = () => undefined,
}: KMSOptions): KMS {
  const client = new KMSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: { connectionTimeout: 2000, requestTimeout: 3000, throwOnRequestTimeout: true },
  });

  async function answerOf<T>(call: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    try {
      const answer = await call({ abortSignal: AbortSignal.timeout(deadline) });
      onAnswer();
      return answer;
    } catch (error) {
      const { name, message } = error as Error;
      if (faults.includes(name))
        throw new Error(`AWS KMS did not decrypt a wrapped key: ${name}.`, { cause: error });
      throw new KeyProviderUnavailableError(`AWS KMS did not answer: ${name}: ${message}`, { cause: error });
    }
  }

  return {
    async generate(keyId, context) {
      const { Plaintext, CiphertextBlob } = await answerOf((options) =>
        client.send(
          new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: context }),
          options,
        ),
      );
      return { key: Plaintext!, blob: CiphertextBlob! };
    },
    async decrypt(keyId, blob, context) {
      const { Plaintext } = await answerOf((options) =>
        client.send(
          new DecryptCommand({ KeyId: keyId, CiphertextBlob: blob, EncryptionContext: context }),
          options,
        ),
      );
      return Plaintext!;
    },
  };
}
