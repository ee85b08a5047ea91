import { isToken } from '@lunasec/secure-frame/protocol';
import type { ApplicationCaller } from '../auth/caller.js';
import type { ObjectStore } from '../stores/object-store/port.js';
import type { Acceptance, ReadGrant, TokenRecord, TokenStore } from '../stores/token-store/port.js';
import type { Audit } from './audit.js';
import { mapConcurrently } from './concurrency.js';
import { maxBindingLength } from './limits.js';
import { objectKey } from './object-key.js';
import {
  checkBatch,
  checkSid,
  distinctTokens,
  notAToken,
  problem,
  tokenDeleted,
  tokenNotFound,
} from './problems.js';
import type { Problem } from './problems.js';
import { serverSessionOf } from './server-session.js';

export interface TokenRef {
  token: string;
  /** The one place the token may be read from, if it is to have one. */
  binding?: string | null;
}

export interface ReadGrantInput extends TokenRef {
  /** Seconds. */
  duration?: number | null;
}

/** Exactly one of `expiresAt` and `problem` is there. */
export interface GrantAnswer {
  token: string;
  expiresAt: Date | null;
  problem: Problem | null;
}

export interface Grants {
  /**
   * Accepts tokens that this session made and uploaded, and fixes their bindings. One read; one write for those that
   * are new, whose uploads are looked for first. Without a session: tokens that the application's servers made.
   */
  verifyStoreGrants(
    caller: ApplicationCaller,
    sessionId: string | null,
    refs: readonly TokenRef[],
  ): Promise<GrantAnswer[]>;
  /** Lets a session read accepted tokens. `duration` in seconds, for entries without their own. One read, one write. */
  createReadGrants(
    caller: ApplicationCaller,
    sessionId: string,
    inputs: readonly ReadGrantInput[],
    duration: number | null,
  ): Promise<GrantAnswer[]>;
  /** Takes read grants of a session back. Returns how many there were. */
  revokeReadGrants(caller: ApplicationCaller, sessionId: string, tokens: readonly string[]): Promise<number>;
}

/** How many uploads are looked for at a time. */
const concurrency = 32;

export function createGrants({
  store,
  objects,
  audit,
  now,
}: {
  store: Pick<TokenStore, 'findTokens' | 'acceptTokens' | 'putReadGrants' | 'revokeReadGrants'>;
  objects: Pick<ObjectStore, 'head'>;
  audit: Audit;
  now: () => Date;
}): Grants {
  async function find(applicationId: string, tokens: readonly string[]): Promise<Map<string, TokenRecord>> {
    const wanted = distinctTokens(tokens);
    const records = wanted.length === 0 ? [] : await store.findTokens(applicationId, wanted);
    return new Map(records.map((record) => [record.token, record]));
  }

  /** The tokens among these whose upload is not there in its full size. */
  async function missingUploads(records: readonly TokenRecord[]): Promise<Set<string>> {
    const sizes = await mapConcurrently(
      records,
      concurrency,
      async ({ applicationId, token }) => (await objects.head(objectKey(applicationId, token)))?.size,
    );
    return new Set(records.filter(({ size }, index) => size !== sizes[index]).map(({ token }) => token));
  }

  const record = (
    action: string,
    { application, requestId }: ApplicationCaller,
    sessionId: string | null,
    answers: readonly { token: string; problem: Problem | null }[],
  ) =>
    audit.record(
      action,
      { applicationId: application.id, sessionId, requestId },
      answers.map(({ token, problem: fault }) => ({ token, code: fault?.code ?? null })),
    );

  return {
    async verifyStoreGrants(caller, givenSession, refs) {
      const { id, limits } = caller.application;
      const sessionId = givenSession ?? serverSessionOf(id);
      checkSid(sessionId);
      checkBatch(refs, limits.maxBatch);
      const at = now();
      let records = await find(
        id,
        refs.map(({ token }) => token),
      );
      const faults = refs.map((ref) => storeFaultOf(ref, records.get(ref.token), sessionId, at));

      const sound = new Set(refs.filter((_, index) => !faults[index]).map(({ token }) => token));
      const missing = await missingUploads(
        [...records.values()].filter(({ token, status }) => status === 'pending' && sound.has(token)),
      );

      // Named twice in one call, a token gets the place that is named first.
      const places = new Map<string, string | null>();
      refs.forEach((ref, index) => {
        if (faults[index]) return;
        const [binding, place] = [ref.binding ?? null, places.get(ref.token) ?? null];
        if (missing.has(ref.token)) faults[index] = uploadMissing();
        else if (place !== null && place !== binding) faults[index] = bindingMismatch();
        else places.set(ref.token, binding);
      });

      const acceptances = [...places]
        .filter(([token, binding]) => {
          const { status, binding: fixed } = records.get(token)!;
          return status !== 'accepted' || fixed !== binding;
        })
        .map(([token, binding]): Acceptance => ({ token, sessionId, binding }));
      if (acceptances.length > 0) {
        const accepted = await store.acceptTokens(id, acceptances, at);
        const lost = acceptances.map(({ token }) => token).filter((token) => !accepted.has(token));
        // Something else happened to them meanwhile: say what.
        if (lost.length > 0) records = new Map([...records, ...(await find(id, lost))]);
        refs.forEach((ref, index) => {
          if (!faults[index] && lost.includes(ref.token))
            faults[index] = storeFaultOf(ref, records.get(ref.token), sessionId, at) ?? bindingMismatch();
        });
      }

      const answers = refs.map(({ token }, index): GrantAnswer => {
        const fault = faults[index] ?? null;
        return { token, expiresAt: fault ? null : records.get(token)!.storeGrantExpiresAt, problem: fault };
      });
      await record('verifyStoreGrants', caller, givenSession, answers);
      return answers;
    },

    async createReadGrants(caller, sessionId, inputs, duration) {
      const { id, limits } = caller.application;
      checkSid(sessionId);
      checkBatch(inputs, limits.maxBatch);
      const at = now();
      const records = await find(
        id,
        inputs.map(({ token }) => token),
      );
      const answers = inputs.map((input): GrantAnswer => {
        const seconds = input.duration ?? duration ?? limits.readGrant;
        const fault =
          readFaultOf(input, records.get(input.token)) ?? durationFaultOf(seconds, limits.maxReadGrant);
        return fault
          ? { token: input.token, expiresAt: null, problem: fault }
          : { token: input.token, expiresAt: new Date(at.getTime() + seconds * 1000), problem: null };
      });

      const grants = new Map<string, ReadGrant>();
      for (const { token, expiresAt } of answers)
        if (expiresAt && (grants.get(token)?.expiresAt ?? 0) < expiresAt)
          grants.set(token, { applicationId: id, sessionId, token, createdAt: at, expiresAt });
      if (grants.size > 0) await store.putReadGrants([...grants.values()]);
      await record('createReadGrants', caller, sessionId, answers);
      return answers;
    },

    async revokeReadGrants(caller, sessionId, tokens) {
      checkSid(sessionId);
      checkBatch(tokens, caller.application.limits.maxBatch);
      const wanted = distinctTokens(tokens);
      if (wanted.length === 0) return 0;
      const revoked = await store.revokeReadGrants(caller.application.id, sessionId, wanted);
      await record(
        'revokeReadGrants',
        caller,
        sessionId,
        wanted.map((token) => ({ token, problem: null })),
      );
      return revoked;
    },
  };
}

