/** Where the ciphertext of a token lies in the object store. */
export const objectKey = (applicationId: string, token: string): string => `${applicationId}/${token}`;
