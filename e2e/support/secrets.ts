import type { BrowserContext, Page, Request } from 'playwright-core';
import type { Stack } from './stack.js';

/** What nobody but the frames may ever hold, as it went over the network of a page, or of all pages of a context. */
export interface Secrets {
  assertions: string[];
  accessTokens: string[];
  dataKeys: string[];
  presignedURLs: string[];
}

/** Collects, from outside the page, the secrets that its frames send and receive. */
export async function watchSecrets(
  page: Pick<Page, 'on'> | Pick<BrowserContext, 'on'>,
  { tokenizerURL }: Stack,
): Promise<Secrets> {
  const secrets: Secrets = { assertions: [], accessTokens: [], dataKeys: [], presignedURLs: [] };
  const add = (kind: keyof Secrets, value: unknown) => {
    if (typeof value === 'string' && !secrets[kind].includes(value)) secrets[kind].push(value);
  };
  /** A page may send what it likes: that is its own. */
  const isOfFrame = (request: Request) => {
    try {
      return request.frame().url().startsWith(tokenizerURL);
    } catch {
      // A worker's, or of a frame that is not there yet.
      return false;
    }
  };
  page.on('request', (request) => {
    if (!isOfFrame(request)) return;
    if (request.url().startsWith(`${tokenizerURL}/objects/`)) add('presignedURLs', request.url());
    if (request.url() !== `${tokenizerURL}/graphql`) return;
    const { variables } = request.postDataJSON() as {
      variables: { assertion?: string; inputs?: { dataKey: string }[] };
    };
    add('assertions', variables.assertion);
    for (const { dataKey } of variables.inputs ?? []) add('dataKeys', dataKey);
    add('accessTokens', request.headers().authorization?.replace('Bearer ', ''));
  });
  page.on('requestfinished', async (request) => {
    if (request.url() !== `${tokenizerURL}/graphql` || !isOfFrame(request)) return;
    const body = await request
      .response()
      .then((response) => response?.text())
      .catch(() => undefined);
    for (const [, key] of body?.matchAll(/"dataKey":"([^"]+)"/g) ?? []) add('dataKeys', key);
  });
  return secrets;
}
