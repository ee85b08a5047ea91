import { describe, expect, test } from '@jest/globals';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { parse } from 'graphql';
import './jest.js';
import { createTestLunaSec } from './index.js';

const typeDefs = /* GraphQL */ `
  type Patient {
    name: String!
    ssn: String @token
  }
  type Query {
    patient: Patient
  }
  type Mutation {
    save(name: String!, ssn: String @token): Patient
  }
`;

/** An app as its own tests see it. */
function createApp() {
  const lunaSec = createTestLunaSec();
  let row: { name: string; ssn?: string } | null = null;
  const schema = lunaSec.tokenDirective.transform(
    makeExecutableSchema({
      typeDefs: [lunaSec.tokenDirective.typeDefs, typeDefs],
      resolvers: {
        Query: { patient: () => row },
        Mutation: { save: (_source, args: { name: string; ssn?: string }) => (row = args) },
      },
    }),
  );
  return {
    lunaSec,
    row: () => row,
    run: (source: string, contextValue: object, variableValues = {}) =>
      lunaSec.execute({ schema, document: parse(source), contextValue, variableValues }),
  };
}
const save = 'mutation ($ssn: String) { save(name: "Ada", ssn: $ssn) { name } }';

describe('testing resolvers', () => {
  test('a value goes in by one session and is shown to those that the server grants it to', async () => {
    const { lunaSec, run, row } = createApp();
    const [ada, grace] = [lunaSec.asSession('ada'), lunaSec.asSession('grace')];
    const token = await ada.tokenize('078-05-1120');
    expect(token).toBeToken();
    expect((await run(save, ada.context, { ssn: token })).errors).toBeUndefined();
    expect(row()!.ssn).toBeToken();

    await expect(grace).not.toHaveReadGrant(token);
    await expect(grace.detokenize(token)).rejects.toMatchObject({ code: 'READ_GRANT_MISSING' });
    await run('{ patient { ssn } }', grace.context);
    await expect(grace).toHaveReadGrant(token);
    expect(await grace.detokenize(token)).toBe('078-05-1120');
    await expect(ada).not.toHaveReadGrant(token);
  });

  test('another session’s token is refused, and what was never uploaded', async () => {
    const { lunaSec, run, row } = createApp();
    const [ada, grace] = [lunaSec.asSession('ada'), lunaSec.asSession('grace')];
    const codes = async (ssn: string) =>
      (await run(save, grace.context, { ssn })).errors?.map(({ extensions }) => extensions.code);
    expect(await codes(await ada.tokenize('078-05-1120'))).toEqual(['STORE_GRANT_MISSING']);
    expect(await codes(await grace.tokenize('', { uploaded: false }))).toEqual(['UPLOAD_MISSING']);
    expect(row()).toBeNull();
  });

  test('matchers say what they found, but never a value', async () => {
    const { lunaSec } = createApp();
    const ada = lunaSec.asSession('ada');
    const token = await ada.tokenize('078-05-1120');
    expect(() => expect('078-05-1120').toBeToken()).toThrow(/a text of 11 characters/);
    expect(() => expect(token).not.toBeToken()).toThrow(token);
    await expect(expect(ada).toHaveReadGrant(token)).rejects.toThrow(/READ_GRANT_MISSING/);
    await expect(expect(ada).toHaveReadGrant('078-05-1120')).rejects.toThrow(/a text of 11 characters/);
    await expect(expect('ada').toHaveReadGrant(token)).rejects.toThrow(/needs a session/);
  });
});
