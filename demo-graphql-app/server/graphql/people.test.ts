import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestLunaSec } from '@lunasec/node-sdk/testing';
import type { TestLunaSec, TestSession } from '@lunasec/node-sdk/testing';
import '@lunasec/node-sdk/testing/jest';
import { UnavailableError } from '@lunasec/node-sdk/errors';
import { parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../database.js';
import type { DemoDatabase } from '../database.js';
import { createDemoSchema } from './schema.js';

interface Person {
  id: string;
  nationalId: string | null;
  notes: string | null;
}

describe('records', () => {
  let directory: string;
  let database: DemoDatabase;
  let lunaSec: TestLunaSec;
  let schema: GraphQLSchema;
  let ada: TestSession;
  let grace: TestSession;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'demo-'));
    database = openDatabase(directory);
    lunaSec = createTestLunaSec({ leaks: 'error' });
    schema = await createDemoSchema(lunaSec);
    [ada, grace] = [lunaSec.asSession('session-of-ada'), lunaSec.asSession('session-of-grace')];
  });
  afterEach(() => {
    database.close();
    rmSync(directory, { recursive: true });
  });

  /** Runs an operation as a user of the app. */
  async function run<Data>(by: TestSession, source: string, variableValues: Record<string, unknown> = {}) {
    const userId = by === ada ? 'ada' : 'grace';
    const result = await lunaSec.execute({
      schema,
      document: parse(source),
      variableValues,
      contextValue: { ...by.context, database, lunaSec, session: { id: by.sessionId, userId } },
    });
    return {
      data: result.data as Data | null | undefined,
      codes: result.errors?.map(({ extensions }) => extensions.code),
    };
  }

  async function create(by: TestSession, values: { nationalId?: string; notes?: string }): Promise<Person> {
    const { data, codes } = await run<{ createPerson: Person }>(
      by,
      'mutation ($input: CreatePersonInput!) { createPerson(input: $input) { id nationalId notes } }',
      { input: { name: 'Maria', ...values } },
    );
    expect(codes).toBeUndefined();
    return data!.createPerson;
  }
  const update = (by: TestSession, id: string, input: Record<string, unknown>) =>
    run(
      by,
      'mutation ($id: ID!, $input: UpdatePersonInput!) { updatePerson(id: $id, input: $input) { id } }',
      { id, input },
    );
  const rowOf = (id: string) => database.person('ada', id)!;

  test('hold tokens, which their owner may read', async () => {
    const person = await create(ada, {
      nationalId: await ada.tokenize('078-05-1120'),
      notes: await ada.tokenize('Allergic to penicillin'),
    });
    expect(rowOf(person.id).nationalId).toBeToken();
    expect(rowOf(person.id).notes).toBeToken();
    expect(await ada.detokenize(person.nationalId!)).toBe('078-05-1120');
    expect(await ada.detokenize(person.notes!)).toBe('Allergic to penicillin');
    await expect(grace).not.toHaveReadGrant(person.nationalId!);
  });

  test('are listed with one call to the tokenizer', async () => {
    for (let index = 0; index < 5; index++)
      await create(ada, { nationalId: await ada.tokenize(`078-05-112${index}`) });
    const before = lunaSec.tokenizer.calls.length;
    const { data } = await run<{ people: Person[] }>(ada, '{ people { id nationalId notes } }');
    expect(data!.people).toHaveLength(5);
    expect(lunaSec.tokenizer.calls.slice(before)).toEqual([{ operation: 'createReadGrants', size: 5 }]);
  });

  test('take no token of another session, and no value', async () => {
    const stolen = await ada.tokenize('078-05-1120');
    const save = (nationalId: string) =>
      run(grace, 'mutation ($input: CreatePersonInput!) { createPerson(input: $input) { id } }', {
        input: { name: 'Thief', nationalId },
      });
    expect((await save(stolen)).codes).toEqual(['STORE_GRANT_MISSING']);
    expect((await save('078-05-1120')).codes).toEqual(['BAD_USER_INPUT']);
    expect(database.people('grace')).toEqual([]);
  });

  test('of others are not found', async () => {
    const person = await create(ada, { nationalId: await ada.tokenize('078-05-1120') });
    expect((await run(grace, `{ person(id: "${person.id}") { nationalId } }`)).data).toEqual({
      person: null,
    });
    expect((await update(grace, person.id, { name: 'Mine' })).codes).toEqual(['BAD_USER_INPUT']);
    await expect(grace).not.toHaveReadGrant(person.nationalId!);
  });

  test('that change give up the values they no longer name, and keep the others', async () => {
    const person = await create(ada, {
      nationalId: await ada.tokenize('078-05-1120'),
      notes: await ada.tokenize('Allergic to penicillin'),
    });
    const corrected = await ada.tokenize('219-09-9999');
    expect((await update(ada, person.id, { nationalId: corrected })).codes).toBeUndefined();
    expect(rowOf(person.id)).toMatchObject({ nationalId: corrected, notes: person.notes });
    expect(lunaSec.tokenizer.token(person.nationalId!)).toMatchObject({ status: 'deleted' });
    expect(lunaSec.tokenizer.token(person.notes!)).toMatchObject({ status: 'accepted' });
  });

  test('that are deleted take their values with them', async () => {
    const person = await create(ada, { nationalId: await ada.tokenize('078-05-1120') });
    await run(ada, `mutation { deletePerson(id: "${person.id}") }`);
    expect(database.people('ada')).toEqual([]);
    expect(lunaSec.tokenizer.token(person.nationalId!)).toMatchObject({ status: 'deleted' });
  });

  test('stay as they are while the tokenizer is away', async () => {
    const token = await ada.tokenize('078-05-1120');
    lunaSec.tokenizer.failWith(new UnavailableError('away'));
    const { codes } = await run(
      ada,
      'mutation ($input: CreatePersonInput!) { createPerson(input: $input) { id } }',
      { input: { name: 'Maria', nationalId: token } },
    );
    expect(codes).toEqual(['UNAVAILABLE']);
    expect(database.people('ada')).toEqual([]);
  });
});
