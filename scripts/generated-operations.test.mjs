import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { generate, outputFile } from '../node-sdk/codegen/generate.mjs';

test('the operations are the ones that schema.graphql and operations.graphql give', async () => {
  // Not so? Run `npm run codegen -w node-sdk`.
  expect(await readFile(outputFile, 'utf8')).toBe(await generate());
});
