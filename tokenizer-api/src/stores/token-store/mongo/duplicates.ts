import mongoose from 'mongoose';

const duplicateKey = 11000;

/** Whether a write failed because a unique key is taken. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof mongoose.mongo.MongoServerError && error.code === duplicateKey;

/**
 * The positions of an unordered bulk write that failed because their unique keys are taken. Throws the error when
 * anything else went wrong with it.
 */
export function duplicatesOf(error: unknown): Set<number> {
  if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
  const failures = [error.writeErrors].flat();
  const isOtherwiseSound = error.result.getWriteConcernError() === undefined;
  if (failures.length === 0 || !isOtherwiseSound || failures.some(({ code }) => code !== duplicateKey))
    throw error;
  return new Set(failures.map(({ index }) => index));
}
