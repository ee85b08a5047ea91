import { isToken, ProblemError } from '@lunasec/secure-frame/protocol';
import type { ApplicationCaller } from '../auth/caller.js';
import type {
  AuditEvent,
  AuditFilter,
  Grant,
  GrantKind,
  Page,
  PageRequest,
  TokenFilter,
  TokenRecord,
  TokenStore,
} from '../stores/token-store/port.js';
import type { Audit } from './audit.js';
import { isMetadataKey, metadataFault } from './metadata.js';
import { AttributedRefusal, checkSid, notAToken, tokenDeleted, tokenNotFound } from './problems.js';
import type { Problem } from './problems.js';

/** What an application may look up about its own tokens: never values, keys or URLs. */
export interface Tokens {
  /** Null when the application has no such token. */
  find(caller: ApplicationCaller, token: string): Promise<TokenRecord | null>;
  list(caller: ApplicationCaller, filter: TokenFilter, page: PageRequest): Promise<Page<TokenRecord>>;
  /** Grants of a session that have not expired. */
  listGrants(
    caller: ApplicationCaller,
    sessionId: string,
    kind: GrantKind,
    page: PageRequest,
  ): Promise<Page<Grant>>;
  listAudit(caller: ApplicationCaller, filter: AuditFilter, page: PageRequest): Promise<Page<AuditEvent>>;
  /** Replaces the metadata of a token. Throws BAD_USER_INPUT, TOKEN_NOT_FOUND, TOKEN_DELETED. */
  updateMetadata(
    caller: ApplicationCaller,
    token: string,
    metadata: Record<string, unknown>,
  ): Promise<TokenRecord>;
}

export function createTokens({
  store,
  audit,
  now,
}: {
  store: Pick<TokenStore, 'findTokens' | 'listTokens' | 'listGrants' | 'listAudit' | 'updateMetadata'>;
  audit: Audit;
  now: () => Date;
}): Tokens {
  return {
    async find({ application }, token) {
      if (!isToken(token)) return null;
      return (await store.findTokens(application.id, [token]))[0] ?? null;
    },

    async list({ application }, filter, page) {
      if (filter.sessionId !== undefined) checkSid(filter.sessionId);
      for (const [key, value] of Object.entries(filter.metadata ?? {}))
        if (!isMetadataKey(key) || !['string', 'number', 'boolean'].includes(typeof value))
          throw new ProblemError(
            'BAD_USER_INPUT',
            'A metadata filter has keys of metadata, with texts, numbers or booleans that must be equal.',
          );
      return store.listTokens(application.id, filter, page);
    },

    async listGrants({ application }, sessionId, kind, page) {
      checkSid(sessionId);
      return store.listGrants(application.id, sessionId, kind, now(), page);
    },

    async listAudit({ application }, filter, page) {
      if (filter.sessionId !== undefined) checkSid(filter.sessionId);
      return store.listAudit(application.id, filter, page);
    },

    async updateMetadata({ application, requestId }, token, metadata) {
      if (!isToken(token)) throw failure(notAToken());
      const fault = metadataFault(metadata);
      if (fault !== undefined) throw new ProblemError('BAD_USER_INPUT', fault);
      const updated = await store.updateMetadata(application.id, token, metadata);
      if (!updated)
        throw new AttributedRefusal(await whyNot(application.id, token), {
          applicationId: application.id,
          token,
        });
      await audit.record(
        'updateTokenMetadata',
        { applicationId: application.id, sessionId: null, requestId },
        [{ token, code: null }],
      );
      return updated;
    },
  };

  async function whyNot(applicationId: string, token: string): Promise<Problem> {
    const [record] = await store.findTokens(applicationId, [token]);
    return record?.status === 'deleted' ? tokenDeleted() : tokenNotFound();
  }
}

const failure = ({ code, message }: Problem) => new ProblemError(code, message);
