import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './support/browser.js';
import { chooseFiles } from './support/chosen-files.js';
import { beginPatient, logIn, reveal, save, secureFrame, secureInput, shownText } from './support/demo.js';
import { startStack, type Stack } from './support/stack.js';

// Several logins, and nine attacks, on a machine that may do much else.
jest.setTimeout(90_000);

describe('the clinic', () => {
  let stack: Stack;
  let browser: Browser;
  let ada: Page;

  beforeAll(async () => {
    stack = await startStack();
    browser = await launchBrowser();
    ada = await open('Ada Lovelace');
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  async function open(name: Parameters<typeof logIn>[2]): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await logIn(page, stack.appURL, name);
    return page;
  }
  const findings = (page: Page) => page.locator('.result').allInnerTexts();
  async function attack(page: Page): Promise<string[]> {
    await page.getByRole('button', { name: 'Run all attacks' }).click();
    const attacks = await page.locator('.attacks > li').count();
    await page
      .locator('.result strong')
      .nth(attacks - 1)
      .waitFor();
    return findings(page);
  }

  test('takes in a patient with a covered card, notes and a document, whose name only its frame knows', async () => {
    await beginPatient(ada, 'Hilda Whitcher');
    await ada.getByLabel('Reason for the visit').fill('First visit');
    await secureInput(ada, 'National id').fill('078051120');
    await secureInput(ada, 'Card').fill('4111111111111111');
    await secureInput(ada, 'Notes').fill('Allergic to penicillin.');
    const file = join(stack.directory, 'letter.pdf');
    await writeFile(file, '%PDF-1.4 a letter of the specialist');
    await chooseFiles(ada, 'Add documents', [file]);
    await save(ada);
    await shownText(ada, 'Card').filter({ hasText: '•••• •••• •••• 1111' }).waitFor();
    await reveal(ada, 'Card');
    await shownText(ada, 'Card').filter({ hasText: '4111 1111 1111 1111' }).waitFor();
    await shownText(ada, 'National id').filter({ hasText: '•••-••-1120' }).waitFor();
    await secureFrame(ada, 'Document 1').getByText('letter.pdf').waitFor();
    const page = await ada.content();
    for (const secret of ['078-05-1120', '4111', 'penicillin', 'letter.pdf'])
      expect(page).not.toContain(secret);
  });

  test('refuses a card whose digits are wrong, beside its field, and keeps what was typed', async () => {
    await ada.getByRole('link', { name: 'Edit' }).click();
    await secureInput(ada, 'Card').fill('4111 1111 1111 1112');
    await save(ada);
    await ada.getByText('That is no card number').waitFor();
    await ada.getByRole('alert').filter({ hasText: 'Check the marked field' }).waitFor();
    expect(await secureInput(ada, 'Card').inputValue()).toBe('4111 1111 1111 1112');
    await ada.getByRole('button', { name: 'Cancel' }).click();
    await shownText(ada, 'Card').filter({ hasText: '1111' }).waitFor();
  });

  test('finds patients by what is plain, and by nothing else', async () => {
    const search = ada.getByRole('searchbox');
    await search.fill('first vis');
    await ada.getByRole('link', { name: 'Hilda Whitcher' }).waitFor();
    for (const secret of ['078-05', '4111', 'penicillin']) {
      await search.fill(secret);
      await ada.getByText('Nobody matches.').waitFor();
    }
    await search.fill('');
    await ada.getByRole('link', { name: 'Hilda Whitcher' }).waitFor();
  });

  test('shows a receptionist ids and cards, and neither notes nor documents', async () => {
    const grace = await open('Grace Hopper');
    await reveal(grace, 'National id');
    await shownText(grace, 'National id').filter({ hasText: '078-05-1120' }).waitFor();
    expect(await grace.getByText('Not for a receptionist').count()).toBe(2);
    expect(await grace.locator('iframe[title="Notes"], iframe[title^="Document"]').count()).toBe(0);
    expect(await grace.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    expect(await grace.getByRole('link', { name: 'Audit' }).count()).toBe(0);
    await grace.context().close();
  });

  test('shows a practice manager who opened what, and no value', async () => {
    const katherine = await open('Katherine Johnson');
    await katherine.getByText('Hilda Whitcher').first().waitFor();
    expect(await katherine.getByText('Not for a practice manager').count()).toBe(4);
    await katherine.getByRole('link', { name: 'Audit' }).click();
    const row = katherine.getByRole('row').filter({ hasText: 'Grace Hopper' }).filter({ hasText: 'opened' });
    await row.first().waitFor();
    expect(await row.first().innerText()).toMatch(/Hilda Whitcher\s+national id, card$/);
    await katherine.context().close();
  });

  test('is used with the keyboard alone', async () => {
    const page = await open('Ada Lovelace');
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await page.getByRole('link', { name: 'New patient' }).focus();
    await press('Enter');
    await page.getByLabel('Name', { exact: true }).focus();
    await page.keyboard.type('Keyboard Only');
    await press('Tab');
    await page.keyboard.type('05141920');
    // Its frame must be there to be tabbed into, and have the focus before it gets keys.
    await secureInput(page, 'National id').waitFor();
    await page.getByLabel('Reason for the visit').focus();
    await press('Tab');
    await secureFrame(page, 'National id').locator('input:focus').waitFor();
    await page.keyboard.type('219099999');
    await press('Enter');
    await page.getByRole('heading', { name: 'Keyboard Only' }).waitFor();
    await reveal(page, 'National id');
    await shownText(page, 'National id').filter({ hasText: '219-09-9999' }).waitFor();
    await page.context().close();
  });

  describe('under attack by scripts in its page', () => {
    test('gives them nothing, whatever is shown, typed and saved meanwhile', async () => {
      await ada.getByRole('button', { name: 'Attack this page' }).click();
      await ada.getByRole('link', { name: 'Hilda Whitcher' }).click();
      await ada.getByRole('link', { name: 'Edit' }).click();
      await secureInput(ada, 'Notes').pressSequentially('Typed while they listen. ');
      await save(ada);
      await shownText(ada, 'Notes').filter({ hasText: 'Typed while they listen.' }).waitFor();
      const found = await attack(ada);
      expect(found).toHaveLength(9);
      for (const each of found) expect(each).toMatch(/^Got nothing/);
      expect(found.find((each) => each.includes('requests read'))).toMatch(
        /In sensitive fields: [1-9]\d* tokens?, and no value/,
      );
      expect(found.find((each) => each.includes('event'))).toMatch(/^Got nothing\s+0 events/);
    });

    test('and says so when there is something to get', async () => {
      await ada.evaluate(() => {
        document.body.append(
          Object.assign(document.createElement('iframe'), { srcdoc: 'a value in a frame of this origin' }),
        );
        localStorage.setItem('note', 'left behind');
      });
      const found = await attack(ada);
      expect(found.filter((each) => each.startsWith('Got something'))).toEqual([
        expect.stringContaining('a value in a frame of this origin'),
        expect.stringContaining('storage: note=left behind'),
      ]);
    });
  });
});
