import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isMap, LineCounter, parseDocument } from 'yaml';
import { ConfigError } from './settings.js';

/** What a configuration file says, not yet validated. */
export interface ConfigFile {
  /** As the user named it. */
  path: string;
  values: Record<string, unknown>;
  /** The line of a setting, from 1; undefined when the file does not have it. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

/** Looked for in the working directory when no file is named. */
export const defaultFiles = ['tokenizer.config.yaml', 'tokenizer.config.yml', 'tokenizer.config.json'];
/** Bytes. */
const maxSize = 1024 * 1024;

/** The configuration file of a directory, if it has one. Throws {@link ConfigError} when it has several. */
export async function findConfigFile(directory: string): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of defaultFiles)
    if (await stat(join(directory, name)).catch(() => undefined)) found.push(name);
  if (found.length > 1)
    throw new ConfigError([
      `${found.join(' and ')}: there must be one; delete the others, or name it by --config`,
    ]);
  return found[0];
}

/**
 * Reads a YAML or JSON file (JSON is YAML). Throws {@link ConfigError}, with the place, never with what is written
 * there: it might be a secret.
 */
export async function readConfigFile(path: string, directory: string): Promise<ConfigFile> {
  const text = await readText(path, resolve(directory, path));
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, logLevel: 'silent' });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new ConfigError([`${path}, line ${line}, column ${col}: is not good YAML or JSON (${fault.code})`]);
  }
  if (document.contents !== null && !isMap(document.contents))
    throw new ConfigError([`${path}: must hold settings by name, such as "port: 4010"`]);
  return {
    path,
    values: toValues(path, document),
    lineOf(setting) {
      const node = document.getIn(setting, true) as { range?: [number, number, number] } | undefined;
      return node?.range ? lines.linePos(node.range[0]).line : undefined;
    },
  };
}

function toValues(path: string, document: ReturnType<typeof parseDocument>): Record<string, unknown> {
  try {
    const { $schema: _, ...values } = (document.toJS({ maxAliasCount: 100 }) ?? {}) as Record<
      string,
      unknown
    >;
    return values;
  } catch {
    throw new ConfigError([`${path}: has an alias that is unknown, or too many of them`]);
  }
}

async function readText(path: string, absolute: string): Promise<string> {
  try {
    const { size } = await stat(absolute);
    if (size > maxSize) throw new ConfigError([`${path}: is larger than 1 MiB; is it the right file?`]);
    return await readFile(absolute, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    ]);
  }
}
