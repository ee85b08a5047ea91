import { Option } from 'commander';
import type { Command } from 'commander';
import type { Secrets } from '../auth/secrets.js';
import { LunaSec } from '../lunasec/lunasec.js';
import { UsageError } from './io.js';

export interface LunaSecFlags {
  application?: string;
  tokenizer?: string;
  keyFile?: string;
  awsSecret?: string;
}

/** Adds the options that say as which application, and to which tokenizer, a command talks. */
export const withLunaSec = (command: Command): Command =>
  command
    .addOption(
      new Option('--application <id>', "the app's id in the tokenizer's configuration").env('LUNASEC_APP_ID'),
    )
    .addOption(new Option('--tokenizer <url>', "the tokenizer's public URL").env('LUNASEC_TOKENIZER_URL'))
    .addOption(
      new Option(
        '--key-file <path>',
        "the app's private keys; without it they are taken from LUNASEC_SIGNING_KEY",
      ).env('LUNASEC_SIGNING_KEY_FILE'),
    )
    .addOption(
      new Option('--aws-secret <name>', "the secret of AWS Secrets Manager that has the app's private keys"),
    );

/** Says what is missing or wrong before anything is done. */
export async function openLunaSec(flags: LunaSecFlags): Promise<LunaSec> {
  const { application, tokenizer } = flags;
  if (application === undefined || tokenizer === undefined)
    throw new UsageError(
      'Say as which application, and to which tokenizer: --application and --tokenizer, or LUNASEC_APP_ID and LUNASEC_TOKENIZER_URL.',
    );
  try {
    return await LunaSec.create({
      applicationId: application,
      tokenizerURL: tokenizer,
      // It has no pages: of what the options ask for, only servers need the rest.
      origin: new URL(tokenizer).origin,
      auth: { secrets: secretsOf(flags), sessionIdProvider: () => null },
      // Batches are large, and nobody waits at a page.
      client: { deadline: 60_000, attemptTimeout: 20_000, retries: 5 },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function secretsOf({ keyFile, awsSecret }: LunaSecFlags): Secrets {
  if (awsSecret !== undefined) return { source: 'aws-secrets-manager', secretId: awsSecret };
  if (keyFile !== undefined) return { source: 'file', path: keyFile };
  return { source: 'environment' };
}
