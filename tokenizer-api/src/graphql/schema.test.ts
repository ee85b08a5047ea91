import { describe, expect, test } from '@jest/globals';
import { buildSchema, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { readFile } from 'node:fs/promises';
import { problemCodes } from '@lunasec/secure-frame/protocol';
import { createSchema, printAPI } from './schema.js';

describe('the API', () => {
  test('is what schema.graphql says; if it is meant to change: node tokenizer-api/dist/main.js schema > schema.graphql', async () => {
    const written = await readFile(new URL('../../../schema.graphql', import.meta.url), 'utf8');
    expect(printAPI(await createSchema())).toBe(written);
  });

  test('can be read by itself', async () => {
    expect(
      Object.keys(
        buildSchema(printAPI(await createSchema()))
          .getMutationType()!
          .getFields(),
      ),
    ).toEqual([
      'createSession',
      'tokenize',
      'presignUploadParts',
      'completeUploads',
      'detokenize',
      'verifyStoreGrants',
      'createReadGrants',
      'revokeReadGrants',
      'endSession',
      'deleteTokens',
      'updateTokenMetadata',
    ]);
  });

  test('explains every root field, every input and every code', async () => {
    const schema = await createSchema();
    const roots = [schema.getQueryType()!, schema.getMutationType()!];
    const fields = roots.flatMap((type) => Object.values(type.getFields()));
    expect(fields.filter(({ description }) => !description)).toEqual([]);
    const own = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
    expect(own.filter((type) => isInputObjectType(type) && !type.description)).toEqual([]);
    const codes = own.find(({ name }) => name === 'ProblemCode');
    expect(
      isEnumType(codes) &&
        codes
          .getValues()
          .filter(({ description }) => description)
          .map(({ name }) => name),
    ).toEqual([...problemCodes]);
  });

  test('gives out no wrapped key, checksum or application id', async () => {
    const schema = await createSchema();
    const outputs = Object.values(schema.getTypeMap()).filter(isObjectType);
    const names = outputs.flatMap((type) => Object.keys(type.getFields()));
    for (const name of ['wrappedKey', 'checksum', 'applicationId', 'digest'])
      expect(names).not.toContain(name);
  });
});
