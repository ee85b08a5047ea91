import type { ApplicationSettings } from '../config/settings.js';
import { toAuditEvent, toToken } from '../graphql/token.types.js';
import type { AuditEventType, Token } from '../graphql/token.types.js';
import type { CheckParts, PartHealth } from '../http/health.js';
import type { Limits } from '../services/limits.js';
import type { KeyIds } from '../stores/key-provider/port.js';
import type {
  AuditFilter,
  Grant,
  GrantKind,
  Page,
  PageRequest,
  ReadGrant,
  TokenFilter,
  TokenStore,
  Usage,
} from '../stores/token-store/port.js';

export interface ConsoleApplication {
  id: string;
  origins: readonly string[];
  /** Where its public keys come from, for people. */
  keySource: string;
  serverSide: { tokenize: boolean; detokenize: boolean };
  limits: Limits;
  /** As far as this process knows it, of applications with a quota. */
  usage: Usage | undefined;
}

export interface Overview {
  /** Null: a key provider that does not answer. */
  keys: KeyIds | null;
  parts: Record<string, PartHealth>;
  isOverloaded: boolean;
  /** HTTP requests that are being answered. */
  inFlight: number;
  version: string;
  node: string;
  instance: string;
  startedAt: Date;
  stores: { tokens: string; objects: string; keys: string };
  frames: { version: string; files: Record<string, string> };
}

/** All that the console can find out. Nothing here changes anything, or knows a key, a value or an address of one. */
export interface ConsoleReads {
  overview(): Promise<Overview>;
  applications(): ConsoleApplication[];
  tokens(applicationId: string, filter: TokenFilter, page: PageRequest): Promise<Page<Token>>;
  /** Null when the application has no such token. */
  token(applicationId: string, token: string): Promise<Token | null>;
  /** Those of a token that have not expired, as many as fit on a page. */
  readGrants(applicationId: string, token: string): Promise<{ grants: ReadGrant[]; hasMore: boolean }>;
  grants(applicationId: string, sessionId: string, kind: GrantKind, page: PageRequest): Promise<Page<Grant>>;
  /** Null: events of no application. */
  audit(applicationId: string | null, filter: AuditFilter, page: PageRequest): Promise<Page<AuditEventType>>;
}

/** Read grants of one token that are shown. */
const maxReadGrants = 100;

export function createConsoleReads({
  store,
  applications,
  usageOf,
  keyIds,
  checkParts,
  load,
  facts,
  now,
}: {
  store: Pick<TokenStore, 'findTokens' | 'listTokens' | 'findReadGrants' | 'listGrants' | 'listAudit'>;
  applications: readonly ApplicationSettings[];
  usageOf: (applicationId: string) => Usage | undefined;
  keyIds: () => Promise<KeyIds>;
  checkParts: CheckParts;
  load: () => Pick<Overview, 'isOverloaded' | 'inFlight'>;
  /** What stays as it is while the process lives. */
  facts: Omit<Overview, 'keys' | 'parts' | 'isOverloaded' | 'inFlight'>;
  now: () => Date;
}): ConsoleReads {
  return {
    async overview() {
      const [parts, keys] = await Promise.all([checkParts(), keyIds().catch(() => null)]);
      return { ...facts, ...load(), parts, keys };
    },
    applications: () =>
      applications.map(({ id, origins, keys, serverSide, limits }) => ({
        id,
        origins,
        keySource: keySourceOf(keys),
        serverSide,
        limits,
        usage: usageOf(id),
      })),
    tokens: async (applicationId, filter, page) =>
      mapPage(await store.listTokens(applicationId, filter, page), toToken),
    async token(applicationId, token) {
      const [record] = await store.findTokens(applicationId, [token]);
      return record ? toToken(record) : null;
    },
    async readGrants(applicationId, token) {
      const found = await store.findReadGrants(applicationId, token, now(), maxReadGrants + 1);
      return { grants: found.slice(0, maxReadGrants), hasMore: found.length > maxReadGrants };
    },
    grants: (applicationId, sessionId, kind, page) =>
      store.listGrants(applicationId, sessionId, kind, now(), page),
    audit: async (applicationId, filter, page) =>
      mapPage(await store.listAudit(applicationId, filter, page), toAuditEvent),
  };
}

const mapPage = <T, U>({ items, hasMore }: Page<T>, map: (item: T) => U): Page<U> => ({
  items: items.map(({ key, item }) => ({ key, item: map(item) })),
  hasMore,
});

/** A query might hold a password. */
function keySourceOf(keys: ApplicationSettings['keys']): string {
  if ('url' in keys) return keys.url.origin + keys.url.pathname;
  const { length } = keys.jwks.keys;
  return `in the settings: ${length} ${length === 1 ? 'key' : 'keys'}`;
}
