import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requirements } from './lib/asvs.mjs';
import { documents } from './lib/documents.mjs';
import { anchorsOf, brokenLinks, linksOf, namesTest } from './lib/markdown.mjs';
import { root } from './lib/workspace.mjs';

const files = documents(root);

describe('what the documents link to is there, and tests that they name are of exactly that title', () => {
  test.each(files)('%s', (file) => {
    expect(brokenLinks(file, { root })).toEqual([]);
  });
});

describe('the table of OWASP ASVS 5.0', () => {
  const rows = files.flatMap((file) =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(
        /^\| (\d+\.\d+\.\d+)(?:–(\d+\.\d+\.\d+))? +\|[^|]*\| ([^|]*?) +\| (.*) \|$/gm,
      ),
    ].map(([, first, last = first, answer, proof]) => ({ first, last, answer, proof: proof.trim() })),
  );

  test('has each requirement of levels 1 and 2 once, in order', () => {
    expect(requirements).toHaveLength(253);
    const answered = rows.flatMap(({ first, last }) =>
      requirements.slice(requirements.indexOf(first), requirements.indexOf(last) + 1),
    );
    expect(answered).toEqual(requirements);
  });

  test('answers with a test or a document what holds, and with a reason what does not', () => {
    for (const { first, answer, proof } of rows) {
      expect([first, answer]).toEqual([
        first,
        expect.stringMatching(/^(holds|partly|does not apply|the operator's)$/),
      ]);
      if (answer === 'holds') expect([first, linksOf(proof).length]).not.toEqual([first, 0]);
      expect([first, proof.length]).not.toEqual([first, 0]);
    }
  });

  test('groups only what does not apply, or is the operator’s, for one reason', () => {
    const grouped = rows.filter(({ first, last }) => first !== last).map(({ answer }) => answer);
    expect(new Set(grouped)).toEqual(new Set(['does not apply', "the operator's"]));
  });
});

describe('the check of links', () => {
  const broken = (markdown) => brokenLinks('docs/security.md', { root, markdown });
  const here = '../scripts/security-docs.test.mjs';

  test('finds tests and groups by their whole title only', () => {
    expect(broken(`[\`finds tests and groups by their whole title only\`](${here})`)).toEqual([]);
    expect(broken(`[\`the check of links\`](${here})`)).toEqual([]);
    expect(broken(`[\`finds tests and groups\`](${here})`)).toEqual([
      'scripts/security-docs.test.mjs has no test "finds tests and groups"',
    ]);
  });

  test.each([
    ["test('a b', () => {", true],
    ['it.only(\n  "a b",\n', true],
    ["test.each([1])(\n  'a b',\n", true],
    ["describe.each(kinds)('a b', (kind) => {", true],
    ["{ title: 'a b', run", true],
    ["attack('a b', async", true],
    ["test('a b c', () => {", false],
    ["const name = 'a b';", false],
    ["// see test 'a b'", false],
  ])('%j has the test: %s', (source, expected) => {
    expect(namesTest(source, 'a b')).toBe(expected);
  });

  test('finds titles with placeholders as they are written', () => {
    expect(namesTest("test.each(codes)('%s: refused (a|b)?', () => {", '%s: refused (a|b)?')).toBe(true);
  });

  test('takes the path of a file, as text, for no title', () => {
    expect(broken(`[\`scripts/security-docs.test.mjs\`](${here})`)).toEqual([]);
  });

  test('misses files, headings, and what is outside of the repository', () => {
    expect(broken('[a](gone.md) [b](../docs/testing.md#gone) [c](#gone) [d](../../outside.md)')).toEqual([
      'docs/gone.md is not there',
      'docs/testing.md has no heading #gone',
      'docs/security.md has no heading #gone',
      '../outside.md is not there',
    ]);
    expect(
      broken('[b](../docs/testing.md#the-turnstile) [c](#a--b) [e](https://example.com/x.md#y)\n## A & b\n'),
    ).toEqual([]);
  });

  test('reads links with brackets, and none in blocks of code', () => {
    expect(linksOf('[`a[0]`](b.md#c) ![d](e.png)\n```\n[f](g)\n```\n').map(({ path }) => path)).toEqual([
      'b.md',
      'e.png',
    ]);
  });

  test('gives headings the anchors that GitHub gives them', () => {
    expect(anchorsOf('# `limits.maxSize`\n## Keys\n## Keys\n## What was [never](x) run?\n')).toEqual([
      'limitsmaxsize',
      'keys',
      'keys-1',
      'what-was-never-run',
    ]);
  });
});
