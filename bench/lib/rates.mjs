const most = 10_000_000;

/** Limits by the minute that are out of reach: they are not what is measured. */
export const unlimited = {
  session: most,
  sessionTokens: most,
  application: most,
  applicationTokens: most,
  createSession: most,
};
