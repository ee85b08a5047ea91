import { stripVTControlCharacters } from 'node:util';
import { bold, dim, green, red, yellow } from '../../scripts/lib/progress.mjs';

/** A number with three digits that count. */
export const short = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

export const targetText = (target, unit = '×') =>
  target === null
    ? 'none'
    : target.exactly !== undefined
      ? `exactly ${target.exactly}`
      : target.atMost !== undefined
        ? `≤ ${target.atMost}${unit}`
        : `≥ ${target.atLeast}${unit}`;

export const unitOf = ({ unit = '×' }) => unit;

export const spreadText = ({ low, high }) => `${short(low)} – ${short(high)}`;

/** Prints the figures of all measures, and what could not be measured. */
export function printTable(results) {
  const rows = results.flatMap(({ number, title, figures = [] }) =>
    figures.map((figure, index) => [
      index === 0 ? String(number) : '',
      `${index === 0 ? title.replaceAll('`', '') : ''}`,
      figure.what.replaceAll('`', ''),
      bold(`${short(figure.ratio)}${unitOf(figure)}`),
      dim(spreadText(figure)),
      targetText(figure.target, unitOf(figure)),
      figure.isMet === undefined ? dim('–') : figure.isMet ? green('met') : red('missed'),
    ]),
  );
  const head = ['', 'measure', 'figure', 'median', 'quartiles', 'target', ''].map((text) => dim(text));
  const all = [head, ...rows];
  const length = (text) => stripVTControlCharacters(text).length;
  const widths = head.map((_, column) => Math.max(...all.map((row) => length(row[column]))));
  console.log();
  for (const row of all)
    console.log(row.map((text, column) => text + ' '.repeat(widths[column] - length(text))).join('  '));
  for (const { number, title, missing, error } of results) {
    if (missing) console.log(yellow(`${number} ${title}: not measured: ${missing}.`));
    if (error) console.error(red(`${number} ${title} failed: ${error}`));
  }
}
