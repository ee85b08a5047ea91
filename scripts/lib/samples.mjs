/**
 * Blocks of code in Markdown. Those that come from a file name it in a comment before them,
 * `<!-- sample: examples/sdl/server.mjs#schema -->`: the file's region of that name, or all of it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const marker = /^<!-- sample: (\S+) -->$/gm;
const block = /(?:^<!-- sample: ([^\s#]+)(?:#(\S+))? -->\n+)?^(```+)(\w*)[^\n]*\n([\s\S]*?)^\3$/gm;

/** All blocks, with the file and region that they name, if they do. */
export function blocksOf(markdown) {
  return [...markdown.matchAll(block)].map(([text, source, region, fence, language, code]) => ({
    text,
    source,
    region,
    fence,
    language,
    code,
  }));
}

/** What is wrong with the samples of a text: no block after the comment, no such file or region, or another code. */
export async function wrongSamples(markdown, { root }) {
  const samples = blocksOf(markdown).filter(({ source }) => source);
  const complaints =
    samples.length === [...markdown.matchAll(marker)].length
      ? []
      : ['a comment names a sample, and no block of code follows it'];
  for (const { source, region, language, code } of samples) {
    const name = region ? `${source}#${region}` : source;
    try {
      const wanted = await readSample({ root, source, region, language });
      if (wanted !== (await tidy(code, language)))
        complaints.push(`the block of ${name} differs from the file: npm run docs:samples`);
    } catch (error) {
      complaints.push(error.message);
    }
  }
  return complaints;
}

/** The text with its samples as the files have them. */
export async function withSamples(markdown, { root }) {
  let text = markdown;
  for (const each of blocksOf(markdown).filter(({ source }) => source)) {
    const code = await readSample({ root, ...each });
    const opening = each.text.slice(0, each.text.length - each.code.length - each.fence.length);
    text = text.replace(each.text, () => `${opening}${code}${each.fence}`);
  }
  return text;
}

async function readSample({ root, source, region, language }) {
  const file = join(root, source);
  if (!existsSync(file)) throw new Error(`${source} is not there`);
  const code = regionOf(readFileSync(file, 'utf8'), region);
  if (code === undefined) throw new Error(`${source} has no region ${region}`);
  return tidy(code, language);
}

/** The lines between `#region name` and `#endregion name`, without their common indentation; without a name, all lines. */
export function regionOf(text, name) {
  const lines = text.split('\n');
  const at = (word) => lines.findIndex((line) => line.trimEnd().endsWith(`#${word} ${name}`));
  const [first, last] = name === undefined ? [-1, lines.length] : [at('region'), at('endregion')];
  if (name !== undefined && (first < 0 || last < first)) return undefined;
  const inside = lines.slice(first + 1, last).filter((line) => !/^\W*#(end)?region \S+$/.test(line));
  const indentation = Math.min(...inside.filter(Boolean).map((line) => line.search(/\S|$/)));
  return `${inside
    .map((line) => line.slice(indentation))
    .join('\n')
    .trimEnd()}\n`;
}

const parsers = {
  js: 'babel',
  jsx: 'babel',
  ts: 'typescript',
  tsx: 'typescript',
  html: 'html',
  json: 'json',
  yaml: 'yaml',
};

/** As Prettier writes it in Markdown, which it does to the blocks of all that is here. */
async function tidy(code, language) {
  if (!parsers[language]) return code;
  const options = await resolveConfig(import.meta.filename);
  return format(code, { ...options, parser: parsers[language] }).catch(() => code);
}
