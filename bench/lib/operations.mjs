export const createSession =
  'mutation ($assertion: String!) { createSession(assertion: $assertion) { accessToken expiresAt } }';
export const tokenize =
  'mutation ($inputs: [TokenizeInput!]!) { tokenize(inputs: $inputs) { token upload { url method headers } problem { code } } }';
export const detokenize =
  'mutation ($tokens: [ID!]!) { detokenize(tokens: $tokens) { token download { url method headers size dataKey } problem { code } } }';
export const verifyStoreGrants =
  'mutation ($sessionId: ID!, $tokens: [TokenRef!]!) { verifyStoreGrants(sessionId: $sessionId, tokens: $tokens) { token expiresAt problem { code } } }';
export const createReadGrants =
  'mutation ($sessionId: ID!, $tokens: [ReadGrantInput!]!) { createReadGrants(sessionId: $sessionId, tokens: $tokens) { token expiresAt problem { code } } }';
export const revokeReadGrants =
  'mutation ($sessionId: ID!, $tokens: [ID!]!) { revokeReadGrants(sessionId: $sessionId, tokens: $tokens) }';
export const deleteTokens =
  'mutation ($tokens: [ID!]!) { deleteTokens(tokens: $tokens) { token deleted problem { code } } }';
export const endSession = 'mutation ($sessionId: ID!) { endSession(sessionId: $sessionId) }';
export const listTokens =
  '{ tokens(first: 20) { edges { node { id status size createdAt } } pageInfo { hasNextPage endCursor } } }';
export const listGrants =
  'query ($sessionId: ID!) { grants(sessionId: $sessionId, kind: read, first: 20) { edges { node { token } } pageInfo { hasNextPage } } }';
