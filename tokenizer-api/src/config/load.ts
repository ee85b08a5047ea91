import { fileVariable, overlayEnvironment, variableOf } from './environment.js';
import type { Environment, GivenSetting } from './environment.js';
import { findConfigFile, readConfigFile } from './file.js';
import type { ConfigFile } from './file.js';
import { defaultName, parseConfig, writePath } from './settings.js';
import type { Settings } from './settings.js';

export interface LoadedSettings {
  settings: Settings;
  /** The configuration file that was read, as an absolute or relative path; undefined when there is none. */
  file: string | undefined;
  /** For the operator; nothing that stops the tokenizer. */
  warnings: string[];
}

/**
 * Settings from a file and the environment, which goes before the file, setting by setting. The file: `file`, else
 * `LUNASEC_CONFIG`, else `tokenizer.config.{yaml,yml,json}` of the directory, if there is one. Throws
 * {@link ConfigError}, which names settings as the user wrote them.
 */
export async function loadSettings({
  file,
  environment = process.env,
  directory = process.cwd(),
}: {
  file?: string | undefined;
  environment?: Environment;
  directory?: string;
} = {}): Promise<LoadedSettings> {
  const path = file ?? (environment[fileVariable] || (await findConfigFile(directory)));
  const read = path === undefined ? undefined : await readConfigFile(path, directory);
  const { values, given, warnings } = overlayEnvironment(read?.values ?? {}, environment);
  const settings = parseConfig(values, { environment, nameOf: (setting) => nameOf(setting, given, read) });
  return { settings, file: path, warnings };
}

/** The variable that gave a setting; else its place in the file; else the variable that could give it. */
function nameOf(
  path: readonly PropertyKey[],
  given: readonly GivenSetting[],
  file: ConfigFile | undefined,
): string {
  const source = given.find((it) => it.path.every((part, index) => part === path[index]));
  if (source) return source.variable + writePath(path.slice(source.covers));
  if (file) {
    const line = file.lineOf(path);
    return `${file.path}${line === undefined ? '' : `, line ${line}`}: ${defaultName(path)}`;
  }
  return variableOf(path) ?? defaultName(path);
}
