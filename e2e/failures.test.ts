import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './support/browser.js';
import {
  beginPatient,
  createPatient,
  createPatientMutation,
  graphql,
  logIn,
  patientCalled,
  reveal,
  save,
  secureInput,
  shownText,
} from './support/demo.js';
import { listFiles } from './support/files.js';
import { createSession, takeAssertion } from './support/handshake.js';
import { startStack, type Stack } from './support/stack.js';

const unknownToken = 'lunasec-00000000-0000-4000-8000-000000000000';

describe('what can go wrong says so, and leaves nothing half done', () => {
  let stack: Stack;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stack = await startStack();
    browser = await launchBrowser();
    page = await browser.newPage();
    await logIn(page, stack.appURL, 'Ada Lovelace');
  });
  afterEach(() => stack.recover());
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  const notice = (text: string) => page.getByRole('alert').filter({ hasText: text }).first();
  const tokens = () => {
    const database = new Database(join(stack.directory, 'tokenizer/tokenizer.sqlite'), { readonly: true });
    try {
      return database.prepare('SELECT token, status FROM tokens').all() as {
        token: string;
        status: string;
      }[];
    } finally {
      database.close();
    }
  };
  const objects = () => listFiles(join(stack.directory, 'tokenizer/objects'));

  test('a stopped object store: the person is told, keeps the text, and can save once it is back', async () => {
    const patients = async () =>
      (await graphql<{ patients: unknown[] }>(page, '{ patients { id } }')).data?.patients;
    const before = await patients();
    const restart = await stack.stopObjectStore();
    await beginPatient(page, 'Kept');
    await secureInput(page, 'National id').fill('219-09-9999');
    await save(page);
    await notice('can’t be reached right now').waitFor();
    expect(await patients()).toEqual(before);
    expect(await secureInput(page, 'National id').inputValue()).toBe('219-09-9999');

    await restart();
    await save(page);
    await page.getByRole('heading', { name: 'Kept' }).waitFor();
    await reveal(page, 'National id');
    await shownText(page, 'National id').filter({ hasText: '219-09-9999' }).waitFor();
  });

  test('an oversized value: TOO_LARGE, and the text stays', async () => {
    await page.getByRole('link', { name: 'Edit' }).click();
    await secureInput(page, 'Notes').fill('x'.repeat(1024 * 1024 + 1));
    await save(page);
    await notice('too long to store').waitFor();
    expect((await secureInput(page, 'Notes').inputValue()).length).toBe(1024 * 1024 + 1);
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  test('an unknown token in a mutation: TOKEN_NOT_FOUND, and no row', async () => {
    const answer = await graphql(page, createPatientMutation, {
      input: { ...patientCalled('Ghost'), nationalId: unknownToken },
    });
    expect(answer.errors?.map(({ extensions }) => extensions?.code)).toEqual(['TOKEN_NOT_FOUND']);
    const { data } = await graphql<{ patients: { name: string }[] }>(page, '{ patients { name } }');
    expect(data?.patients).toEqual([{ name: 'Kept' }]);
  });

  test('text where a token belongs: BAD_USER_INPUT', async () => {
    const answer = await graphql(page, createPatientMutation, {
      input: { ...patientCalled('Ghost'), nationalId: '078-05-1120' },
    });
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('an unknown token in a frame: READ_GRANT_MISSING, shown as what to do', async () => {
    await page.getByRole('button', { name: 'Attack this page' }).click();
    await page.getByText('Try somebody else’s token').click();
    await page.getByLabel('Token', { exact: true }).fill(unknownToken);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await notice('You may not read this value').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('malformed GraphQL: BAD_USER_INPUT from the tokenizer, with no trace of its inside', async () => {
    const response = await fetch(`${stack.tokenizerURL}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { tokenize(' }),
    });
    expect(response.status).toBe(400);
    const body = (await response.json()) as { errors: { extensions: Record<string, unknown> }[] };
    expect(body.errors[0]!.extensions.code).toBe('BAD_USER_INPUT');
    expect(body.errors[0]!.extensions.stacktrace).toBeUndefined();
  });

  test('a tampered assertion: UNAUTHENTICATED; a used one: ASSERTION_REPLAYED', async () => {
    const assertion = await takeAssertion(page, stack);
    const [header, payload, signature] = assertion.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'A'.repeat(43) })).toString('base64url');
    expect(await createSession(stack, `${header}.${forged}.${signature}`)).toBe('UNAUTHENTICATED');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'lunasec-assertion+jwt' })).toString(
      'base64url',
    );
    expect(await createSession(stack, `${unsigned}.${payload}.`)).toBe('UNAUTHENTICATED');
    expect(await createSession(stack, assertion)).toBeUndefined();
    expect(await createSession(stack, assertion)).toBe('ASSERTION_REPLAYED');
  });

  test('an assertion tampered with on its way: the page says that the login is not accepted', async () => {
    const other = await browser.newPage();
    await logIn(other, stack.appURL, 'Grace Hopper');
    await createPatient(other, { name: 'Shown', nationalId: '457-55-5462' });
    const assertion = await takeAssertion(other, stack);
    await other.route('**/.lunasec/secure-frame', (route) =>
      route.fulfill({
        status: 303,
        headers: {
          location: `${stack.tokenizerURL}/frame/controller?application=demo#${assertion.slice(0, -8)}AAAAAAAA`,
        },
      }),
    );
    await other.reload();
    await other.getByRole('alert').filter({ hasText: 'no longer logged in' }).first().waitFor();
    expect(await shownText(other, 'National id').innerText()).toBe('');
    await other.close();
  });

  test('after the sweep nothing is left of what no server accepted', async () => {
    // Uploaded, and never sent to a server.
    await beginPatient(page, 'Never');
    await page.route(`${stack.appURL}/graphql`, (route) => route.abort());
    await secureInput(page, 'National id').fill('219-09-9998');
    // The app sends its mutation only after the upload: until then the sweep would meet one in flight.
    const unsent = page.waitForEvent(
      'requestfailed',
      (request) => request.url() === `${stack.appURL}/graphql`,
    );
    await save(page);
    await unsent;
    await page.unroute(`${stack.appURL}/graphql`);
    expect(tokens().filter(({ status }) => status === 'pending')).not.toEqual([]);

    stack.clock.offset += 60 * 60 * 1000;
    await stack.tokenizer.sweep();
    expect(tokens().map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    const kept = tokens().map(({ token }) => token);
    const files = await objects();
    expect(files).toHaveLength(kept.length);
    for (const token of kept) expect(files.some((file) => file.includes(token))).toBe(true);
  });
});
