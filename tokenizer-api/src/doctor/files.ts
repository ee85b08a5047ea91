import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import { fault, fine, warning } from './finding.js';
import type { Finding } from './finding.js';

const check = 'files';

/** Whether other users of this machine can get at what they should not. */
export async function checkFiles(settings: Settings, configFile: string | undefined): Promise<Finding[]> {
  if (process.platform === 'win32') return [];
  const { dataDirectory, keyFile, tokenStore } = settings;
  const secrets = [
    { path: keyFile, mode: '600' },
    ...(tokenStore.kind === 'sqlite' ? [{ path: join(dataDirectory, 'tokenizer.sqlite'), mode: '600' }] : []),
    { path: dataDirectory, mode: '700' },
  ];
  const findings: Finding[] = [];
  for (const { path, mode } of secrets)
    if (await isOpen(path, 0o077))
      findings.push(
        fault(check, `${path} is open to other users of this machine`, `Run: chmod ${mode} ${path}`),
      );
  if (configFile !== undefined && (await isOpen(configFile, 0o022)))
    findings.push(
      fault(
        check,
        `${configFile} can be changed by other users of this machine`,
        `Run: chmod go-w ${configFile}`,
      ),
    );
  else if (configFile !== undefined && hasPassword(settings) && (await isOpen(configFile, 0o044)))
    findings.push(
      warning(
        check,
        `${configFile} can be read by other users of this machine`,
        `Run: chmod 600 ${configFile}, or give the connection string by LUNASEC_MONGODB_URI_FILE.`,
      ),
    );
  return findings.length > 0 ? findings : [fine(check, 'no secret is open to other users of this machine')];
}

const hasPassword = ({ tokenStore }: Settings) =>
  tokenStore.kind === 'mongodb' && /^mongodb(\+srv)?:\/\/[^/@]*:[^/@]*@/.test(tokenStore.uri);

async function isOpen(path: string, bits: number): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status !== undefined && (status.mode & bits) !== 0;
}
