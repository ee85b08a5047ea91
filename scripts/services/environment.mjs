/** A server that the user runs: nothing to start, and its own variables say where it is. */
export const fromEnvironment = (variable) => async () => {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set`);
  return { what: `the one of ${variable}`, environment: {}, stop: async () => undefined };
};
