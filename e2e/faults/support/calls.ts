import type { World } from './world.js';

export interface Signed {
  url: string;
  method: string;
  headers: Record<string, string>;
}

interface Answered {
  data?: Record<string, unknown> | null;
  errors?: { extensions: { code: string } }[];
}

/** One call of a frame, sent once: what the tokenizer itself answers, and to whom. Throws an error with its code. */
export async function callOnce<T>(
  world: Pick<World, 'fetch'>,
  query: string,
  variables: object,
  accessToken?: string,
): Promise<T> {
  const response = await world.fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Answered;
  const refusal = errors?.[0]?.extensions;
  if (refusal || !data) throw Object.assign(new Error(`Refused: ${refusal?.code}`), refusal);
  const [result] = Object.values(data) as [unknown];
  const [entry] = Array.isArray(result) ? (result as { problem?: { code: string } | null }[]) : [];
  if (entry?.problem) throw Object.assign(new Error(`Refused: ${entry.problem.code}`), entry.problem);
  return (entry ?? result) as T;
}

export const createSession = async (world: World, session: string): Promise<string> =>
  useAssertion(world, await world.app.assertion(session));

export const useAssertion = async (world: Pick<World, 'fetch'>, assertion: string): Promise<string> => {
  const { accessToken } = await callOnce<{ accessToken: string }>(
    world,
    'mutation ($assertion: String!) { createSession(assertion: $assertion) { accessToken } }',
    { assertion },
  );
  return accessToken;
};

export const tokenize = (world: World, accessToken: string, input: object): Promise<{ upload: Signed }> =>
  callOnce(
    world,
    'mutation ($input: TokenizeInput!) { tokenize(inputs: [$input]) { upload { url method headers } problem { code } } }',
    { input },
    accessToken,
  );

export const detokenize = (world: World, accessToken: string, token: string): Promise<{ download: Signed }> =>
  callOnce(
    world,
    'mutation ($token: ID!) { detokenize(tokens: [$token]) { download { url method headers } problem { code } } }',
    { token },
    accessToken,
  );
