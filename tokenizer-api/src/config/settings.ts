import { join, resolve } from 'node:path';
import type { z } from 'zod';
import type { Limits } from '../services/limits.js';
import { namesBelow } from './catalog.js';
import { isLoopback } from './fields.js';
import { didYouMean } from './nearest.js';
import { configSchema } from './schema.js';
import type { jwks } from './schema.js';

/** Settings are missing or wrong. The message has one line per setting, with what to do about it; never its value. */
export class ConfigError extends Error {
  override name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(`The tokenizer's settings are wrong:\n- ${problems.join('\n- ')}`);
  }
}

/** What {@link startTokenizer} takes. Durations are texts such as `15m`; everything but `applications` has a default. */
export type TokenizerConfig = z.input<typeof configSchema>;
type Parsed = z.output<typeof configSchema>;

export interface ApplicationSettings {
  id: string;
  keys: { url: URL } | { jwks: z.output<typeof jwks> };
  origins: string[];
  /** What its servers may do with values themselves. */
  serverSide: { tokenize: boolean; detokenize: boolean };
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
  if (!result.success) throw new ConfigError(describeIssues(result.error.issues, nameOf));
  const { applications, limits: shared, introspection, keyFile, ...rest } = result.data;
  const dataDirectory = resolve(rest.dataDirectory);
  if (!rest.publicURL && ['0.0.0.0', '::'].includes(rest.host))
    throw new ConfigError([
      `${nameOf(['publicURL'])}: is needed, because ${rest.host} is no address that a browser can open; set it to the ` +
        'origin of this tokenizer, such as https://tokens.example.com',
    ]);
  if (keyFile !== undefined && (rest.keyProvider.kind !== 'local' || rest.keyProvider.keys))
    throw new ConfigError([
      `${nameOf(['keyFile'])}: is of no use, as the keys come from ` +
        `${rest.keyProvider.kind === 'local' ? nameOf(['keyProvider', 'keys']) : 'AWS KMS'}; remove one of them`,
    ]);
  const settings: Settings = {
    ...rest,
    dataDirectory,
    keyFile: keyFile === undefined ? join(dataDirectory, 'keys.json') : resolve(keyFile),
    introspection: introspection ?? environment.NODE_ENV !== 'production',
    applications: applications.map((it, index) => ({
      id: it.id,
      keys: it.jwksURL ? { url: it.jwksURL } : { jwks: it.jwks! },
      origins: it.origins,
      serverSide: it.serverSide,
      limits: mergeLimits(
        { ...shared, ...it.limits },
        nameOf(['applications', index, 'limits', 'readGrant']),
      ),
    })),
  };
  checkRates(settings, nameOf);
  checkConsole(settings, nameOf);
  return settings;
}

/** A full batch must be possible at all. */
function checkRates(
  { rates, applications }: Settings,
  nameOf: (path: readonly PropertyKey[]) => string,
): void {
  const largest = Math.max(...applications.map(({ limits }) => limits.maxBatch));
  for (const name of ['sessionTokens', 'applicationTokens'] as const)
    if (rates[name] < largest)
      throw new ConfigError([
        `${nameOf(['rates', name])}: must be at least ${largest}, the largest maxBatch; raise it, or lower maxBatch`,
      ]);
}

/** What operators see must not go over a network in clear, nor share an origin with the frames. */
function checkConsole(
  { console: it, publicURL }: Settings,
  nameOf: (path: readonly PropertyKey[]) => string,
): void {
  if (!it) return;
  const name = nameOf(['console', 'publicURL']);
  if (!it.publicURL && !isLoopback(it.host) && it.host !== '::1')
    throw new ConfigError([
      `${name}: is needed, because others can reach ${it.host}; set it to the https: origin of the console, such as ` +
        'https://console.example.com, with a proxy in front that has its certificate',
    ]);
  if (it.publicURL && it.publicURL === publicURL)
    throw new ConfigError([`${name}: is that of the tokenizer too; the console needs an origin of its own`]);
}

interface ParseOptions {
  environment?: Record<string, string | undefined>;
  nameOf?: (path: readonly PropertyKey[]) => string;
}

/** Most mistakes that are told at once. */
const maxProblems = 50;

function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  nameOf: (path: readonly PropertyKey[]) => string,
): string[] {
  const mistakes = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key], reason: () => unknownName(issue.path, key) }))
      : [{ path: issue.path, reason: () => issue.message }],
  );
  const told = mistakes.slice(0, maxProblems).map(({ path, reason }) => `${nameOf(path)}: ${reason()}`);
  const others = mistakes.length - told.length;
  return others > 0 ? [...told, `and ${others} more: correct these first`] : told;
}

function unknownName(section: readonly PropertyKey[], name: string): string {
  const known = namesBelow(section);
  if (known.includes(name)) return 'is a setting of another kind; change the kind, or remove it';
  return `is not a setting${didYouMean(name, known) || ' here'}`;
}

function mergeLimits(given: Partial<Limits>, nameOfReadGrant: string): Limits {
  const merged = { ...defaultLimits, ...given };
  if (given.readGrant !== undefined && given.readGrant > merged.maxReadGrant)
    throw new ConfigError([
      `${nameOfReadGrant}: must not be longer than maxReadGrant; shorten it, or raise maxReadGrant`,
    ]);
  return { ...merged, readGrant: Math.min(merged.readGrant, merged.maxReadGrant) };
}

/** What looks like a name. After a forgotten sign a value can stand where a name should, and is not told. */
const plainName = /^[A-Za-z_$][\w-]{0,39}$/;

export const writePath = (path: readonly PropertyKey[]) =>
  path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`;
      return plainName.test(String(part)) ? `.${String(part)}` : '.…';
    })
    .join('');
export const defaultName = (path: readonly PropertyKey[]) => writePath(path).replace(/^\./, '') || 'config';
