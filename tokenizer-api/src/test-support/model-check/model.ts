import { limits } from './history.js';

/**
 * What the platform promises of one token, as plain data and pure functions. Tokens are independent of each other:
 * every change is promised per token, and a batch is one call per token.
 */
export interface TokenState {
  record: TokenModel | null;
  /** Until when sessions may read it, by application and session. */
  readGrants: Readonly<Record<string, number>>;
  /** Whose upload is in the object store, by application. */
  objects: Readonly<Record<string, string>>;
}

export interface TokenModel {
  app: string;
  /** The session that made it. */
  sid: string;
  status: 'pending' | 'accepted' | 'expired' | 'deleted';
  binding: string | null;
  createdAt: number;
  /** The end of its store grant. */
  until: number;
  acceptedAt: number | null;
  deletedAt: number | null;
  /** Whether its object is still to be removed. */
  isGarbage: boolean;
}

export const nothing: TokenState = { record: null, readGrants: {}, objects: {} };

/** From the end of a store grant, or a deletion, until no upload can arrive any more. */
export const uploadGrace = 120_000;
/** For how long read grants are remembered after their end. */
export const grantMemory = 3_600_000;
const longestUpload = 86_400_000;

const holder = (app: string, sid: string) => `${app}/${sid}`;
const without = <T>(entries: Readonly<Record<string, T>>, name: string): Record<string, T> =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => key !== name));

/** The record as that application sees it. */
export const recordFor = ({ record }: TokenState, app: string) => (record?.app === app ? record : null);

export const isAlive = (record: TokenModel) => record.status === 'pending' || record.status === 'accepted';

const change = (state: TokenState, changes: Partial<TokenModel>): TokenState => ({
  ...state,
  record: { ...state.record!, ...changes },
});

/** Makes the token if its name is free. */
export const create = (state: TokenState, app: string, sid: string, at: number): TokenState => ({
  ...state,
  record: {
    app,
    sid,
    status: 'pending',
    binding: null,
    createdAt: at,
    until: at + limits.storeGrant * 1000,
    acceptedAt: null,
    deletedAt: null,
    isGarbage: false,
  },
});

/** Why a server may not accept a token from a session; undefined if it may. */
export function storeFault(
  record: TokenModel | null,
  sid: string,
  binding: string | null,
  at: number,
): string | undefined {
  if (!record) return 'TOKEN_NOT_FOUND';
  if (record.status === 'deleted') return 'TOKEN_DELETED';
  if (record.sid !== sid) return 'STORE_GRANT_MISSING';
  if (record.status === 'expired' || record.until <= at) return 'GRANT_EXPIRED';
  return record.binding !== null && record.binding !== binding ? 'BINDING_MISMATCH' : undefined;
}

/** Why a server may not let a session read a token; undefined if it may. */
export function readFault(record: TokenModel | null, binding: string | null): string | undefined {
  if (record?.status === 'deleted') return 'TOKEN_DELETED';
  if (record?.status !== 'accepted') return 'TOKEN_NOT_FOUND';
  return record.binding !== null && record.binding !== binding ? 'BINDING_MISMATCH' : undefined;
}

/** Why a session has nothing to complete; undefined if it has. */
export function completionFault(record: TokenModel | null, sid: string, at: number): string | undefined {
  if (record?.sid !== sid || record.status === 'deleted') return 'STORE_GRANT_MISSING';
  if (record.status === 'accepted') return undefined;
  return record.status === 'expired' || record.until <= at ? 'GRANT_EXPIRED' : undefined;
}

/** Null: the token is not to be had for that session and binding, at that time. */
export function accept(
  state: TokenState,
  app: string,
  sid: string,
  binding: string | null,
  at: number,
): TokenState | null {
  const record = recordFor(state, app);
  return storeFault(record, sid, binding, at)
    ? null
    : change(state, {
        status: 'accepted',
        acceptedAt: record!.acceptedAt ?? at,
        binding: record!.binding ?? binding,
      });
}

export const prolongedUntil = ({ createdAt, until }: TokenModel, at: number): number =>
  Math.max(Math.min(at + limits.storeGrant * 1000, createdAt + longestUpload), until);

/** Null: it has no store grant of that session that lives. */
export function prolong(
  state: TokenState,
  app: string,
  sid: string,
  until: number,
  at: number,
): TokenState | null {
  const record = recordFor(state, app);
  return record?.sid === sid && record.status === 'pending' && record.until > at
    ? change(state, { until: Math.max(record.until, until) })
    : null;
}

/** Null: there is nothing to delete. */
export const bury = (state: TokenState, app: string, at: number): TokenState | null => {
  const record = recordFor(state, app);
  return record && isAlive(record)
    ? change(state, { status: 'deleted', deletedAt: at, isGarbage: true })
    : null;
};

export const grantOf = ({ readGrants }: TokenState, app: string, sid: string) => readGrants[holder(app, sid)];

export const putGrant = (state: TokenState, app: string, sid: string, until: number): TokenState => {
  const key = holder(app, sid);
  return {
    ...state,
    readGrants: { ...state.readGrants, [key]: Math.max(until, state.readGrants[key] ?? 0) },
  };
};

export const removeGrant = (state: TokenState, app: string, sid: string): TokenState => ({
  ...state,
  readGrants: without(state.readGrants, holder(app, sid)),
});

export const removeGrantsOf = (state: TokenState, app: string): TokenState => ({
  ...state,
  readGrants: Object.fromEntries(
    Object.entries(state.readGrants).filter(([key]) => !key.startsWith(`${app}/`)),
  ),
});

export const forgetGrants = (state: TokenState, before: number): TokenState => ({
  ...state,
  readGrants: Object.fromEntries(Object.entries(state.readGrants).filter(([, until]) => until >= before)),
});

/** With a session its store grants end for good, whatever calls that were made before still have under way. */
export function endStoreGrant(state: TokenState, app: string, sid: string, at: number): TokenState {
  const record = recordFor(state, app);
  return record?.sid === sid && record.status === 'pending'
    ? change(state, { status: 'expired', until: Math.min(record.until, at), isGarbage: true })
    : state;
}

/** What nobody accepted in time loses its key. */
export const expire = (state: TokenState, before: number): TokenState =>
  state.record?.status === 'pending' && state.record.until <= before
    ? change(state, { status: 'expired', isGarbage: true })
    : state;

/** Whether an upload can still arrive for something that is garbage: they are signed while a token is pending. */
export const isUploadOpen = ({ status, until, ...record }: TokenModel, before: number): boolean =>
  (status === 'expired' ? until : (record.acceptedAt ?? record.deletedAt ?? record.createdAt)) > before;

/** Its object is gone: what expired is forgotten, of what was deleted stays a tombstone. */
export function settle(state: TokenState, status: 'expired' | 'deleted'): TokenState {
  if (state.record?.status !== status) return state;
  return status === 'expired' ? { ...state, record: null } : change(state, { isGarbage: false });
}

/** Null: there is an object already, and it is never replaced. */
export const upload = (state: TokenState, app: string, sid: string): TokenState | null =>
  state.objects[app] === undefined ? { ...state, objects: { ...state.objects, [app]: sid } } : null;

export const removeObject = (state: TokenState, app: string): TokenState => ({
  ...state,
  objects: without(state.objects, app),
});
