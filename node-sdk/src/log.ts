/** Where the SDK reports what an operator should know. It never gets a token, a value, a key or an assertion. */
export interface Log {
  warn(message: string, cause?: unknown): void;
}

/** Node's own warnings: on stderr unless the process is told otherwise. */
export const processLog: Log = {
  warn: (message, cause) =>
    process.emitWarning(message, {
      type: 'LunaSecWarning',
      ...(cause instanceof Error ? { detail: `${cause.name}: ${cause.message}` } : {}),
    }),
};
