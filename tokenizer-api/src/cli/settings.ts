import type { Command } from 'commander';
import { loadSettings } from '../config/load.js';
import type { LoadedSettings } from '../config/load.js';
import type { Settings } from '../config/settings.js';

/** The settings of a command, by its `--config`, or what stands in for it. Says on stderr what is only odd. */
export const settingsOf = async (command: Command): Promise<Settings> =>
  (await loadedSettingsOf(command)).settings;

/** The same, with where they came from. */
export async function loadedSettingsOf(command: Command): Promise<LoadedSettings> {
  const loaded = await loadSettings({ file: configOf(command) });
  for (const warning of loaded.warnings) console.error(warning);
  return loaded;
}

/** What `--config` says. */
export const configOf = (command: Command): string | undefined =>
  command.optsWithGlobals<{ config?: string }>().config;
