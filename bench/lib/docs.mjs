import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/workspace.mjs';
import { barChart } from './chart.mjs';
import { short, spreadText, targetText, unitOf } from './table.mjs';

/** Writes docs/performance.md and its charts from what is recorded. */
export async function writeDocs(results, measures) {
  const all = results.flatMap(({ number, id, figures = [] }) =>
    figures.map((figure) => ({
      ...figure,
      label: `${number} ${id} · ${figure.what.replaceAll('`', '')}`,
    })),
  );
  const judged = all.filter(({ target }) => target);
  const chart = (name, ...parameters) =>
    writeFileSync(join(root, 'docs', 'images', `bench-${name}.svg`), barChart(...parameters));
  chart(
    'faster',
    'Times the baseline: more is better (the mark is the target)',
    judged.filter(({ target }) => target.atLeast !== undefined),
    { isLogarithmic: true },
  );
  chart(
    'costs',
    'Times the baseline: less is better (the mark is the target)',
    judged.filter(({ target, unit }) => target.atMost !== undefined && unit === undefined),
    { isLogarithmic: false },
  );
  const text = pageOf(results, measures);
  const { format, resolveConfig } = await import('prettier');
  const file = join(root, 'docs', 'performance.md');
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }));
}

const verdict = ({ isMet }) => (isMet === undefined ? '–' : isMet ? 'met' : '**missed**');

function busyText(results) {
  const loads = results.map(({ load }) => load).filter((load) => load !== undefined);
  if (loads.length === 0) return '';
  const [least, most] = [Math.min(...loads), Math.max(...loads)];
  return `Other work, and the measure before, kept it busy: its load was ${least === most ? least : `${least} to ${most}`}.`;
}

function pageOf(results, measures) {
  const machines = [...new Set(results.map(({ machine }) => machine))];
  const table = results.flatMap(({ number, title, figures = [] }) =>
    figures.map((figure, index) => [
      index === 0 ? `${number}. ${title}` : '',
      figure.what,
      figure.baseline,
      `${short(figure.ratio)}${unitOf(figure)}`,
      spreadText(figure),
      targetText(figure.target, unitOf(figure)),
      verdict(figure),
    ]),
  );
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const missed = results.filter(({ figures = [] }) => figures.some(({ isMet }) => isMet === false));
  const aboutOf = ({ id }) => measures.find((measure) => measure.id === id);
  return `# Performance

<!-- Written by \`npm run bench -- --write-docs\` from bench/; change that instead. -->

\`\`\`sh
npm run bench                    # all of it, as a table
npm run bench -- presigning 4    # some of it, by name or number
npm run bench -- --quick         # a self-check of the suite; its figures say little
npm run bench -- --guard         # fails where more than 20 % of a recorded ratio was lost
npm run bench -- --write-docs    # records all of it, or what is named, and writes this page and its charts
\`\`\`

Every figure is a **ratio to a baseline that runs in turn with it**, on the same machine: A B, B A, A B, …; the median of the
pairs, with its quartiles. So it can be compared with those of another machine, and whatever else a machine does meets both
sides. CPU time is that of the process that is measured; load comes from another process over kept connections. Each measure
has a process of its own. Times are in the output of the run, and in what \`--json\` writes.

Measured on ${machines.join('; and on ')}. ${busyText(results)}

${line(['measure', 'figure', 'baseline', 'median', 'quartiles', 'target', ''])}
${line(Array(7).fill('---'))}
${table.map(line).join('\n')}

![Ratios where more is better](images/bench-faster.svg)

![Ratios where less is better](images/bench-costs.svg)

## What was measured how

${results
  .filter(({ figures }) => figures?.length)
  .map((result) => {
    const { about = '' } = aboutOf(result);
    const shown = result.figures
      .filter((figure) => figure.shown)
      .map((figure) => `${figure.what}: ${figure.shown}`)
      .join('; ')
      .replace(/^./, (letter) => letter.toUpperCase());
    return `- **${result.number}. ${result.title}.** ${about} ${shown}.`;
  })
  .join('\n')}

## What is missed, and why

${
  missed.length === 0
    ? 'Every target was met in this run.'
    : missed
        .map((result) => {
          const figures = result.figures
            .filter(({ isMet }) => isMet === false)
            .map(
              (figure) =>
                `${figure.what}: ${short(figure.ratio)}${unitOf(figure)}, wanted ${targetText(figure.target, unitOf(figure))}`,
            )
            .join('; ');
          return `- **${result.number}. ${result.title}.** ${figures}. ${aboutOf(result).why ?? ''}`;
        })
        .join('\n')
}
${results
  .filter(({ missing }) => missing)
  .map(({ number, title, missing }) => `\n${number}. ${title} was not measured: ${missing}.\n`)
  .join('')}
${unrecorded(measures, results)}How many tokenizers a number of users takes is worked out in [scaling.md](scaling.md).
`;
}

/** Names measures that nobody has recorded yet. */
function unrecorded(measures, results) {
  const names = measures
    .filter(({ id }) => results.every((result) => result.id !== id))
    .map(({ number, title }) => `${number} (${title})`);
  return names.length === 0 ? '' : `Not recorded yet: ${names.join(', ')}.\n\n`;
}
