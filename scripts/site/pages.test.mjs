import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pagesOf, sidebar } from '../../docs/.vitepress/navigation.mjs';
import { documents } from '../lib/documents.mjs';
import { root } from '../lib/workspace.mjs';
import { copied, siteLink } from './pages.mjs';

describe('links of documents, on the site', () => {
  test.each([
    ['another guide', 'guides/yoga.md', 'fastify.md#logout', '/guides/fastify#logout'],
    ['a document above', 'guides/yoga.md', '../operations.md', '/operations'],
    [
      'the README of a package',
      'guides/files.md',
      '../../node-sdk/README.md#bindings',
      '/repository/node-sdk/README#bindings',
    ],
    ['the folder of a package', 'guides/files.md', '../../react-sdk', '/repository/react-sdk/README'],
    [
      'a document, from a README',
      'repository/react-sdk/README.md',
      '../docs/guides/files.md',
      '/guides/files',
    ],
    ['the main README', 'repository/node-sdk/README.md', '../README.md#how-it-works', '/'],
    ['a source', 'security.md', '../e2e/lifecycle.test.ts', '/source/e2e/lifecycle.test.ts.txt'],
    ['a folder of sources', 'operations.md', '../deploy/terraform', '/source/deploy/terraform.txt'],
    ['the schema', 'operations.md', '../schema.graphql', '/reference/graphql'],
    ['the same page', 'operations.md', '#keys', '#keys'],
    ['another site', 'operations.md', 'https://example.com/a.md#b', 'https://example.com/a.md#b'],
    ['a generated page', 'reference/node-sdk/index.md', 'errors.md', 'errors.md'],
  ])('to %s', (_what, page, href, expected) => {
    expect(siteLink(href, page)).toBe(expected);
  });
});

describe('the navigation', () => {
  const generated = /^(reference|repository)\//;
  const linked = pagesOf(sidebar);

  test('has every document once', () => {
    const written = documents(root)
      .filter((file) => file.startsWith('docs/') && file !== 'docs/index.md')
      .map((file) => file.slice('docs/'.length, -'.md'.length))
      .filter((page) => !/^decisions\/\d/.test(page));
    expect(linked.filter((page) => !generated.test(page)).sort()).toEqual(written);
  });

  test('has every copied document that is there', () => {
    const there = copied.filter((file) => existsSync(join(root, file)));
    expect(there).toHaveLength(copied.length);
    expect(linked.filter((page) => page.startsWith('repository/')).sort()).toEqual(
      there.map((file) => `repository/${file.slice(0, -'.md'.length)}`).sort(),
    );
  });

  test('has what the first page links to', () => {
    const home = readFileSync(join(root, 'docs/index.md'), 'utf8');
    const links = [...home.matchAll(/^\s+link: \/(\S+)$/gm)].map(([, page]) => page);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((page) => !linked.includes(page))).toEqual([]);
  });
});
