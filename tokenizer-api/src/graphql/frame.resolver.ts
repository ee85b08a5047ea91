import { Arg, Ctx, ID, Mutation, Resolver, UseMiddleware } from 'type-graphql';
import { requireFrame, requireOwnOrigin } from './context.js';
import type { RequestContext } from './context.js';
import { DetokenizeResult, Session, TokenizeInput, TokenizeResult } from './frame.types.js';
import { countRootField } from './operation.js';

/** What secure frames call. */
@Resolver()
@UseMiddleware(countRootField)
export class FrameResolver {
  @Mutation(() => Session, {
    description:
      'Turns an assertion, signed by the application for the session of its page, into an access token. No Authorization. UNAUTHENTICATED, ASSERTION_REPLAYED, RATE_LIMITED.',
  })
  async createSession(
    @Ctx() context: RequestContext,
    @Arg('assertion', () => String, {
      description:
        'A JWT with `typ` `lunasec-assertion+jwt`; EdDSA, ES256 or RS256; claims `iss`, `aud`, `sub`, `jti`, `origin`, `iat`, and `exp` at most 60 s later.',
    })
    assertion: string,
  ): Promise<Session> {
    await context.rateLimits.sessionCreation(context.address);
    requireOwnOrigin(context);
    return context.services.sessions.create(assertion, context.requestId);
  }

  @Mutation(() => [TokenizeResult], {
    description:
      'Registers new values and says where to upload their ciphertexts. Until a server accepts a token, the same input again gives another upload. Authorization: access token.',
  })
  async tokenize(
    @Ctx() context: RequestContext,
    @Arg('inputs', () => [TokenizeInput], {
      description: 'At most 1000 unless configured: BATCH_TOO_LARGE. Answered each, in order.',
    })
    inputs: TokenizeInput[],
  ): Promise<TokenizeResult[]> {
    return context.services.tokenize(await requireFrame(context), inputs);
  }

  @Mutation(() => [DetokenizeResult], {
    description:
      'Gives the session the values that a server granted it to read. Authorization: access token.',
  })
  async detokenize(
    @Ctx() context: RequestContext,
    @Arg('tokens', () => [ID], {
      description: 'At most 1000 unless configured: BATCH_TOO_LARGE. Answered each, in order.',
    })
    tokens: string[],
  ): Promise<DetokenizeResult[]> {
    return context.services.detokenize(await requireFrame(context), tokens);
  }
}
