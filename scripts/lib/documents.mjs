/** The Markdown files that people write; those that are generated for the site are not among them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const passedOver = new Set([
  'node_modules',
  'dist',
  'coverage',
  '.git',
  '.cache',
  '.lunasec',
  '.nx',
  '.next',
]);
/** Folders of the site that `npm run docs` fills, by path from the root. */
export const generatedFolders = [
  'docs/reference',
  'docs/repository',
  'docs/public/source',
  'docs/.vitepress/cache',
];

/** Paths from the root, in order. */
export function documents(root, folder = '') {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) return path.endsWith('.md') ? [path] : [];
      if (passedOver.has(entry.name) || generatedFolders.includes(path)) return [];
      return documents(root, path);
    })
    .sort();
}
