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
import type { Database } from '../database.js';
import { addSamples } from '../samples.js';
import { createDemoSchema } from './schema.js';

interface Patient {
  id: string;
  nationalId: string | null;
  card: string | null;
  notes: string | null;
  documents: { id: string; token: string }[];
}
type Member = 'ada' | 'grace' | 'katherine';

describe('patients', () => {
  let directory: string;
  let database: Database;
  let lunaSec: TestLunaSec;
  let schema: GraphQLSchema;
  let sessions: Record<Member, TestSession>;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'clinic-'));
    database = openDatabase(directory);
    lunaSec = createTestLunaSec({ leaks: 'error' });
    schema = await createDemoSchema(lunaSec);
    const session = (member: Member) => lunaSec.asSession(`session-of-${member}`);
    sessions = { ada: session('ada'), grace: session('grace'), katherine: session('katherine') };
  });
  afterEach(() => {
    database.close();
    rmSync(directory, { recursive: true });
  });

  /** Runs an operation as somebody who works there. */
  async function run<Data>(by: Member, source: string, variableValues: Record<string, unknown> = {}) {
    const { context, sessionId } = sessions[by];
    const result = await lunaSec.execute({
      schema,
      document: parse(source),
      variableValues,
      contextValue: { ...context, database, lunaSec, session: { id: sessionId, userId: by } },
    });
    return {
      data: result.data as Data | null | undefined,
      codes: result.errors?.map(({ extensions }) => extensions.code),
    };
  }
  const plain = { name: 'Hilda Whitcher', born: '1920-05-14', city: 'Lockport', reason: 'First visit' };
  const create = (
    by: Member,
    values: Partial<Record<'nationalId' | 'card' | 'notes', string>> & { addDocuments?: string[] },
  ) =>
    run<{ createPatient: { id: string } }>(
      by,
      'mutation ($input: PatientInput!) { createPatient(input: $input) { id } }',
      { input: { ...plain, ...values } },
    );
  async function created(by: Member, values: Parameters<typeof create>[1]): Promise<string> {
    const { data, codes } = await create(by, values);
    expect(codes).toBeUndefined();
    return data!.createPatient.id;
  }
  const update = (by: Member, id: string, input: Record<string, unknown>) =>
    run(by, 'mutation ($id: ID!, $input: PatientInput!) { updatePatient(id: $id, input: $input) { id } }', {
      id,
      input,
    });
  const open = (by: Member, id: string, fields: string) =>
    run<{ patient: Partial<Patient> | null }>(by, `query ($id: ID!) { patient(id: $id) { ${fields} } }`, {
      id,
    });
  const tokenize = (by: Member, value: string) => sessions[by].tokenize(value);
  const auditOf = () =>
    database.audit.latest(50).map(({ userId, action, fields }) => [userId, action, ...fields].join(' '));

  test('hold tokens, which a physician may read', async () => {
    const id = await created('ada', {
      nationalId: await tokenize('ada', '078-05-1120'),
      notes: await tokenize('ada', 'Allergic to penicillin'),
      addDocuments: [await tokenize('ada', 'an X-ray')],
    });
    const row = database.patients.find(id)!;
    expect(row.nationalId).toBeToken();
    expect(row.notes).toBeToken();
    const { data } = await open('ada', id, 'nationalId notes documents { token }');
    const { nationalId, notes, documents } = data!.patient!;
    expect(await sessions.ada.detokenize(nationalId!)).toBe('078-05-1120');
    expect(await sessions.ada.detokenize(notes!)).toBe('Allergic to penicillin');
    expect(await sessions.ada.detokenize(documents![0]!.token)).toBe('an X-ray');
  });

  test('are listed and searched by their plain fields, without the tokenizer', async () => {
    addSamples(database);
    const before = lunaSec.tokenizer.calls.length;
    const names = async (search: string) =>
      (
        await run<{ patients: { name: string }[] }>(
          'katherine',
          'query ($search: String!) { patients(search: $search) { name } }',
          { search },
        )
      ).data!.patients.map(({ name }) => name);
    expect(await names('')).toHaveLength(4);
    expect(await names('leeds')).toEqual(['Amara Okafor', 'Tomasz Wiśniewski']);
    expect(await names('vaccin')).toEqual(['María del Carmen Ortiz']);
    expect(await names('%')).toEqual([]);
    expect(lunaSec.tokenizer.calls.slice(before)).toEqual([]);
  });

  test('are opened with one call to the tokenizer', async () => {
    const id = await created('ada', {
      nationalId: await tokenize('ada', '078-05-1120'),
      card: await tokenize('ada', '4111 1111 1111 1111'),
      notes: await tokenize('ada', 'Nothing known'),
    });
    const before = lunaSec.tokenizer.calls.length;
    await open('ada', id, 'nationalId card notes documents { token }');
    expect(lunaSec.tokenizer.calls.slice(before)).toEqual([{ operation: 'createReadGrants', size: 3 }]);
  });

  describe('and a receptionist', () => {
    let id: string;
    beforeEach(async () => {
      id = await created('ada', {
        nationalId: await tokenize('ada', '078-05-1120'),
        notes: await tokenize('ada', 'Allergic to penicillin'),
        addDocuments: [await tokenize('ada', 'an X-ray')],
      });
    });

    test('reads the national id, and neither notes nor documents: there is no grant for them', async () => {
      const { data } = await open('grace', id, 'nationalId');
      expect(await sessions.grace.detokenize(data!.patient!.nationalId!)).toBe('078-05-1120');
      for (const fields of ['notes', 'documents { token }'])
        expect((await open('grace', id, fields)).codes).toEqual(['FORBIDDEN']);
      const { notes } = database.patients.find(id)!;
      await expect(sessions.grace).not.toHaveReadGrant(notes!);
      await expect(sessions.grace).not.toHaveReadGrant(database.patients.documents(id)[0]!.token);
    });

    test('takes cards, writes no notes, adds and removes no documents, and deletes nobody', async () => {
      expect(
        (await update('grace', id, { card: await tokenize('grace', '4111 1111 1111 1111') })).codes,
      ).toBeUndefined();
      const notes = await tokenize('grace', 'mine');
      for (const input of [{ notes }, { notes: null }, { addDocuments: [notes] }])
        expect((await update('grace', id, input)).codes).toEqual(['FORBIDDEN']);
      const [document] = database.patients.documents(id);
      expect((await run('grace', `mutation { removeDocument(id: "${document!.id}") }`)).codes).toEqual([
        'FORBIDDEN',
      ]);
      expect((await run('grace', `mutation { deletePatient(id: "${id}") }`)).codes).toEqual(['FORBIDDEN']);
      expect(database.patients.find(id)!.notes).toBeToken();
    });
  });

  test('show a practice manager who opened what, and nothing that is in it', async () => {
    const id = await created('ada', { nationalId: await tokenize('ada', '078-05-1120') });
    await open('ada', id, 'nationalId notes');
    expect((await open('katherine', id, 'nationalId')).codes).toEqual(['FORBIDDEN']);
    expect((await update('katherine', id, { name: 'Other' })).codes).toEqual(['FORBIDDEN']);
    expect(auditOf()).toEqual([
      'katherine REFUSED nationalId',
      'ada OPENED nationalId',
      'ada CREATED nationalId',
    ]);
    const { data } = await run<{ audit: { by: { name: string }; patientName: string }[] }>(
      'katherine',
      '{ audit { by { name } patientName } }',
    );
    expect(data!.audit[1]).toEqual({ by: { name: 'Ada Lovelace' }, patientName: 'Hilda Whitcher' });
    expect((await run('grace', '{ audit { id } }')).codes).toEqual(['FORBIDDEN']);
  });

  test('take no token of another session, and no value', async () => {
    const stolen = await tokenize('ada', '078-05-1120');
    expect((await create('grace', { nationalId: stolen })).codes).toEqual(['STORE_GRANT_MISSING']);
    expect((await create('grace', { nationalId: '078-05-1120' })).codes).toEqual(['BAD_USER_INPUT']);
    expect(database.patients.list('')).toEqual([]);
  });

  test.each([
    [{ name: ' ' }],
    [{ name: 'x'.repeat(201) }],
    [{ born: '14 May 1920' }],
    [{ born: '1920-02-30' }],
    [{ reason: 'x'.repeat(301) }],
  ])('have plain fields that are checked: %j', async (input) => {
    const { codes } = await run(
      'ada',
      'mutation ($input: PatientInput!) { createPatient(input: $input) { id } }',
      {
        input: { ...plain, ...input },
      },
    );
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });

  test('that change give up the values they no longer name, and keep the others', async () => {
    const id = await created('ada', {
      nationalId: await tokenize('ada', '078-05-1120'),
      notes: await tokenize('ada', 'Allergic to penicillin'),
    });
    const before = database.patients.find(id)!;
    const corrected = await tokenize('ada', '219-09-9999');
    expect((await update('ada', id, { nationalId: corrected })).codes).toBeUndefined();
    expect(database.patients.find(id)).toMatchObject({
      nationalId: corrected,
      notes: before.notes,
      name: plain.name,
    });
    expect(lunaSec.tokenizer.token(before.nationalId!)).toMatchObject({ status: 'deleted' });
    expect(lunaSec.tokenizer.token(before.notes!)).toMatchObject({ status: 'accepted' });
  });

  test('that are deleted take their values and documents with them', async () => {
    const [nationalId, file] = [await tokenize('ada', '078-05-1120'), await tokenize('ada', 'an X-ray')];
    const id = await created('ada', { nationalId, addDocuments: [file] });
    await run('ada', `mutation { deletePatient(id: "${id}") }`);
    expect(database.patients.list('')).toEqual([]);
    expect(database.patients.documents(id)).toEqual([]);
    for (const token of [nationalId, file])
      expect(lunaSec.tokenizer.token(token)).toMatchObject({ status: 'deleted' });
  });

  test('lose a document, and its content, without the others', async () => {
    const files = [await tokenize('ada', 'an X-ray'), await tokenize('ada', 'a letter')];
    const id = await created('ada', { addDocuments: files });
    const [first] = database.patients.documents(id);
    await run('ada', `mutation { removeDocument(id: "${first!.id}") }`);
    expect(database.patients.documents(id)).toHaveLength(1);
    expect(lunaSec.tokenizer.token(first!.token)).toMatchObject({ status: 'deleted' });
    expect(lunaSec.tokenizer.token(database.patients.documents(id)[0]!.token)).toMatchObject({
      status: 'accepted',
    });
  });

  test('show their row as it is stored, with tokens that are too short to be read by', async () => {
    const nationalId = await tokenize('ada', '078-05-1120');
    const id = await created('ada', { nationalId });
    const { data } = await run<{ storedRow: { name: string; value: string; isToken: boolean }[] }>(
      'katherine',
      `{ storedRow(id: "${id}") { name value isToken } }`,
    );
    const column = data!.storedRow.find(({ name }) => name === 'nationalId')!;
    expect(column).toMatchObject({
      isToken: true,
      value: `${nationalId.slice(0, 16)}…${nationalId.slice(-4)}`,
    });
    await expect(sessions.katherine).not.toHaveReadGrant(nationalId);
  });

  test('stay as they are while the tokenizer is away', async () => {
    const nationalId = await tokenize('ada', '078-05-1120');
    lunaSec.tokenizer.failWith(new UnavailableError('away'));
    expect((await create('ada', { nationalId })).codes).toEqual(['UNAVAILABLE']);
    expect(database.patients.list('')).toEqual([]);
  });
});
