import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documents } from './lib/documents.mjs';
import { blocksOf, regionOf, withSamples, wrongSamples } from './lib/samples.mjs';
import { isChecked, typeErrors } from './lib/snippets.mjs';
import { root } from './lib/workspace.mjs';

const files = documents(root);
const read = (file) => readFileSync(join(root, file), 'utf8');
/** Where a name that a block does not declare may come from; the first that has it is taken. */
const packages = ['@lunasec/node-sdk', '@lunasec/react-sdk', '@lunasec/react-sdk/files'];

describe('code in documents', () => {
  test.each(files.filter((file) => read(file).includes('<!-- sample: ')))(
    '%s has its samples as the files have them',
    async (file) => {
      expect(await wrongSamples(read(file), { root })).toEqual([]);
    },
  );

  test('there are documents with samples', () => {
    expect(files.flatMap((file) => blocksOf(read(file))).some(({ source }) => source)).toBe(true);
  });

  test('that comes from no file fits the types of the packages', () => {
    const blocks = files.flatMap((file) =>
      blocksOf(read(file))
        .filter((block) => isChecked(block) && !block.source)
        .map((block, i) => ({ ...block, name: `${file}, block ${i + 1}` })),
    );
    expect(blocks.length).toBeGreaterThan(30);
    expect(typeErrors(blocks, { root, packages })).toEqual([]);
  }, 180_000);
});

describe('the check of samples', () => {
  const sample = 'scripts/docs-samples.test.mjs#sample';
  const document = (code) => `Text.\n\n<!-- sample: ${sample} -->\n\n\`\`\`js\n${code}\`\`\`\n`;

  function nested() {
    // #region sample
    const answer = 6 * 7;
    return answer;
    // #endregion sample
  }

  test('takes the region without its indentation', async () => {
    const written = await withSamples(document('old();\n'), { root });
    expect(written).toBe(document('const answer = 6 * 7;\nreturn answer;\n'));
    expect(await wrongSamples(written, { root })).toEqual([]);
    expect(nested()).toBe(42);
  });

  test('complains of other code, of missing files and regions, and of comments without a block', async () => {
    expect(await wrongSamples(document('const answer = 41;\n'), { root })).toEqual([
      `the block of ${sample} differs from the file: npm run docs:samples`,
    ]);
    const gone = document('').replace(sample, 'gone.mjs');
    expect(await wrongSamples(gone, { root })).toEqual(['gone.mjs is not there']);
    const other = document('').replace('#sample', '#other');
    expect(await wrongSamples(other, { root })).toEqual([
      'scripts/docs-samples.test.mjs has no region other',
    ]);
    expect(await wrongSamples(`<!-- sample: ${sample} -->\n\nText.\n`, { root })).toEqual([
      'a comment names a sample, and no block of code follows it',
    ]);
  });

  test('leaves the marks of regions inside a region out', () => {
    const text = '// #region a\n1;\n  // #region b\n  2;\n  // #endregion b\n// #endregion a\n';
    expect([regionOf(text, 'a'), regionOf(text, 'b'), regionOf(text)]).toEqual([
      '1;\n  2;\n',
      '2;\n',
      '1;\n  2;\n',
    ]);
  });
});

describe('the check of types', () => {
  test('finds options, imports and props that are not there, and code that cannot be read', () => {
    const errors = typeErrors(
      [
        { name: 'a', language: 'ts', code: "lunaSec.grants.create(id, token, '5m', 1);" },
        { name: 'b', language: 'js', code: "import { Nothing } from '@lunasec/node-sdk';" },
        { name: 'c', language: 'tsx', code: '<SecureInput name="a" conceal="x" />' },
        { name: 'd', language: 'ts', code: 'const = 1;' },
        { name: 'e', language: 'ts', code: 'new LunaSec({ applicationID: "a" });' },
        { name: 'f', language: 'ts', code: 'const { a } = await database.find(request); save(a);' },
      ],
      { root, packages },
    );
    expect([...new Set(errors.map((error) => error[0]))]).toEqual(['a', 'b', 'c', 'd', 'e']);
  }, 60_000);
});