function storeFaultOf(
  { token, binding }: TokenRef,
  record: TokenRecord | undefined,
  sessionId: string,
  at: Date,
): Problem | undefined {
  if (!isToken(token)) return notAToken();
  const fault = bindingFaultOf(binding);
  if (fault) return fault;
  if (!record) return tokenNotFound();
  if (record.status === 'deleted') return tokenDeleted();
  if (record.sessionId !== sessionId)
    return problem('STORE_GRANT_MISSING', 'Another session made the token; only that one may store it.');
  if (record.status === 'expired' || record.storeGrantExpiresAt <= at)
    return problem('GRANT_EXPIRED', 'The store grant ran out. The value must be entered again.');
  return record.binding !== null && record.binding !== (binding ?? null) ? bindingMismatch() : undefined;
}

/** Why a token of the application cannot be read from that place, whoever asks. */
export function readFaultOf(
  { token, binding }: TokenRef,
  record: TokenRecord | undefined,
): Problem | undefined {
  if (!isToken(token)) return notAToken();
  const fault = bindingFaultOf(binding);
  if (fault) return fault;
  if (record?.status === 'deleted') return tokenDeleted();
  if (record?.status !== 'accepted') return tokenNotFound();
  return record.binding !== null && record.binding !== (binding ?? null) ? bindingMismatch() : undefined;
}

const durationFaultOf = (seconds: number, max: number): Problem | undefined =>
  seconds > max
    ? problem('DURATION_TOO_LONG', `The duration is ${seconds} s; at most ${max} s are allowed.`)
    : undefined;

function bindingFaultOf(binding: string | null | undefined): Problem | undefined {
  if (binding == null) return undefined;
  if (binding.length > maxBindingLength)
    return problem('BAD_USER_INPUT', `The binding is longer than ${maxBindingLength} characters.`);
  // Databases keep UTF-8, which has no lone surrogates: they would all become the same character.
  return /\p{Surrogate}/u.test(binding)
    ? problem('BAD_USER_INPUT', 'The binding is no well-formed text: it has half of a surrogate pair.')
    : undefined;
}
const bindingMismatch = () =>
  problem('BINDING_MISMATCH', 'The token is bound to another place than the one that was given.');
const uploadMissing = () =>
  problem('UPLOAD_MISSING', 'The value of the token was not uploaded, or not completely.');
