import { Arg, Ctx, ID, Int, Mutation, Resolver, UseMiddleware } from 'type-graphql';
import { requireApplication } from './context.js';
import type { RequestContext } from './context.js';
import { DeleteResult, GrantResult, ReadGrantInput, TokenRef } from './grant.types.js';
import { countRootField, traceRootField } from './operation.js';
import { auditRefusals } from './refusals.js';
import { Duration } from './scalars.js';

const sessionId =
  '`sid` of the session: base64url of SHA-256 over application id, a zero byte and the application’s own session id.';
const batch = 'At most 1000 unless configured: BATCH_TOO_LARGE. Answered each, in order.';

/** What application servers call to accept, grant and delete tokens. */
@Resolver()
@UseMiddleware(traceRootField, countRootField, auditRefusals)
export class GrantResolver {
  @Mutation(() => [GrantResult], {
    description:
      'Accepts tokens that the session made, so that they are kept: before a server stores them. Per token: TOKEN_NOT_FOUND, TOKEN_DELETED, STORE_GRANT_MISSING, GRANT_EXPIRED, UPLOAD_MISSING, BINDING_MISMATCH, BAD_USER_INPUT. Repeating it within the grant’s time is fine. Authorization: application JWT.',
  })
  async verifyStoreGrants(
    @Ctx() context: RequestContext,
    @Arg('sessionId', () => ID, {
      nullable: true,
      description: `${sessionId} Null: tokens that the application’s servers made themselves.`,
    })
    session: string | null,
    @Arg('tokens', () => [TokenRef], { description: batch }) tokens: TokenRef[],
  ): Promise<GrantResult[]> {
    const caller = await requireApplication(context, tokens);
    return context.services.grants.verifyStoreGrants(caller, session ?? null, tokens);
  }

  @Mutation(() => [GrantResult], {
    description:
      'Lets the session read accepted tokens: before a server returns them to it. Per token: TOKEN_NOT_FOUND, TOKEN_DELETED, BINDING_MISMATCH, DURATION_TOO_LONG, BAD_USER_INPUT. Authorization: application JWT.',
  })
  async createReadGrants(
    @Ctx() context: RequestContext,
    @Arg('sessionId', () => ID, { description: sessionId }) session: string,
    @Arg('tokens', () => [ReadGrantInput], { description: batch }) tokens: ReadGrantInput[],
    @Arg('duration', () => Duration, {
      nullable: true,
      description: 'For tokens without their own. 15m, and at most 1h, unless configured.',
    })
    duration: number | null,
  ): Promise<GrantResult[]> {
    const caller = await requireApplication(context, tokens);
    return context.services.grants.createReadGrants(caller, session, tokens, duration ?? null);
  }

  @Mutation(() => Int, {
    description:
      'Takes read grants of the session back, at once. Returns how many there were. Authorization: application JWT.',
  })
  async revokeReadGrants(
    @Ctx() context: RequestContext,
    @Arg('sessionId', () => ID, { description: sessionId }) session: string,
    @Arg('tokens', () => [ID], { description: 'At most 1000 unless configured: BATCH_TOO_LARGE.' })
    tokens: string[],
  ): Promise<number> {
    const caller = await requireApplication(context, tokens);
    return context.services.grants.revokeReadGrants(caller, session, tokens);
  }

  @Mutation(() => Int, {
    description:
      'Ends a session, as at logout: its frames’ access tokens, its read grants and the store grants of tokens that no server has accepted. Returns how many grants were revoked. Authorization: application JWT.',
  })
  async endSession(
    @Ctx() context: RequestContext,
    @Arg('sessionId', () => ID, { description: sessionId }) session: string,
  ): Promise<number> {
    return context.services.sessions.end(await requireApplication(context), session);
  }

  @Mutation(() => [DeleteResult], {
    description:
      'Deletes tokens for good: their keys are destroyed with the call, their ciphertexts removed soon after. Authorization: application JWT.',
  })
  async deleteTokens(
    @Ctx() context: RequestContext,
    @Arg('tokens', () => [ID], { description: batch }) tokens: string[],
  ): Promise<DeleteResult[]> {
    return context.services.deleteTokens(await requireApplication(context, tokens), tokens);
  }
}
