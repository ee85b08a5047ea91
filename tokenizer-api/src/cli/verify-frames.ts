import { Command, InvalidArgumentError } from 'commander';
import { checkInstalledFrames, checkServedFrames } from '../doctor/frames.js';
import type { Finding } from '../doctor/finding.js';

export const verifyFramesCommand = (): Command =>
  new Command('verify-frames')
    .description(
      'Compare the frames that a running tokenizer serves with the hashes that this version was published with; or, without ' +
        'a URL, those that are installed here. Needs no settings. Ends with 1 if they differ.',
    )
    .argument('[url]', 'public URL of the tokenizer, such as https://tokens.example.com', originOf)
    .option('--application <id>', 'an application of that tokenizer, which its pages are asked for')
    .action(async (url: string | undefined, { application }: { application?: string }, command: Command) => {
      if (url !== undefined && application === undefined)
        command.error('Name an application of the tokenizer: --application <id>.', { exitCode: 2 });
      const findings: Finding[] = [await checkInstalledFrames()];
      if (url !== undefined && application !== undefined && findings[0]!.status === 'ok')
        findings.push(await checkServedFrames(url, application));
      for (const { status, message, fix } of findings)
        if (status === 'ok') console.log(message);
        else console.error(`${message}\n→ ${fix}`);
      process.exitCode = findings.every(({ status }) => status === 'ok') ? 0 : 1;
    });

function originOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text).origin;
  throw new InvalidArgumentError('It must be an http: or https: URL.');
}
