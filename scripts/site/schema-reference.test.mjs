import { describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anchorsOf, linksOf } from '../lib/markdown.mjs';
import { root } from '../lib/workspace.mjs';
import { schemaReference } from './schema-reference.mjs';

describe('the reference of the GraphQL API', () => {
  const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));
  const markdown = schemaReference(schema);

  test('has a section for each operation and type', () => {
    const anchors = anchorsOf(markdown);
    for (const type of [schema.getMutationType(), schema.getQueryType()])
      for (const name of Object.keys(type.getFields())) expect(anchors).toContain(name.toLowerCase());
    for (const name of ['TokenFilter', 'GrantKind', 'JSONObject'])
      expect(anchors).toContain(name.toLowerCase());
  });

  test('links to sections that it has', () => {
    const anchors = anchorsOf(markdown);
    const links = linksOf(markdown).map(({ anchor }) => anchor);
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  });

  test('links to a type, not to the operation that has its name', () => {
    const made = schemaReference(buildSchema('type Query { token: Token } type Token { id: ID! }'));
    expect(made).toContain('[`Token`](#token-1)');
    expect(anchorsOf(made).slice(-3)).toEqual(['token', 'types', 'token-1']);
  });

  test('shows descriptions as text, whatever they hold', () => {
    const described = schemaReference(
      buildSchema('type Query { """A <b> | {{ c }} and `<d>`.""" a(b: Int = 1): String! }'),
    );
    expect(described).toContain(String.raw`A &lt;b> \| {&#123; c }} and ` + '`<d>`.');
    expect(described).toContain('| `b` | `Int` | Default: `1`. |');
  });
});
