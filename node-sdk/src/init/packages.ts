import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InitError } from './changes.js';
import type { Manifest, Project } from './project.js';
import type { Integration } from './wire.js';

/** All that an app depends on, to run or to develop. */
export const all = ({ dependencies, devDependencies }: Manifest): Record<string, string> => ({
  ...devDependencies,
  ...dependencies,
});

const ownPackage = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')));

export const reactPackage = { '@lunasec/react-sdk': `^${ownPackage.version}` };

/** What decides which packages an app needs. */
export interface Parts {
  integration: Integration;
  isTypeScript: boolean;
  hasSessions: boolean;
  /** The server's source has been changed before: what it needs is its own matter. */
  isDone: boolean;
  /** The app's own folder has React pages that get the provider. */
  hasNewProvider: boolean;
}

/** package.json with what LunaSec needs, as far as it is not there. */
export function withPackages({ packageText, manifest }: Project, parts: Parts): string {
  const { integration, isTypeScript, hasSessions } = parts;
  const isStandalone = integration === 'standalone';
  const needed: Record<string, string | false> = {
    '@as-integrations/express5': isStandalone && '^1.1.2',
    '@graphql-tools/schema': '^10.0.0',
    '@lunasec/node-sdk': `^${ownPackage.version}`,
    cors: isStandalone && '^2.8.5',
    express: isStandalone && '^5.1.0',
    'express-session': !hasSessions && '^1.18.2',
  };
  const forDevelopment: Record<string, string | false> = {
    '@lunasec/tokenizer-api': `^${ownPackage.version}`,
    '@types/cors': isTypeScript && isStandalone && '^2.8.19',
    '@types/express': isTypeScript && '^5.0.3',
    '@types/express-session': isTypeScript && !hasSessions && '^1.18.2',
  };
  const present = all(manifest);
  const express = present.express;
  if (express !== undefined && /^\D*[0-4]\./.test(express))
    throw new InitError(`LunaSec needs Express 5, and this app has express ${express}. Update it first.`);
  const missing = (wanted: Record<string, string | false>): [string, string][] =>
    Object.entries(wanted).filter(
      (entry): entry is [string, string] => entry[1] !== false && !(entry[0] in present),
    );
  const ofServer = parts.isDone ? {} : needed;
  const dependencies = missing(parts.hasNewProvider ? { ...ofServer, ...reactPackage } : ofServer);
  const devDependencies = missing(parts.isDone ? {} : forDevelopment);
  const isComplete = dependencies.length + devDependencies.length === 0;
  if (isComplete && manifest.scripts?.tokenizer !== undefined) return packageText;
  return printPackage(packageText, {
    scripts: { ...manifest.scripts, tokenizer: manifest.scripts?.tokenizer ?? 'tokenizer start' },
    ...(isComplete
      ? {}
      : {
          dependencies: { ...manifest.dependencies, ...Object.fromEntries(dependencies) },
          devDependencies: { ...manifest.devDependencies, ...Object.fromEntries(devDependencies) },
        }),
  });
}

/** package.json with other parts; what is there keeps its order and style, and dependencies are sorted. */
export function printPackage(
  text: string,
  {
    scripts,
    ...dependencies
  }: Partial<Record<'scripts' | 'dependencies' | 'devDependencies', Record<string, string>>>,
): string {
  const next = {
    ...(JSON.parse(text) as Record<string, unknown>),
    ...(scripts ? { scripts } : {}),
    ...Object.fromEntries(Object.entries(dependencies).map(([kind, record]) => [kind, sorted(record)])),
  };
  const indent = /^\{\r?\n([ \t]+)/.exec(text)?.[1] ?? '  ';
  return `${JSON.stringify(next, null, indent)}${text.endsWith('\n') ? '\n' : ''}`;
}

const sorted = (record: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
