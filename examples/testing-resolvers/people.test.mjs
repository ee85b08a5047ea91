/** The tests of docs/guides/testing-resolvers.md. */
// #region setup
import { beforeEach, describe, expect, test } from '@jest/globals';
import { UnavailableError } from '@lunasec/node-sdk/errors';
import { createTestLunaSec } from '@lunasec/node-sdk/testing';
import '@lunasec/node-sdk/testing/jest'; // toBeToken, toHaveReadGrant
import { parse } from 'graphql';
import { createPeopleSchema } from './people.mjs';

let lunaSec, schema, people, ada, grace;

beforeEach(() => {
  lunaSec = createTestLunaSec({ leaks: 'error' }); // a tokenizer in memory; no network, no keys
  people = new Map([
    ['1', { id: '1', name: 'Ada', ssn: null }],
    ['2', { id: '2', name: 'Grace', ssn: null }],
  ]);
  schema = createPeopleSchema({ lunaSec, people });
  ada = lunaSec.asSession('session-of-ada');
  grace = lunaSec.asSession('session-of-grace');
});

/** Runs an operation as a session of the app. */
const run = (by, source, variableValues) =>
  lunaSec.execute({ schema, document: parse(source), variableValues, contextValue: by.context });

const update = 'mutation ($id: ID!, $ssn: String) { update(id: $id, ssn: $ssn) { ssn } }';
const codesOf = ({ errors = [] }) => errors.map(({ extensions }) => extensions.code);
// #endregion setup

describe('the national id of a person', () => {
  // #region lifecycle
  test('is stored as a token, and shown to whom the server answers with it', async () => {
    const ssn = await ada.tokenize('078-05-1120'); // what the secure frame does on submit
    await run(ada, update, { id: '1', ssn });
    expect(people.get('1').ssn).toBeToken();

    await expect(grace).not.toHaveReadGrant(ssn);
    await run(grace, '{ person(id: "1") { ssn } }');
    await expect(grace).toHaveReadGrant(ssn);
    expect(await grace.detokenize(ssn)).toBe('078-05-1120'); // what the frame shows
  });
  // #endregion lifecycle

  // #region attacks
  test('is not accepted from a session that did not make it', async () => {
    const ssn = await ada.tokenize('078-05-1120');
    expect(codesOf(await run(grace, update, { id: '2', ssn }))).toEqual(['STORE_GRANT_MISSING']);
    expect(people.get('2').ssn).toBeNull(); // the resolver has not run
  });

  test('is not shown once it was copied to somebody else’s row', async () => {
    const ssn = await ada.tokenize('078-05-1120');
    await run(ada, update, { id: '1', ssn });
    people.get('2').ssn = ssn; // somebody writes to the database
    const answer = await run(grace, '{ person(id: "2") { name ssn } }');
    expect(answer.data).toEqual({ person: { name: 'Grace', ssn: null } });
    expect(codesOf(answer)).toEqual(['BINDING_MISMATCH']);
  });
  // #endregion attacks

  // #region failures
  test('is null, with an error, while the tokenizer is away', async () => {
    await run(ada, update, { id: '1', ssn: await ada.tokenize('078-05-1120') });
    lunaSec.tokenizer.failWith(new UnavailableError('down'));
    const answer = await run(ada, '{ person(id: "1") { name ssn } }');
    expect(answer.data).toEqual({ person: { name: 'Ada', ssn: null } });
    expect(codesOf(answer)).toEqual(['UNAVAILABLE']);
  });

  test('costs one call of the tokenizer, however many are shown', async () => {
    for (const id of ['1', '2']) await run(ada, update, { id, ssn: await ada.tokenize('078-05-1120') });
    const before = lunaSec.tokenizer.calls.length;
    await run(ada, '{ one: person(id: "1") { ssn }  two: person(id: "2") { ssn } }');
    expect(lunaSec.tokenizer.calls.slice(before)).toEqual([{ operation: 'createReadGrants', size: 2 }]);
  });
  // #endregion failures
});
