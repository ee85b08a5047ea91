import type { CallOptions, TokenFilter, TokenizerClient, TokenRecord } from '../client/index.js';
import type { Sessions } from './sessions.js';

/** Conditions that must all hold. */
export interface TokenSearch extends Omit<TokenFilter, 'sessionId'> {
  /** The app's own id of the session that made it. */
  sessionId?: string | undefined;
}

const pageSize = 200;

/** Walks through the application's tokens, newest first. */
export async function* findTokens(
  client: Pick<TokenizerClient, 'findTokens'>,
  sessions: Pick<Sessions, 'fromId'>,
  { sessionId, ...filter }: TokenSearch,
  options?: CallOptions,
): AsyncGenerator<TokenRecord, void, void> {
  const conditions = sessionId === undefined ? filter : { ...filter, sessionId: sessions.fromId(sessionId) };
  let after: string | null = null;
  do {
    const page = await client.findTokens(conditions, { first: pageSize, after }, options);
    yield* page.tokens;
    after = page.next;
  } while (after !== null);
}
