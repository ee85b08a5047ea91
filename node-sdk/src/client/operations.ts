// Generated from operations.graphql and schema.graphql by `npm run codegen -w node-sdk`. Do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> =
  T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type TokenStatus =
  /** Made by a session; no server has accepted it yet. */
  | 'pending'
  /** Accepted by a server; kept until deleted. */
  | 'accepted'
  /** Never accepted in time; being removed. */
  | 'expired'
  /** Key and value are gone; only the name and its history are kept. */
  | 'deleted';

/** All conditions that are given must hold. */
export type TokenFilter = {
  status?: TokenStatus | null | undefined;
  /** `sid` of the session that made it. */
  sessionId?: string | null | undefined;
  /** Not including this moment. */
  createdAfter?: string | null | undefined;
  /** Not including this moment. */
  createdBefore?: string | null | undefined;
  /** Entries of metadata that must be equal, in type too: texts, numbers or booleans. */
  metadata?: Record<string, unknown> | null | undefined;
};

/** Everything that can go wrong. Errors of a whole call carry the same codes in `extensions.code`. New codes may be added. */
export type ProblemCode =
  /** No, or no good, credentials: renew the session, or check keys, clocks and audience. */
  | 'UNAUTHENTICATED'
  /** The assertion was used before. Each works once. */
  | 'ASSERTION_REPLAYED'
  /** Another session made the token. */
  | 'STORE_GRANT_MISSING'
  /** The session may not read the token, or there is no such token: sessions are not told which. */
  | 'READ_GRANT_MISSING'
  /** The grant was there, but its time is over. */
  | 'GRANT_EXPIRED'
  /** The application has no such token. */
  | 'TOKEN_NOT_FOUND'
  /** The token was deleted, with its key and its value. */
  | 'TOKEN_DELETED'
  /** The ciphertext is not in the object store, or not in full. */
  | 'UPLOAD_MISSING'
  /** The token is bound to another place. */
  | 'BINDING_MISMATCH'
  /** Longer than the application’s longest read grant. */
  | 'DURATION_TOO_LONG'
  /** The ciphertext, or the body of the request, is larger than allowed. */
  | 'TOO_LARGE'
  /** More entries in one call than allowed. Split it. */
  | 'BATCH_TOO_LARGE'
  /** The application stores as much as it may. Delete tokens, or raise its limits. */
  | 'QUOTA_EXCEEDED'
  /** Too many calls. `extensions.retryAfter` says how many seconds to wait. */
  | 'RATE_LIMITED'
  /** The input is malformed; the message says how. */
  | 'BAD_USER_INPUT'
  /** Something the tokenizer needs does not answer. Try again later. */
  | 'UNAVAILABLE';

/** One value to store. Token and data key are made by the frame, new for every value. */
export type TokenizeInput = {
  /** `lunasec-` and a random, lower-case version 4 UUID. */
  token: string;
  /** The value’s AES-256 key: 32 random bytes, base64. Stored wrapped only. */
  dataKey: string;
  /** Bytes of the ciphertext. At most 64 MiB unless configured: TOO_LARGE. */
  size: number;
  /** SHA-256 of the ciphertext, base64. Without it the ciphertext is uploaded in parts, each with a checksum of its own: for frames only. */
  checksum?: string | null | undefined;
  /** Free-form data about the value, never of it: at most 4096 bytes and 5 levels. Keys begin with a letter and have up to 64 letters, digits, `-` and `_`. */
  metadata?: Record<string, unknown> | null | undefined;
};

/** A token, and the place where it is stored. */
export type TokenRef = {
  token: string;
  /** The one place the value may be read from, such as `User.ssn:42`: up to 512 characters. Fixed by the first acceptance that names one. */
  binding?: string | null | undefined;
};

/** A token to grant, and the place where it is read from. */
export type ReadGrantInput = {
  token: string;
  /** The one place the value may be read from, such as `User.ssn:42`: up to 512 characters. Fixed by the first acceptance that names one. */
  binding?: string | null | undefined;
  /** Instead of the call’s duration. */
  duration?: string | null | undefined;
};

export type GrantAnswerFragment = {
  token: string;
  expiresAt: string | null;
  problem: { code: ProblemCode; message: string } | null;
};

export type VerifyStoreGrantsMutationVariables = Exact<{
  sessionId?: string | null | undefined;
  tokens: Array<TokenRef> | TokenRef;
}>;

export type VerifyStoreGrantsMutation = {
  verifyStoreGrants: Array<{
    token: string;
    expiresAt: string | null;
    problem: { code: ProblemCode; message: string } | null;
  }>;
};

export type CreateReadGrantsMutationVariables = Exact<{
  sessionId: string;
  tokens: Array<ReadGrantInput> | ReadGrantInput;
}>;

export type CreateReadGrantsMutation = {
  createReadGrants: Array<{
    token: string;
    expiresAt: string | null;
    problem: { code: ProblemCode; message: string } | null;
  }>;
};

export type RevokeReadGrantsMutationVariables = Exact<{
  sessionId: string;
  tokens: Array<string> | string;
}>;

export type RevokeReadGrantsMutation = { revokeReadGrants: number };

export type EndSessionMutationVariables = Exact<{
  sessionId: string;
}>;

export type EndSessionMutation = { endSession: number };

export type DeleteTokensMutationVariables = Exact<{
  tokens: Array<string> | string;
}>;

export type DeleteTokensMutation = {
  deleteTokens: Array<{
    token: string;
    deleted: boolean;
    problem: { code: ProblemCode; message: string } | null;
  }>;
};

