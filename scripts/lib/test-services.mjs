import { note } from './progress.mjs';

/** MongoDB, S3 and KMS for a script that runs tests. What was started is stopped when the script is interrupted. */
export function createTestServices() {
  let services = { environment: {}, started: [], missing: [], stop: async () => undefined };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => services.stop().then(() => process.exit(130)));
  return {
    /** A step that starts what this machine can have. Where `refusal` is given it says so, and fails, if one is missing. */
    async start({ refusal }) {
      // Not before: it needs dependencies, which may just have been installed.
      const { startServices } = await import('../services/index.mjs');
      services = await startServices({ note });
      const isFailure = services.missing.length > 0 && refusal !== undefined;
      return {
        code: isFailure ? 1 : 0,
        details: [
          ...services.started.map(({ name, what }) => `${name}: ${what}`),
          ...services.missing.map(({ name, why }) => `${name}: none (${why})`),
        ],
        output: isFailure ? refusal : '',
      };
    },
    /** Variables that tell tests how to reach them. */
    get environment() {
      return services.environment;
    },
    get missing() {
      return services.missing;
    },
    stop: () => services.stop(),
  };
}
