import { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { defaultFiles } from '../config/file.js';
import { ConfigError, defaultName, parseConfig } from '../config/settings.js';
import { configTemplate } from '../config/template.js';
import { readOrCreateKeyFile } from '../stores/key-provider/key-file.js';
import { configOf } from './settings.js';

interface InitOptions {
  application: string;
  origin: string[];
  jwksUrl?: string;
  publicUrl?: string;
  dataDirectory?: string;
  mongodb?: string;
  s3Bucket?: string;
  s3Region?: string;
  s3Endpoint?: string;
  s3PathStyle?: boolean;
}

/** Which option gives a setting, for messages. */
const flags: Record<string, string> = {
  'applications[0].id': '--application',
  'applications[0].jwksURL': '--jwks-url',
  publicURL: '--public-url',
  'tokenStore.uri': '--mongodb',
  'objectStore.bucket': '--s3-bucket',
  'objectStore.region': '--s3-region',
  'objectStore.endpoint': '--s3-endpoint',
};

export const initCommand = (): Command =>
  new Command('init')
    .description(
      `Write a configuration file for a new tokenizer (${defaultFiles[0]}, or what --config names) and its key file. ` +
        'Overwrites nothing.',
    )
    .option('--application <id>', 'the first application', 'my-app')
    .option('--origin <origin...>', "origins of the application's pages", ['http://localhost:3000'])
    .option(
      '--jwks-url <url>',
      "where the application's public keys are (default: its first origin's /.lunasec/jwks.json)",
    )
    .option(
      '--public-url <origin>',
      'where browsers reach the tokenizer (default: the address that it listens on)',
    )
    .option('--data-directory <path>', 'for the key file and embedded stores')
    .option('--mongodb <uri>', 'connection string; without it, SQLite is used')
    .option('--s3-bucket <name>', 'bucket; without it, values are kept on disk')
    .option('--s3-region <region>', 'region of the bucket')
    .option('--s3-endpoint <url>', 'address of an S3-compatible store')
    .option('--s3-path-style', "put the bucket's name into the path")
    .action(async (options: InitOptions, command: Command) => {
      const values = valuesOf(options);
      const { keyFile } = parseConfig(values, { nameOf: flagOf });
      const path = configOf(command) ?? defaultFiles[0]!;
      // It may hold the password of the database.
      await writeFile(path, configTemplate(values), { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
        const { code = 'unknown' } = error as NodeJS.ErrnoException;
        throw new ConfigError([
          code === 'EEXIST'
            ? `${path}: is there already, and was left as it is; choose another by --config`
            : `${path}: cannot be written (${code})`,
        ]);
      });
      await readOrCreateKeyFile(keyFile);
      console.log(
        `Wrote ${path}, and the keys in ${keyFile}: back them up, no value can be read without them.`,
      );
      console.log('Next: tokenizer doctor, then tokenizer start.');
    });

function valuesOf(options: InitOptions): Record<string, unknown> {
  const { application, origin, jwksUrl, publicUrl, dataDirectory, mongodb } = options;
  return {
    ...(publicUrl === undefined ? {} : { publicURL: publicUrl }),
    applications: [
      { id: application, jwksURL: jwksUrl ?? `${origin[0]}/.lunasec/jwks.json`, origins: origin },
    ],
    tokenStore: mongodb === undefined ? { kind: 'sqlite' } : { kind: 'mongodb', uri: mongodb },
    objectStore: objectStoreOf(options),
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
  };
}

function objectStoreOf({ s3Bucket, s3Region, s3Endpoint, s3PathStyle }: InitOptions): object {
  if ([s3Bucket, s3Region, s3Endpoint, s3PathStyle].every((it) => it === undefined)) return { kind: 'disk' };
  return {
    kind: 's3',
    bucket: s3Bucket,
    region: s3Region,
    ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
    ...(s3PathStyle === undefined ? {} : { forcePathStyle: s3PathStyle }),
  };
}

function flagOf(path: readonly PropertyKey[]): string {
  const name = defaultName(path);
  return flags[name] ?? (name.startsWith('applications[0].origins') ? '--origin' : name);
}