export type TokenRecordFragment = {
  id: string;
  status: TokenStatus;
  sessionId: string | null;
  size: number;
  binding: string | null;
  metadata: Record<string, unknown>;
  createdAt: string;
  acceptedAt: string | null;
  deletedAt: string | null;
};

export type FindTokenQueryVariables = Exact<{
  token: string;
}>;

export type FindTokenQuery = {
  token: {
    id: string;
    status: TokenStatus;
    sessionId: string | null;
    size: number;
    binding: string | null;
    metadata: Record<string, unknown>;
    createdAt: string;
    acceptedAt: string | null;
    deletedAt: string | null;
  } | null;
};

export type FindTokensQueryVariables = Exact<{
  filter?: TokenFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;

export type FindTokensQuery = {
  tokens: {
    edges: Array<{
      node: {
        id: string;
        status: TokenStatus;
        sessionId: string | null;
        size: number;
        binding: string | null;
        metadata: Record<string, unknown>;
        createdAt: string;
        acceptedAt: string | null;
        deletedAt: string | null;
      };
    }>;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
};

export type UpdateTokenMetadataMutationVariables = Exact<{
  token: string;
  metadata: Record<string, unknown>;
}>;

export type UpdateTokenMetadataMutation = {
  updateTokenMetadata: {
    id: string;
    status: TokenStatus;
    sessionId: string | null;
    size: number;
    binding: string | null;
    metadata: Record<string, unknown>;
    createdAt: string;
    acceptedAt: string | null;
    deletedAt: string | null;
  };
};

export type TokenizeMutationVariables = Exact<{
  inputs: Array<TokenizeInput> | TokenizeInput;
}>;

export type TokenizeMutation = {
  tokenize: Array<{
    token: string;
    upload: { url: string; method: string; headers: Record<string, unknown> } | null;
    problem: { code: ProblemCode; message: string } | null;
  }>;
};

export type DetokenizeMutationVariables = Exact<{
  tokens: Array<string> | string;
  bindings: Array<string | null | undefined> | string;
}>;

export type DetokenizeMutation = {
  detokenize: Array<{
    token: string;
    download: {
      url: string;
      method: string;
      headers: Record<string, unknown>;
      size: number;
      dataKey: string;
    } | null;
    problem: { code: ProblemCode; message: string } | null;
  }>;
};

/** The text of an operation with one root field, and the types of its answer and variables. */
export interface Operation<Data, Variables> {
  query: string;
  /** Only for the type checker: never there. */
  types?: (variables: Variables) => Data;
}

export const verifyStoreGrants: Operation<VerifyStoreGrantsMutation, VerifyStoreGrantsMutationVariables> = {
  query:
    'mutation VerifyStoreGrants($sessionId:ID$tokens:[TokenRef!]!){verifyStoreGrants(sessionId:$sessionId tokens:$tokens){...GrantAnswer}}fragment GrantAnswer on GrantResult{token expiresAt problem{code message}}',
};
export const createReadGrants: Operation<CreateReadGrantsMutation, CreateReadGrantsMutationVariables> = {
  query:
    'mutation CreateReadGrants($sessionId:ID!$tokens:[ReadGrantInput!]!){createReadGrants(sessionId:$sessionId tokens:$tokens){...GrantAnswer}}fragment GrantAnswer on GrantResult{token expiresAt problem{code message}}',
};
export const revokeReadGrants: Operation<RevokeReadGrantsMutation, RevokeReadGrantsMutationVariables> = {
  query:
    'mutation RevokeReadGrants($sessionId:ID!$tokens:[ID!]!){revokeReadGrants(sessionId:$sessionId tokens:$tokens)}',
};
export const endSession: Operation<EndSessionMutation, EndSessionMutationVariables> = {
  query: 'mutation EndSession($sessionId:ID!){endSession(sessionId:$sessionId)}',
};
export const deleteTokens: Operation<DeleteTokensMutation, DeleteTokensMutationVariables> = {
  query:
    'mutation DeleteTokens($tokens:[ID!]!){deleteTokens(tokens:$tokens){token deleted problem{code message}}}',
};
export const findToken: Operation<FindTokenQuery, FindTokenQueryVariables> = {
  query:
    'query FindToken($token:ID!){token(id:$token){...TokenRecord}}fragment TokenRecord on Token{id status sessionId size binding metadata createdAt acceptedAt deletedAt}',
};
export const findTokens: Operation<FindTokensQuery, FindTokensQueryVariables> = {
  query:
    'query FindTokens($filter:TokenFilter$first:Int!$after:String){tokens(filter:$filter first:$first after:$after){edges{node{...TokenRecord}}pageInfo{hasNextPage endCursor}}}fragment TokenRecord on Token{id status sessionId size binding metadata createdAt acceptedAt deletedAt}',
};
export const updateTokenMetadata: Operation<
  UpdateTokenMetadataMutation,
  UpdateTokenMetadataMutationVariables
> = {
  query:
    'mutation UpdateTokenMetadata($token:ID!$metadata:JSONObject!){updateTokenMetadata(token:$token metadata:$metadata){...TokenRecord}}fragment TokenRecord on Token{id status sessionId size binding metadata createdAt acceptedAt deletedAt}',
};
export const tokenize: Operation<TokenizeMutation, TokenizeMutationVariables> = {
  query:
    'mutation Tokenize($inputs:[TokenizeInput!]!){tokenize(inputs:$inputs){token upload{url method headers}problem{code message}}}',
};
export const detokenize: Operation<DetokenizeMutation, DetokenizeMutationVariables> = {
  query:
    'mutation Detokenize($tokens:[ID!]!$bindings:[String]!){detokenize(tokens:$tokens bindings:$bindings){token download{url method headers size dataKey}problem{code message}}}',
};
