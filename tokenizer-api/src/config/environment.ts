import { readFileSync } from 'node:fs';
import { settingDescriptions } from './catalog.js';
import type { SettingDescription } from './catalog.js';
import { nearest } from './nearest.js';
import { ConfigError } from './settings.js';

export type Environment = Record<string, string | undefined>;

type Variable = SettingDescription & { variable: string };

/** One setting that a variable gave. */
export interface GivenSetting {
  /** The variable's name, as it was set. */
  variable: string;
  path: readonly string[];
  /** How many parts of the path the variable's name stands for. */
  covers: number;
}

const prefix = 'LUNASEC_';
/** Names the configuration file. */
export const fileVariable = 'LUNASEC_CONFIG';

/** The settings that have a variable, kinds of sections before what is in them. */
const variables = settingDescriptions.filter((it): it is Variable => it.variable !== undefined);
const isKnown = (name: string) =>
  name === fileVariable ||
  variables.some(({ variable, secret }) => name === variable || (secret && name === `${variable}_FILE`));

export const variableOf = (path: readonly PropertyKey[]): string | undefined =>
  variables.find(
    (it) => it.path.length === path.length && it.path.every((part, index) => part === path[index]),
  )?.variable;

/**
 * Lays `LUNASEC_…` variables over the values of a file, setting by setting; an empty one counts as not set. Throws
 * {@link ConfigError}; what they hold is validated with the rest.
 */
export function overlayEnvironment(
  file: Record<string, unknown>,
  environment: Environment,
): { values: Record<string, unknown>; given: GivenSetting[]; warnings: string[] } {
  const values = { ...file };
  const given: GivenSetting[] = [];
  const kinds = new Set<string>();
  /** The first variable of a section that belongs to one kind of it. */
  const firstOfKind = new Map<string, { kind: string; variable: string }>();
  for (const setting of variables) {
    const found = read(setting, environment);
    if (!found) continue;
    const [section, field] = setting.path as [string, string?];
    const before = asSection(values[section]);
    if (setting.type === 'kind') {
      kinds.add(section);
      values[section] = before.kind === found.value ? before : { kind: found.value };
      given.push({ variable: found.name, path: [section, 'kind'], covers: 2 });
      continue;
    } else if (field !== undefined) {
      if (setting.kind !== undefined) {
        const first = firstOfKind.get(section) ?? { kind: setting.kind, variable: found.name };
        if (first.kind !== setting.kind)
          throw new ConfigError([
            `${found.name}: is for ${section} of the kind ${setting.kind}, but ${first.variable} is for ${first.kind}; unset one of them`,
          ]);
        firstOfKind.set(section, first);
      }
      // Another kind of store than the file's has settings of its own.
      const isSame = setting.kind === undefined || before.kind === setting.kind || kinds.has(section);
      values[section] = { ...(isSame ? before : { kind: setting.kind }), [field]: found.value };
    } else if (setting.type === 'object' && isSection(found.value)) {
      values[section] = { ...before, ...found.value };
      for (const name of Object.keys(found.value))
        given.push({ variable: found.name, path: [section, name], covers: 1 });
      continue;
    } else values[section] = found.value;
    given.push({ variable: found.name, path: setting.path, covers: setting.path.length });
  }
  return { values, given, warnings: unknownVariables(environment) };
}

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const asSection = (value: unknown): Record<string, unknown> => (isSection(value) ? value : {});

/** What is not a setting but nearly so throws; what is nothing like one may be meant for another program. */
function unknownVariables(environment: Environment): string[] {
  const names = variables.flatMap(({ variable, secret }) =>
    secret ? [variable, `${variable}_FILE`] : [variable],
  );
  const unknown = Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && environment[name] !== '' && !isKnown(name))
    .map((name) => ({ name, match: nearestVariable(name, [...names, fileVariable]) }));
  const mistakes = unknown.filter(({ match }) => match !== undefined);
  if (mistakes.length > 0)
    throw new ConfigError(
      mistakes.map(({ name, match }) => `${name}: is not a setting; did you mean "${match}"?`),
    );
  return unknown.map(({ name }) => `${name} is not a setting of the tokenizer; it is left alone.`);
}

/** The prefix, which all share, makes no two names alike. */
function nearestVariable(name: string, names: readonly string[]): string | undefined {
  const bare = (text: string) => text.slice(prefix.length);
  const match = nearest(bare(name), names.map(bare));
  return match === undefined ? undefined : prefix + match;
}

function read(setting: Variable, environment: Environment): { name: string; value: unknown } | undefined {
  const { variable, secret, type } = setting;
  const text = environment[variable] || undefined;
  const path = (secret && environment[`${variable}_FILE`]) || undefined;
  if (text !== undefined && path !== undefined)
    throw new ConfigError([`${variable}: is set twice, also as ${variable}_FILE; unset one of them`]);
  if (path !== undefined) return { name: `${variable}_FILE`, value: readSecret(`${variable}_FILE`, path) };
  return text === undefined ? undefined : { name: variable, value: convert(variable, text, type) };
}

/** Without the line break that editors and `echo` end a file with. */
function readSecret(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ConfigError([`${name}: the file cannot be read (${code}); check its path and owner`]);
  }
}

function convert(name: string, text: string, type: SettingDescription['type']): unknown {
  switch (type) {
    case 'number':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'list':
    case 'object':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        throw new ConfigError([`${name}: is not JSON; check its quotes`]);
      }
    default:
      return text;
  }
}
