/** Settings of a tokenizer that never finds itself too late, as the machine that runs the tests may well be. */
export const unhurried = { maxDelay: 60_000 };
