import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from './support/browser.js';
import {
  createPatient,
  createPatientMutation,
  graphql,
  logIn,
  patientCalled,
  reveal,
  save,
  secureFrame,
  secureInput,
  shownText,
  tokenPattern,
} from './support/demo.js';
import { filesContaining } from './support/files.js';
import { createSharedStores, missingServices } from './support/services.js';
import { startStack, type Stack } from './support/stack.js';

const nationalId = '078-05-1120';
const notes = 'Penicillin makes her ill — since 1952.';

const kinds: [string, typeof createSharedStores | undefined][] = [['embedded stores', undefined]];
if (missingServices === undefined) kinds.push(['MongoDB and S3', createSharedStores]);
else
  describe('the life of a value on MongoDB and S3', () => {
    test.skip(missingServices!, () => undefined);
  });

describe.each(kinds)('the life of a value on %s, in a real browser', (_name, createStores) => {
  let stack: Stack;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let token: string;

  beforeAll(async () => {
    stack = await startStack({ createStores });
    browser = await launchBrowser();
    context = await browser.newContext();
    page = await context.newPage();
    await logIn(page, stack.appURL, 'Ada Lovelace');
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  const rows = () => {
    const database = new Database(join(stack.directory, 'app/clinic.sqlite'), { readonly: true });
    try {
      return database.prepare('SELECT * FROM patients').all() as Record<string, string>[];
    } finally {
      database.close();
    }
  };

  test('a value typed into a secure field reaches the app as a token only', async () => {
    await createPatient(page, { name: 'Hilda Whitcher', nationalId, notes });
    const [row] = rows();
    token = row!.nationalId!;
    expect(token).toMatch(tokenPattern);
    expect(row!.notes).toMatch(tokenPattern);
    expect(row!.notes).not.toBe(token);
  });

  test('no file of the object store or of either database contains the plaintext', async () => {
    // The search itself works: it finds what the app does store in the clear.
    expect(await filesContaining(stack.directory, 'Hilda Whitcher')).not.toEqual([]);
    expect(await filesContaining(stack.directory, nationalId)).toEqual([]);
    expect(await filesContaining(stack.directory, notes)).toEqual([]);
    if (!stack.stores) return;
    const [object] = await stack.stores.objects();
    expect(await stack.stores.containing(object!.split('/')[1]!)).toContain(object);
    expect(await stack.stores.containing(nationalId)).toEqual([]);
    expect(await stack.stores.containing(notes)).toEqual([]);
  });

  test('the page shows the value after a reload, and the token beside it', async () => {
    await page.reload();
    await shownText(page, 'National id').filter({ hasText: '•••-••-1120' }).waitFor();
    await reveal(page, 'National id');
    await shownText(page, 'National id').filter({ hasText: nationalId }).waitFor();
    await shownText(page, 'Notes').filter({ hasText: notes }).waitFor();
    await page
      .locator('.server')
      .getByText(`${token.slice(0, 16)}…${token.slice(-4)}`)
      .waitFor();
    expect(await page.content()).not.toContain(nationalId);
  });

  test('an edit keeps the untouched value, replaces the changed one and deletes the old', async () => {
    const before = rows()[0]!;
    await page.getByRole('link', { name: 'Edit' }).click();
    await expect(secureInput(page, 'National id').inputValue()).resolves.toBeDefined();
    await secureFrame(page, 'Notes').locator('textarea').fill('Nothing known.');
    await save(page);
    await shownText(page, 'Notes').filter({ hasText: 'Nothing known.' }).waitFor();
    await reveal(page, 'National id');
    await shownText(page, 'National id').filter({ hasText: nationalId }).waitFor();
    const after = rows()[0]!;
    expect(after.nationalId).toBe(before.nationalId);
    expect(after.notes).toMatch(tokenPattern);
    expect(after.notes).not.toBe(before.notes);
  });

  test("another user's mutation with the first user's token fails STORE_GRANT_MISSING", async () => {
    const other = await (await browser.newContext()).newPage();
    await logIn(other, stack.appURL, 'Grace Hopper');
    const answer = await graphql(other, createPatientMutation, {
      input: { ...patientCalled('Mallory'), nationalId: token },
    });
    expect(answer.errors?.map((error) => error.extensions?.code)).toEqual(['STORE_GRANT_MISSING']);
    expect(rows().map((row) => row.name)).toEqual(['Hilda Whitcher']);

    // And pasted into a secure paragraph, without a read grant, the frame shows nothing.
    await other.getByRole('button', { name: 'Attack this page' }).click();
    await other.getByText('Try somebody else’s token').click();
    await other.getByLabel('Token', { exact: true }).fill(rows()[0]!.notes!);
    await other.getByRole('button', { name: 'Show', exact: true }).click();
    await other.getByRole('alert').filter({ hasText: 'You may not read this value' }).waitFor();
    for (const frame of other.frames())
      expect(await frame.locator('body').innerText()).not.toContain('Nothing known.');
    await other.context().close();
  });

  test('no cookie is ever set on the origin of the tokenizer', async () => {
    const cookies = await context.cookies();
    expect(cookies.map(({ domain }) => domain)).toEqual(['localhost']);
    expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  });

  test('deleting the patient deletes their values', async () => {
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('No patients yet.').waitFor();
    expect(rows()).toEqual([]);
    const answer = await graphql(page, createPatientMutation, {
      input: { ...patientCalled('Ghost'), nationalId: token },
    });
    expect(answer.errors?.[0]?.extensions?.code).toBe('TOKEN_DELETED');
  });
});
