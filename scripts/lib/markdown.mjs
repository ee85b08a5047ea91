import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The links of a Markdown text, but those of code blocks: their text, target and anchor (without `#`). */
export function linksOf(markdown) {
  return [...withoutBlocks(markdown).matchAll(/\[((?:`[^`]*`|[^\]`])*)\]\(([^)\s]*)(?:\s+"[^"]*")?\)/g)].map(
    ([, text, target]) => {
      const [path, anchor] = target.split('#', 2);
      return { text, path, anchor };
    },
  );
}

/** The anchor that GitHub gives to a heading, were it the only one of its text. */
export const anchorOf = (heading) =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

/** The anchors that GitHub gives to the headings of a Markdown text. */
export function anchorsOf(markdown) {
  const seen = new Map();
  return [...withoutBlocks(markdown).matchAll(/^#{1,6}\s+(.*)$/gm)].map(([, heading]) => {
    const slug = anchorOf(heading);
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

/** What is wrong with the links of a file: where they lead to, and the tests that they name. */
export function brokenLinks(file, { root, markdown = readFileSync(join(root, file), 'utf8') }) {
  return linksOf(markdown).flatMap(({ text, path, anchor }) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return [];
    const target = path === '' ? file : relative(root, join(root, dirname(file), path));
    const place = join(root, target);
    if (target.startsWith('..') || !existsSync(place)) return [`${target} is not there`];
    if (statSync(place).isDirectory()) return [];
    if (anchor !== undefined && target.endsWith('.md')) {
      const content = target === file ? markdown : readFileSync(place, 'utf8');
      return anchorsOf(content).includes(anchor) ? [] : [`${target} has no heading #${anchor}`];
    }
    const [, code] = /^`([^`]+)`$/.exec(text) ?? [];
    if (code === undefined || !/\.(tsx?|mjs)$/.test(target)) return [];
    // The text may also be the path itself, or a folder of it.
    if (target.endsWith(code) || target.startsWith(`${code}/`)) return [];
    // In a table "|" is written with a backslash.
    return namesTest(readFileSync(place, 'utf8'), code.replaceAll('\\|', '|'))
      ? []
      : [`${target} has no test "${code}"`];
  });
}

/**
 * Whether a source has a test, an attack, or a group of them, of exactly this title, or the description of one that says `title:`;
 * `%s` stands in titles as in the source.
 */
export function namesTest(source, title) {
  const text = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const before = String.raw`(?:(?:\b(?:test|it|describe|attack|control|race)(?:\.\w+)*|\))\s*\(|\btitle:)\s*`;
  return new RegExp(String.raw`${before}(['"\x60])${text}\1\s*,`).test(source);
}

const withoutBlocks = (markdown) => markdown.replaceAll(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, '');
