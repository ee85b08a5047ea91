import type { Context } from '@opentelemetry/api';
import { ProblemError } from '@lunasec/secure-frame/protocol';
import type { ProblemCode } from '@lunasec/secure-frame/protocol';
import type { ApplicationCaller, Caller, FrameCaller } from '../auth/caller.js';
import type { Audit } from '../services/audit.js';
import type { DeleteTokens } from '../services/deletion.js';
import type { Detokenize } from '../services/detokenization.js';
import type { Grants } from '../services/grants.js';
import type { Limits } from '../services/limits.js';
import type { ServerDetokenize } from '../services/server-detokenization.js';
import type { Sessions } from '../services/sessions.js';
import type { Tokenize } from '../services/tokenization.js';
import type { Tokens } from '../services/tokens.js';
import type { Uploads } from '../services/uploads.js';
import type { RateLimits } from './rate-limits.js';

export interface Services {
  sessions: Sessions;
  tokenize: Tokenize;
  uploads: Uploads;
  detokenize: Detokenize;
  serverDetokenize: ServerDetokenize;
  grants: Grants;
  deleteTokens: DeleteTokens;
  tokens: Tokens;
}

/** Counts a root field that was executed, and how long it took in seconds. */
export type CountOperation = (operation: string, outcome: 'ok' | 'error', seconds: number) => void;

/** Counts a call, or an entry of one, that was refused, by its code. */
export type CountRefusal = (operation: string, code: ProblemCode) => void;

/** What resolvers know about the request. */
export interface RequestContext {
  requestId: string;
  /** The trace that the caller is in, if any. */
  trace: Context;
  /** Network address of the client. */
  address: string;
  /** The `Origin` header. */
  origin: string | undefined;
  /** This tokenizer's own origin. */
  ownOrigin: string;
  /** Authenticated at first use, once per request. Rejects with UNAUTHENTICATED. */
  caller(): Promise<Caller>;
  /** Who calls, if that was asked for and is known. */
  knownCaller(): Caller | undefined;
  services: Services;
  audit: Pick<Audit, 'recordRefusal'>;
  rateLimits: RateLimits;
  countOperation: CountOperation;
  countRefusal: CountRefusal;
}

/**
 * Frames call from their own pages only. Browsers name the page in `Origin`, so another one shows here even if it got
 * hold of an access token. Throws UNAUTHENTICATED.
 */
export function requireOwnOrigin({ origin, ownOrigin }: RequestContext): void {
  if (origin !== undefined && origin !== ownOrigin)
    throw new ProblemError('UNAUTHENTICATED', 'Only pages of the tokenizer itself may make this call.');
}

/** The secure frame that calls with a batch. Throws UNAUTHENTICATED, RATE_LIMITED. */
export async function requireFrame(context: RequestContext, batch: readonly unknown[]): Promise<FrameCaller> {
  requireOwnOrigin(context);
  const caller = await context.caller();
  if (caller.kind !== 'frame')
    throw new ProblemError('UNAUTHENTICATED', 'This call needs the access token of a frame’s session.');
  const { id, limits } = caller.application;
  await context.rateLimits.session(id, caller.sessionId, chargeOf(batch, limits));
  return caller;
}

/** The application server that calls, with a batch if the call has one. Throws UNAUTHENTICATED, RATE_LIMITED. */
export async function requireApplication(
  context: RequestContext,
  batch: readonly unknown[] = [],
): Promise<ApplicationCaller> {
  const caller = await context.caller();
  if (caller.kind !== 'application')
    throw new ProblemError('UNAUTHENTICATED', 'This call needs a JWT signed by an application.');
  const { id, limits } = caller.application;
  await context.rateLimits.application(id, chargeOf(batch, limits));
  return caller;
}

/**
 * The secure frame that calls, or a server of an application that may do this with values itself. Throws
 * UNAUTHENTICATED, RATE_LIMITED.
 */
export async function requireFrameOrServer(
  context: RequestContext,
  action: 'tokenize' | 'detokenize',
  batch: readonly unknown[],
): Promise<FrameCaller | ApplicationCaller> {
  if ((await context.caller()).kind !== 'application') return requireFrame(context, batch);
  const caller = await requireApplication(context, batch);
  if (!caller.application.serverSide[action])
    throw new ProblemError(
      'UNAUTHENTICATED',
      `Servers of this application may not ${action}. Where they should, set serverSide.${action} for it in the tokenizer's configuration.`,
    );
  return caller;
}

/** Entries that count against the rate of tokens. A batch that is too large is refused as such, and does no work. */
const chargeOf = (batch: readonly unknown[], { maxBatch }: Limits): number =>
  batch.length > maxBatch ? 0 : batch.length;
