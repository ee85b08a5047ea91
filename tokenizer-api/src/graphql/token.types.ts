import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { parseDetails } from '../services/audit/details.js';
import type { AuditEvent, AuditOutcome, TokenRecord, TokenStatus } from '../stores/token-store/port.js';
import { serverSessionOf } from '../services/server-session.js';
import { Grant } from './grant.types.js';
import { ProblemCodes } from './problem.type.js';
import { DateTime, JSONObject } from './scalars.js';
import { simpleResolvers } from './simple-resolvers.js';

export const TokenStatuses = {
  pending: 'pending',
  accepted: 'accepted',
  expired: 'expired',
  deleted: 'deleted',
} as const;
registerEnumType(TokenStatuses, {
  name: 'TokenStatus',
  valuesConfig: {
    pending: { description: 'Made by a session; no server has accepted it yet.' },
    accepted: { description: 'Accepted by a server; kept until deleted.' },
    expired: { description: 'Never accepted in time; being removed.' },
    deleted: { description: 'Key and value are gone; only the name and its history are kept.' },
  },
});

@ObjectType({
  simpleResolvers,
  description: 'One stored value, as the tokenizer knows it: never the value itself.',
})
export class Token {
  @Field(() => ID, { description: '`lunasec-…`.' })
  id!: string;

  @Field(() => TokenStatuses)
  status!: TokenStatus;

  @Field(() => ID, {
    nullable: true,
    description: '`sid` of the session that made it; null when a server of the application did.',
  })
  sessionId!: string | null;

  @Field(() => Int, { description: 'Bytes of the ciphertext.' })
  size!: number;

  @Field(() => String, { nullable: true, description: 'The one place it may be read from, if it has one.' })
  binding!: string | null;

  @Field(() => JSONObject)
  metadata!: Record<string, unknown>;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { description: 'Until when a server may accept it from its session.' })
  storeGrantExpiresAt!: Date;

  @Field(() => DateTime, { nullable: true })
  acceptedAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  deletedAt!: Date | null;
}

/** Names every field, so that a new one of the record does not get out by itself. */
export function toToken(record: TokenRecord): Token {
  const { token, applicationId, status, sessionId, size, binding, metadata } = record;
  const { createdAt, storeGrantExpiresAt, acceptedAt, deletedAt } = record;
  return {
    id: token,
    status,
    sessionId: sessionId === serverSessionOf(applicationId) ? null : sessionId,
    size,
    binding,
    metadata,
    createdAt,
    storeGrantExpiresAt,
    acceptedAt,
    deletedAt,
  };
}

@InputType('TokenFilter', { description: 'All conditions that are given must hold.' })
export class TokenFilterInput {
  @Field(() => TokenStatuses, { nullable: true })
  status?: TokenStatus | null;

  @Field(() => ID, { nullable: true, description: '`sid` of the session that made it.' })
  sessionId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Not including this moment.' })
  createdAfter?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Not including this moment.' })
  createdBefore?: Date | null;

  @Field(() => JSONObject, {
    nullable: true,
    description: 'Entries of metadata that must be equal, in type too: texts, numbers or booleans.',
  })
  metadata?: Record<string, unknown> | null;
}

export const AuditOutcomes = { ok: 'ok', denied: 'denied', failed: 'failed' } as const;
registerEnumType(AuditOutcomes, {
  name: 'AuditOutcome',
  valuesConfig: {
    ok: { description: 'It was done.' },
    denied: { description: 'It was refused; `code` says why.' },
    failed: { description: 'It was allowed, but something did not answer.' },
  },
});

@ObjectType('AuditEvent', {
  simpleResolvers,
  description: 'One line of the audit: who did what to which token, and how it ended.',
})
export class AuditEventType {
  @Field(() => ID, { description: 'A version 7 UUID: ids grow with time.' })
  id!: string;

  @Field(() => DateTime)
  at!: Date;

  @Field(() => ID, { nullable: true, description: '`sid` of the session that is concerned.' })
  sessionId!: string | null;

  @Field(() => String, { nullable: true, description: 'Id of the request, as in the tokenizer’s log.' })
  requestId!: string | null;

  @Field(() => String, { description: 'Name of the call, such as `detokenize`.' })
  action!: string;

  @Field(() => ID, { nullable: true })
  token!: string | null;

  @Field(() => AuditOutcomes)
  outcome!: AuditOutcome;

  @Field(() => ProblemCodes, { nullable: true })
  code!: string | null;

  @Field(() => JSONObject, {
    nullable: true,
    description:
      'What else there is to say, such as `repeated`: how often a refusal was repeated `since` then.',
  })
  details!: Record<string, unknown> | null;

  @Field(() => ID, {
    description:
      'The chain that it is part of: one per process of the tokenizer, with events of other applications between.',
  })
  chain!: string;

  @Field(() => Float, { description: 'Its place in the chain: a whole number, from 1.' })
  number!: number;

  @Field(() => String, {
    description:
      'Vouches for this event and all before it in the chain. Kept elsewhere as `<chain>:<number>:<hash>`, it is an anchor that `tokenizer audit verify --head` checks.',
  })
  hash!: string;
}

/** Names every field, so that a new one of the record does not get out by itself. */
export function toAuditEvent(event: AuditEvent): AuditEventType {
  const { id, at, sessionId, requestId, action, token, outcome, code, details, chain, number, hash } = event;
  return {
    id,
    at,
    sessionId,
    requestId,
    action,
    token,
    outcome,
    code,
    details: parseDetails(details),
    chain,
    number,
    hash,
  };
}

@InputType('AuditFilter', { description: 'All conditions that are given must hold.' })
export class AuditFilterInput {
  @Field(() => ID, { nullable: true })
  sessionId?: string | null;

  @Field(() => ID, { nullable: true })
  token?: string | null;

  @Field(() => String, { nullable: true, description: 'Name of the call, such as `detokenize`.' })
  action?: string | null;

  @Field(() => AuditOutcomes, { nullable: true })
  outcome?: AuditOutcome | null;

  @Field(() => DateTime, { nullable: true, description: 'Not including this moment.' })
  after?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Not including this moment.' })
  before?: Date | null;
}

@ObjectType({ simpleResolvers, description: 'Where a page of a list ends.' })
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: 'For `after` of the next page. Opaque.' })
  endCursor!: string | null;
}

@ObjectType({ simpleResolvers })
export class TokenEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Token)
  node!: Token;
}

@ObjectType({ simpleResolvers, description: 'A page of tokens.' })
export class TokenConnection {
  @Field(() => [TokenEdge])
  edges!: TokenEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType({ simpleResolvers })
export class GrantEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Grant)
  node!: Grant;
}

@ObjectType({ simpleResolvers, description: 'A page of grants.' })
export class GrantConnection {
  @Field(() => [GrantEdge])
  edges!: GrantEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType({ simpleResolvers })
export class AuditEventEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => AuditEventType)
  node!: AuditEventType;
}

@ObjectType({ simpleResolvers, description: 'A page of the audit.' })
export class AuditEventConnection {
  @Field(() => [AuditEventEdge])
  edges!: AuditEventEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
