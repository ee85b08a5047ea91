import { Arg, Ctx, ID, Int, Mutation, Query, Resolver, UseMiddleware } from 'type-graphql';
import type { AuditFilter, TokenFilter } from '../stores/token-store/port.js';
import { requireApplication } from './context.js';
import type { RequestContext } from './context.js';
import { toConnection, toPageRequest } from './cursor.js';
import { GrantKinds } from './grant.types.js';
import { countRootField, traceRootField } from './operation.js';
import { auditRefusals } from './refusals.js';
import { JSONObject } from './scalars.js';
import {
  AuditEventConnection,
  AuditFilterInput,
  GrantConnection,
  Token,
  TokenConnection,
  TokenFilterInput,
  toAuditEvent,
  toToken,
} from './token.types.js';

const first = { defaultValue: 50, description: 'Items of the page: 1 to 200.' };
const after = { nullable: true, description: '`endCursor` of the page before.' };

/** What application servers call to look up their own tokens. */
@Resolver()
@UseMiddleware(traceRootField, countRootField, auditRefusals)
export class TokenResolver {
  @Query(() => Token, {
    nullable: true,
    description: 'A token of the application, or null. Authorization: application JWT.',
  })
  async token(@Ctx() context: RequestContext, @Arg('id', () => ID) id: string): Promise<Token | null> {
    const record = await context.services.tokens.find(await requireApplication(context), id);
    return record && toToken(record);
  }

  @Query(() => TokenConnection, {
    description:
      'Tokens of the application, newest first, deleted ones included. Authorization: application JWT.',
  })
  async tokens(
    @Ctx() context: RequestContext,
    @Arg('filter', () => TokenFilterInput, { nullable: true }) filter: TokenFilterInput | null,
    @Arg('first', () => Int, first) count: number,
    @Arg('after', () => String, after) cursor: string | null,
  ): Promise<TokenConnection> {
    const caller = await requireApplication(context);
    const page = toPageRequest(count, cursor);
    return toConnection(
      await context.services.tokens.list(caller, withoutNulls<TokenFilter>(filter), page),
      toToken,
    );
  }

  @Query(() => GrantConnection, {
    description: 'Grants of one session that have not expired, newest first. Authorization: application JWT.',
  })
  async grants(
    @Ctx() context: RequestContext,
    @Arg('sessionId', () => ID, { description: '`sid` of the session.' }) sessionId: string,
    @Arg('kind', () => GrantKinds) kind: 'store' | 'read',
    @Arg('first', () => Int, first) count: number,
    @Arg('after', () => String, after) cursor: string | null,
  ): Promise<GrantConnection> {
    const caller = await requireApplication(context);
    const page = toPageRequest(count, cursor);
    return toConnection(await context.services.tokens.listGrants(caller, sessionId, kind, page), (it) => it);
  }

  @Query(() => AuditEventConnection, {
    description:
      'What was done with the application’s tokens and sessions, newest first. Authorization: application JWT.',
  })
  async auditEvents(
    @Ctx() context: RequestContext,
    @Arg('filter', () => AuditFilterInput, { nullable: true }) filter: AuditFilterInput | null,
    @Arg('first', () => Int, first) count: number,
    @Arg('after', () => String, after) cursor: string | null,
  ): Promise<AuditEventConnection> {
    const caller = await requireApplication(context);
    const page = toPageRequest(count, cursor);
    return toConnection(
      await context.services.tokens.listAudit(caller, withoutNulls<AuditFilter>(filter), page),
      toAuditEvent,
    );
  }

  @Mutation(() => Token, {
    description:
      'Replaces the metadata of a token. TOKEN_NOT_FOUND, TOKEN_DELETED, BAD_USER_INPUT. Authorization: application JWT.',
  })
  async updateTokenMetadata(
    @Ctx() context: RequestContext,
    @Arg('token', () => ID) token: string,
    @Arg('metadata', () => JSONObject, {
      description: 'At most 4096 bytes and 5 levels; keys as in `TokenizeInput`.',
    })
    metadata: Record<string, unknown>,
  ): Promise<Token> {
    const caller = await requireApplication(context);
    return toToken(await context.services.tokens.updateMetadata(caller, token, metadata));
  }
}

/** An input field that is null asks for nothing, the same as one that is not there. */
const withoutNulls = <T extends object>(filter: object | null): T =>
  Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value != null)) as T;
