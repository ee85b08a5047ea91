import { Command } from 'commander';
import { styleText } from 'node:util';
import { diagnose } from '../doctor/diagnose.js';
import type { Finding } from '../doctor/finding.js';
import { loadedSettingsOf } from './settings.js';

const marks = { ok: ['green', '✓'], warning: ['yellow', '!'], error: ['red', '✗'] } as const;

export const doctorCommand = (): Command =>
  new Command('doctor')
    .description(
      'Check database, object store, CORS, clocks, keys and applications with these settings, and say what to do. ' +
        'Ends with 1 if anything is wrong.',
    )
    .option('--json', 'print one JSON object, for programs')
    .action(async ({ json = false }: { json?: boolean }, command: Command) => {
      const { settings, file } = await loadedSettingsOf(command);
      const isProduction = process.env.NODE_ENV === 'production';
      const findings: Finding[] = [];
      for await (const finding of diagnose(settings, { configFile: file, isProduction })) {
        findings.push(finding);
        if (!json) print(finding);
      }
      const faults = findings.filter(({ status }) => status === 'error').length;
      const warnings = findings.filter(({ status }) => status === 'warning').length;
      if (json) console.log(JSON.stringify({ ok: faults === 0, findings }, null, 2));
      else console.log(`\n${summaryOf(faults, warnings)}`);
      process.exitCode = faults === 0 ? 0 : 1;
    });

function print({ check, status, message, fix }: Finding): void {
  const [color, mark] = marks[status];
  console.log(`${paint(color, mark)} ${check.padEnd(12)} ${message}`);
  if (fix !== null) console.log(`${' '.repeat(15)}→ ${fix}`);
}

/** Only for people: not into files and pipes, and not where NO_COLOR forbids it. */
const paint = (color: 'green' | 'yellow' | 'red', text: string) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? styleText(color, text) : text;

function summaryOf(faults: number, warnings: number): string {
  if (faults > 0) return `${faults} to repair${warnings > 0 ? `, ${warnings} to look at` : ''}.`;
  return warnings > 0 ? `It works; ${warnings} to look at.` : 'All is well.';
}
