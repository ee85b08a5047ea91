import { Arg, Ctx, ID, Mutation, Resolver, UseMiddleware } from 'type-graphql';
import { ProblemError } from '@lunasec/secure-frame/protocol';
import { requireFrame, requireFrameOrServer, requireOwnOrigin } from './context.js';
import type { RequestContext } from './context.js';
import {
  CompleteUploadResult,
  DetokenizeResult,
  Session,
  TokenizeInput,
  TokenizeResult,
  UploadPartInput,
  UploadPartResult,
} from './frame.types.js';
import { countRootField, traceRootField } from './operation.js';
import { auditRefusals } from './refusals.js';

/** What secure frames call; and servers, where their application may store and read values itself. */
@Resolver()
@UseMiddleware(traceRootField, countRootField, auditRefusals)
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
      'Registers new values and says where to upload their ciphertexts. Until a server accepts a token, the same input again gives another upload. Authorization: access token; or application JWT, if `serverSide.tokenize` allows it.',
  })
  async tokenize(
    @Ctx() context: RequestContext,
    @Arg('inputs', () => [TokenizeInput], {
      description: 'At most 1000 unless configured: BATCH_TOO_LARGE. Answered each, in order.',
    })
    inputs: TokenizeInput[],
  ): Promise<TokenizeResult[]> {
    return context.services.tokenize(await requireFrameOrServer(context, 'tokenize', inputs), inputs);
  }

  @Mutation(() => [UploadPartResult], {
    description:
      'Says where to upload parts of a value that was tokenized without a checksum. Prolongs its store grant, for a day at most. The same part again gives another upload. Authorization: access token of the session that made the token.',
  })
  async presignUploadParts(
    @Ctx() context: RequestContext,
    @Arg('token', () => ID) token: string,
    @Arg('parts', () => [UploadPartInput], {
      description: 'At most 1000 unless configured: BATCH_TOO_LARGE. Answered each, in order.',
    })
    parts: UploadPartInput[],
  ): Promise<UploadPartResult[]> {
    return context.services.uploads.presignParts(await requireFrame(context, parts), token, parts);
  }

  @Mutation(() => [CompleteUploadResult], {
    description:
      'Makes uploaded parts one value, and confirms that values are there. Prolongs their store grants, for a day at most: call it again for what is not sent yet. Authorization: access token of the session that made the tokens.',
  })
  async completeUploads(
    @Ctx() context: RequestContext,
    @Arg('tokens', () => [ID], {
      description: 'At most 1000 unless configured: BATCH_TOO_LARGE. Answered each, in order.',
    })
    tokens: string[],
  ): Promise<CompleteUploadResult[]> {
    return context.services.uploads.complete(await requireFrame(context, tokens), tokens);
  }

  @Mutation(() => [DetokenizeResult], {
    description:
      'Gives the session the values that a server granted it to read. Authorization: access token. With an application JWT, if `serverSide.detokenize` allows it: gives the server any accepted values of its application, without grants.',
  })
  async detokenize(
    @Ctx() context: RequestContext,
    @Arg('tokens', () => [ID], {
      description: 'At most 1000 unless configured: BATCH_TOO_LARGE. Answered each, in order.',
    })
    tokens: string[],
    @Arg('bindings', () => [String], {
      nullable: 'itemsAndList',
      description:
        'From a server only: where each token was read from, in the order of `tokens`; null for none.',
    })
    bindings: (string | null)[] | null,
  ): Promise<DetokenizeResult[]> {
    const caller = await requireFrameOrServer(context, 'detokenize', tokens);
    if (caller.kind === 'application')
      return context.services.serverDetokenize(caller, tokens, bindings ?? null);
    if (bindings)
      throw new ProblemError(
        'BAD_USER_INPUT',
        'A frame gives no bindings: its grants were made for a place.',
      );
    return context.services.detokenize(caller, tokens);
  }
}
