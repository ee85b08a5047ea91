import { short, targetText, unitOf } from './table.mjs';

const width = 940;
const row = 34;
const left = 430;
const right = 150;
const top = 56;
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** It brings a background of its own, and so is readable on any. */
const style = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600; font-size: 15px }
    .back { fill: #ffffff } .line { stroke: #d1d9e0 } .faint { fill: #59636e }
    .met { fill: #1a7f5a } .missed { fill: #bc4c00 } .none { fill: #6e7781 } .target { stroke: #1f2328; stroke-width: 2 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .back { fill: #161b22 } .line { stroke: #3d444d } .faint { fill: #9198a1 }
      .met { fill: #3fb68b } .missed { fill: #f0883e } .none { fill: #8b949e } .target { stroke: #e6edf3 }
    }`;

/** A bar for each figure, with a mark where its target is. `isLogarithmic` for ratios that are far apart. */
export function barChart(title, figures, { isLogarithmic }) {
  const values = figures.flatMap(({ ratio, target }) => [ratio, limitOf(target) ?? ratio]);
  const scale = isLogarithmic ? logarithmic(values) : linear(values);
  const space = width - left - right;
  const x = (value) => (left + scale.at(value) * space).toFixed(1);
  const height = top + figures.length * row + 36;
  const bottom = height - 34;
  const parts = scale.ticks.map(
    (tick) =>
      `<line class="line" x1="${x(tick)}" x2="${x(tick)}" y1="${top - 8}" y2="${bottom}"/>` +
      `<text class="faint" x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`,
  );
  figures.forEach((figure, index) => {
    const { label, ratio, target, isMet } = figure;
    const y = top + index * row;
    const kind = isMet === undefined ? 'none' : isMet ? 'met' : 'missed';
    const limit = limitOf(target);
    parts.push(
      `<text x="${left - 12}" y="${y + 16}" text-anchor="end">${escape(label)}</text>`,
      `<rect class="${kind}" x="${left}" y="${y + 2}" width="${Math.max(1, scale.at(ratio) * space).toFixed(1)}" height="20" rx="3"/>`,
      ...(limit === undefined
        ? []
        : [`<line class="target" x1="${x(limit)}" x2="${x(limit)}" y1="${y - 2}" y2="${y + 26}"/>`]),
      `<text x="${width - right + 14}" y="${y + 16}">${short(ratio)}${unitOf(figure)}` +
        `<tspan class="faint">${target ? ` (${targetText(target, unitOf(figure))})` : ''}</tspan></text>`,
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
  <style>${style}
  </style>
  <rect class="back" width="${width}" height="${height}" rx="8"/>
  <text class="title" x="20" y="28">${escape(title)}</text>
  ${parts.join('\n  ')}
</svg>
`;
}

const limitOf = (target) => target?.atMost ?? target?.atLeast ?? target?.exactly;

function linear(values) {
  const most = Math.max(...values) * 1.05;
  const step = [0.25, 0.5, 1, 2, 5, 10, 20].find((it) => most / it <= 8) ?? most;
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
  return { at: (value) => value / most, ticks };
}

function logarithmic(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  const ticks = Array.from({ length: high - low + 1 }, (_, index) =>
    Number((10 ** (low + index)).toPrecision(1)),
  );
  return { at: (value) => (Math.log10(value) - low) / (high - low), ticks };
}
