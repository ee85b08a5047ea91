/** The last part of an ARN, so that a key of AWS KMS has one name however it was configured. */
export const shortKeyId = (keyId: string): string => keyId.slice(keyId.lastIndexOf('/') + 1);
