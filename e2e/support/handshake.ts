import type { Page } from 'playwright-core';
import type { Stack } from './stack.js';

/** The assertion that the app would give this page's controller frame, taken as no page can: from outside. */
export async function takeAssertion(page: Page, { appURL }: Stack): Promise<string> {
  const cookies = await page.context().cookies(appURL);
  const response = await fetch(`${appURL}/.lunasec/secure-frame`, {
    redirect: 'manual',
    headers: {
      cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
      'sec-fetch-dest': 'iframe',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
    },
  });
  return new URL(response.headers.get('location')!).hash.slice(1);
}

/** Calls the tokenizer's API and returns the code of its first error, or undefined. */
export async function createSession({ tokenizerURL }: Stack, assertion: string): Promise<string | undefined> {
  const response = await fetch(`${tokenizerURL}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation ($assertion: String!) { createSession(assertion: $assertion) { accessToken } }',
      variables: { assertion },
    }),
  });
  const { errors } = (await response.json()) as { errors?: { extensions?: { code?: string } }[] };
  return errors?.[0]?.extensions?.code;
}
