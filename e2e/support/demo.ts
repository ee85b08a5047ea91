import type { Page } from 'playwright-core';

/** Logs in and waits for the list of patients. */
export async function logIn(
  page: Page,
  appURL: string,
  name: 'Ada Lovelace' | 'Grace Hopper' | 'Katherine Johnson',
): Promise<void> {
  await page.goto(appURL);
  await page.getByRole('button', { name: `Continue as ${name}` }).click();
  await page.getByRole('navigation', { name: 'Patients' }).waitFor();
}

/** The secure frame of a field, found by the title that its component gives it. */
export const secureFrame = (page: Page, name: string) => page.frameLocator(`iframe[title="${name}"]`);

export const secureInput = (page: Page, name: string) =>
  secureFrame(page, name).locator('input, textarea').first();

/** What a secure paragraph shows, read from inside its frame: a test may, a page's script may not. */
export const shownText = (page: Page, name: string) => secureFrame(page, name).locator('p, span').first();

/** Presses the button inside the frame of a covered value. */
export const reveal = (page: Page, name: string) =>
  secureFrame(page, name).getByRole('button', { name: 'Show', exact: true }).click();

/** Not with the mouse: when a frame has just moved, Chromium gives clicks to what was there before. */
export const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).press('Enter');

export async function beginPatient(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'New patient' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Date of birth').fill('1920-05-14');
}

export async function createPatient(
  page: Page,
  { name, nationalId, notes }: { name: string; nationalId: string; notes?: string },
): Promise<void> {
  await beginPatient(page, name);
  await secureInput(page, 'National id').fill(nationalId);
  if (notes !== undefined) await secureInput(page, 'Notes').fill(notes);
  await save(page);
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

/** The mutation that saves a patient, and what it takes at least. */
export const createPatientMutation =
  'mutation ($input: PatientInput!) { createPatient(input: $input) { id } }';
export const patientCalled = (name: string) => ({ name, born: '1970-01-01' });

/** Sends an operation to the app's API from the page, with the page's own session. */
export async function graphql<Data>(
  page: Page,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<{
  data?: Data | null;
  errors?: { message: string; path?: unknown; extensions?: { code?: string } }[];
}> {
  return page.evaluate(async (body) => {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    return response.json();
  }, JSON.stringify({ query, variables }));
}

export const tokenPattern = /^lunasec-[0-9a-f-]{36}$/;
