import { join, resolve } from 'node:path';
import type { z } from 'zod';
import type { Limits } from '../services/limits.js';
import { configSchema } from './schema.js';
import type { jwks } from './schema.js';

/** A setting is missing or wrong. The message has one line per setting, with what to do about it. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** What {@link startTokenizer} takes. Durations are texts such as `15m`; everything but `applications` has a default. */
export type TokenizerConfig = z.input<typeof configSchema>;
type Parsed = z.output<typeof configSchema>;

export interface ApplicationSettings {
  id: string;
  keys: { url: URL } | { jwks: z.output<typeof jwks> };
  origins: string[];
  limits: Limits;
}

/** Validated settings, with every default filled in. */
export type Settings = Omit<Parsed, 'applications' | 'limits' | 'introspection' | 'keyFile'> & {
  keyFile: string;
  introspection: boolean;
  applications: ApplicationSettings[];
};

const defaultLimits: Limits = {
  maxBatch: 1000,
  maxSize: 64 * 1024 * 1024,
  storeGrant: 900,
  readGrant: 900,
  maxReadGrant: 3600,
  frameSession: 900,
};

/** Throws {@link ConfigError}. `nameOf` says how the user knows a setting, for messages. */
export function parseConfig(
  config: unknown,
  { environment = process.env, nameOf = defaultName }: ParseOptions = {},
): Settings {
  const result = configSchema.safeParse(config);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${nameOf(issue.path)}: ${issue.message}`);
    throw new ConfigError(`The tokenizer's settings are wrong:\n- ${lines.join('\n- ')}`);
  }
  const { applications, limits: shared, introspection, keyFile, ...rest } = result.data;
  const dataDirectory = resolve(rest.dataDirectory);
  if (!rest.publicURL && ['0.0.0.0', '::'].includes(rest.host))
    throw new ConfigError(
      `The tokenizer's settings are wrong:\n- ${nameOf(['publicURL'])}: is needed, because ${rest.host} is no address ` +
        'that a browser can open; set it to the origin of this tokenizer, such as https://tokens.example.com',
    );
  return {
    ...rest,
    dataDirectory,
    keyFile: keyFile === undefined ? join(dataDirectory, 'keys.json') : resolve(keyFile),
    introspection: introspection ?? environment.NODE_ENV !== 'production',
    applications: applications.map((it, index) => ({
      id: it.id,
      keys: it.jwksURL ? { url: it.jwksURL } : { jwks: it.jwks! },
      origins: it.origins,
      limits: mergeLimits(
        { ...shared, ...it.limits },
        nameOf(['applications', index, 'limits', 'readGrant']),
      ),
    })),
  };
}

interface ParseOptions {
  environment?: Record<string, string | undefined>;
  nameOf?: (path: readonly PropertyKey[]) => string;
}

function mergeLimits(given: Partial<Limits>, nameOfReadGrant: string): Limits {
  const merged = { ...defaultLimits, ...given };
  if (given.readGrant !== undefined && given.readGrant > merged.maxReadGrant)
    throw new ConfigError(
      `The tokenizer's settings are wrong:\n- ${nameOfReadGrant}: must not be longer than maxReadGrant; shorten it, or ` +
        'raise maxReadGrant',
    );
  return { ...merged, readGrant: Math.min(merged.readGrant, merged.maxReadGrant) };
}

export const writePath = (path: readonly PropertyKey[]) =>
  path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
export const defaultName = (path: readonly PropertyKey[]) => writePath(path).replace(/^\./, '') || 'config';
