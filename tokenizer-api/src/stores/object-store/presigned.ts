/** How long a presigned request works, in seconds. */
export const presignedSeconds = 60;

/**
 * How long a transfer that began in time may take, in seconds. An upload that ends later is not kept, so that nothing
 * appears in the store after the sweeper has been there.
 */
export const transferSeconds = 60;

/** The same for a part, in seconds. It may be longer: a part of an upload that is over goes nowhere. */
export const partTransferSeconds = 600;
