/** What the site has of the rest of the repository: copies of documents, and the text of what documents link to. */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documents } from '../lib/documents.mjs';
import { linksOf } from '../lib/markdown.mjs';
import { root } from '../lib/workspace.mjs';
import { copied, placeOf, sourceOf, targetOf } from './pages.mjs';

/** Longer folders are shown as a list of their files. */
const longestFolder = 100_000;

export function copyDocuments(docs) {
  for (const file of copied) {
    const copy = join(docs, 'repository', file);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(join(root, file), copy);
  }
}

export function copySources(docs) {
  for (const target of linkedSources()) {
    const copy = join(docs, 'public', sourceOf(target));
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, textOf(target));
  }
}

/** Files and folders that pages of the site link to, and that are no pages. */
function linkedSources() {
  const pages = documents(root).filter((file) => file.startsWith('docs/') || copied.includes(file));
  const targets = pages.flatMap((file) =>
    linksOf(readFileSync(join(root, file), 'utf8')).map(({ path }) => path && targetOf(path, file)),
  );
  return new Set(targets.filter((target) => target && placeOf(target) === sourceOf(target)));
}

function textOf(target) {
  if (!statSync(join(root, target)).isDirectory()) return readFileSync(join(root, target));
  const files = filesIn(target);
  const whole = files.map((file) => `=== ${file}\n\n${readFileSync(join(root, file), 'utf8')}`).join('\n');
  return whole.length <= longestFolder ? whole : `${files.join('\n')}\n`;
}

const filesIn = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return ['node_modules', 'dist'].includes(entry.name) ? [] : filesIn(path);
  });
