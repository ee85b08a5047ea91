import type { Command } from 'commander';
import { loadSettings } from '../config/load.js';
import type { Settings } from '../config/settings.js';

/** The settings of a command, by its `--config`, or what stands in for it. Says on stderr what is only odd. */
export async function settingsOf(command: Command): Promise<Settings> {
  const { config } = command.optsWithGlobals<{ config?: string }>();
  const { settings, warnings } = await loadSettings({ file: config });
  for (const warning of warnings) console.error(warning);
  return settings;
}
