import { Command } from 'commander';
import { relative } from 'node:path';
import { parseDuration } from '../directive/index.js';
import { defaultPatterns, lintSchema } from '../lint/index.js';
import type { LintFinding, SensitivePattern } from '../lint/index.js';
import { loadSchema } from './load-schema.js';
import { UsageError } from './io.js';
import type { IO } from './io.js';

interface Flags {
  ignore: string[];
  pattern: string[];
  maxDuration: string;
  json: boolean;
}

/** Exit code 0 when there is nothing to say, 1 with findings, 2 when the schema cannot be read. */
export const lintSchemaCommand = (io: IO): Command =>
  new Command('lint-schema')
    .description(
      'Names fields that look as if they should be marked @token, and marks that do not fit together.',
    )
    .argument(
      '<schema...>',
      'SDL files that make one schema, or a module whose "schema", "typeDefs" or default export is one',
    )
    .option(
      '--ignore <coordinate>',
      'say nothing about this one, such as User.notes or "Audit*"; may be repeated. In SDL, "lunasec-ignore" in a comment or description does the same',
      collect,
      [],
    )
    .option(
      '--pattern <expression>',
      'a regular expression for names that look sensitive too, tried on their words: nationalId is "national id"; may be repeated',
      collect,
      [],
    )
    .option('--max-duration <duration>', 'longest duration to say nothing about', '1h')
    .option('--json', 'print the findings as JSON', false)
    .action(async (files: string[], { ignore, pattern, maxDuration, json }: Flags) => {
      const seconds = parseDuration(maxDuration);
      if (seconds === undefined)
        throw new UsageError(`"${maxDuration}" is not a duration; write one like 5m30s, 1h or 45s.`);
      const patterns = [...pattern.map(toPattern), ...defaultPatterns];
      const schema = await loadSchema(files);
      const findings = lintSchema(schema, { ignore, patterns, maxDuration: seconds }).map(withShortPath);
      io.out(json ? JSON.stringify(findings, null, 2) : asText(findings));
      if (findings.length > 0) io.fail();
    });

const collect = (value: string, before: string[]): string[] => [...before, value];

function toPattern(expression: string): SensitivePattern {
  try {
    return { subject: 'what was asked for', field: new RegExp(expression, 'i') };
  } catch {
    throw new UsageError(`"${expression}" is not a regular expression.`);
  }
}

function withShortPath(finding: LintFinding): LintFinding {
  const { location } = finding;
  return location ? { ...finding, location: { ...location, file: relative('', location.file) } } : finding;
}

/** Lines that editors and CI make links of. */
function asText(findings: readonly LintFinding[]): string {
  if (findings.length === 0) return 'Nothing to say about this schema.';
  const lines = findings.map(({ rule, coordinate, message, location }) => {
    const at = location ? `${location.file}:${location.line}:${location.column}: ` : '';
    return `${at}${coordinate} ${message} [${rule}]`;
  });
  return `${lines.join('\n')}\n\n${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}.`;
}
