import { ConfigError, defaultName, parseConfig, writePath } from './settings.js';
import type { Settings } from './settings.js';

/** Environment variables, and the settings that they give. */
const variables: Record<string, { path: [string, ...string[]]; kind?: 'number' | 'boolean' | 'json' }> = {
  LUNASEC_HOST: { path: ['host'] },
  LUNASEC_PORT: { path: ['port'], kind: 'number' },
  LUNASEC_PUBLIC_URL: { path: ['publicURL'] },
  LUNASEC_DATA_DIRECTORY: { path: ['dataDirectory'] },
  LUNASEC_KEY_FILE: { path: ['keyFile'] },
  LUNASEC_APPLICATIONS: { path: ['applications'], kind: 'json' },
  LUNASEC_MONGODB_URI: { path: ['tokenStore', 'uri'] },
  LUNASEC_MONGODB_DATABASE: { path: ['tokenStore', 'database'] },
  LUNASEC_S3_BUCKET: { path: ['objectStore', 'bucket'] },
  LUNASEC_S3_REGION: { path: ['objectStore', 'region'] },
  LUNASEC_S3_ENDPOINT: { path: ['objectStore', 'endpoint'] },
  LUNASEC_S3_PUBLIC_ENDPOINT: { path: ['objectStore', 'publicEndpoint'] },
  LUNASEC_S3_FORCE_PATH_STYLE: { path: ['objectStore', 'forcePathStyle'], kind: 'boolean' },
  LUNASEC_S3_SERVER_SIDE_ENCRYPTION: { path: ['objectStore', 'serverSideEncryption'] },
  LUNASEC_S3_KMS_KEY_ID: { path: ['objectStore', 'kmsKeyId'] },
  LUNASEC_LIMITS: { path: ['limits'], kind: 'json' },
  LUNASEC_RATES: { path: ['rates'], kind: 'json' },
  LUNASEC_INTROSPECTION: { path: ['introspection'], kind: 'boolean' },
  LUNASEC_TRUST_PROXY: { path: ['trustProxy'], kind: 'number' },
  LUNASEC_LOG_LEVEL: { path: ['logLevel'] },
  LUNASEC_SWEEP_INTERVAL: { path: ['sweepInterval'] },
  LUNASEC_REMOVE_ORPHANS_AFTER: { path: ['removeOrphansAfter'] },
};
const kinds: Record<string, string> = { tokenStore: 'mongodb', objectStore: 's3' };

/** Settings from `LUNASEC_…` variables; an empty one counts as not set. Throws {@link ConfigError}. */
export function readEnvironment(environment: Record<string, string | undefined>): Settings {
  const config: Record<string, unknown> = { logLevel: 'info' };
  for (const [name, { path, kind }] of Object.entries(variables)) {
    const text = environment[name];
    if (text === undefined || text === '') continue;
    const value = convert(name, text, kind);
    const [section, field] = path;
    if (field === undefined) config[section] = value;
    else
      config[section] = {
        ...(config[section] as object | undefined),
        kind: kinds[section],
        [field]: value,
      };
  }
  return parseConfig(config, { environment, nameOf: variableName });
}

function convert(name: string, text: string, kind?: 'number' | 'boolean' | 'json'): unknown {
  switch (kind) {
    case 'number':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'json':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        throw new ConfigError(
          `The tokenizer's settings are wrong:\n- ${name}: is not JSON; check its quotes`,
        );
      }
    case undefined:
      return text;
  }
}

function variableName(path: readonly PropertyKey[]): string {
  for (const length of [2, 1]) {
    const head = path.slice(0, length);
    const found = Object.entries(variables).find(
      ([, it]) => it.path.length === length && it.path.every((part, index) => part === head[index]),
    );
    if (found) return found[0] + writePath(path.slice(length));
  }
  return defaultName(path);
}
