/**
 * Where the site has what documents link to. Documents are written for the repository: their links are relative paths in it. Pages of
 * the site are those of `docs`, copies of other documents below `/repository`, and files of the repository, as text, below `/source`.
 */
import { posix } from 'node:path';

/** Documents outside of `docs` that are pages. The main README is not: the site has a first page of its own. */
export const copied = [
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...['secure-frame', 'tokenizer-api', 'node-sdk', 'react-sdk', 'demo-graphql-app', 'gallery', 'proof'].map(
    (name) => `${name}/README.md`,
  ),
];

/** Pages that stand for something in the repository. */
const instead = {
  'README.md': '/',
  docs: '/',
  'docs/index.md': '/',
  'docs/guides': '/guides/sdl-server',
  'docs/decisions': '/decisions/README',
  'schema.graphql': '/reference/graphql',
};

/** The path in the repository of what a page of the site, such as `guides/yoga.md`, is made from; undefined for generated ones. */
export function originOf(page) {
  if (page.startsWith('reference/')) return undefined;
  return page.startsWith('repository/') ? page.slice('repository/'.length) : `docs/${page}`;
}

/** The path in the repository that a link of a document leads to; undefined where it leaves the repository or stays on its page. */
export function targetOf(href, origin) {
  if (/^[a-z][a-z0-9+.-]*:|^\/|^#/i.test(href)) return undefined;
  const [path] = href.split('#', 1);
  return posix.normalize(posix.join(posix.dirname(origin), path)).replace(/\/$/, '');
}

/** Where the site has something of the repository. Paths have no base. */
export function placeOf(target) {
  if (target in instead) return instead[target];
  if (copied.includes(target)) return `/repository/${target.slice(0, -'.md'.length)}`;
  if (copied.includes(`${target}/README.md`)) return `/repository/${target}/README`;
  if (target.startsWith('docs/') && target.endsWith('.md'))
    return `/${target.slice('docs/'.length, -'.md'.length)}`;
  return sourceOf(target);
}

/** The address of a file's text. */
export const sourceOf = (target) => `/source/${target}.txt`;

/** A link of a document as its page on the site has it. */
export function siteLink(href, page) {
  const origin = originOf(page);
  const target = origin && targetOf(href, origin);
  if (target === undefined) return href;
  const place = placeOf(target);
  const [, anchor] = href.split('#', 2);
  // What stands for another page, or is text, does not have its anchors.
  return anchor === undefined || target in instead || place.startsWith('/source/')
    ? place
    : `${place}#${anchor}`;
}
