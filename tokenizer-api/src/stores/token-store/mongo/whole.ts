/**
 * Options of a find for at most `count` documents that has them all in its first answer: by itself MongoDB sends 101,
 * and the rest when asked again. One more than there can be, so that the server sees the end and keeps no cursor.
 */
export const inOneAnswer = (count: number): { batchSize: number } => ({ batchSize: count + 1 });
