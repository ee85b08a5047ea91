import { done } from './explain.js';
import type { Local, Program } from './explain.js';
import type { Call, Entry } from './history.js';
import {
  accept,
  bury,
  completionFault,
  create,
  endStoreGrant,
  expire,
  forgetGrants,
  grantMemory,
  grantOf,
  isUploadOpen,
  prolong,
  prolongedUntil,
  putGrant,
  readFault,
  recordFor,
  removeGrant,
  removeGrantsOf,
  removeObject,
  settle,
  storeFault,
  upload,
  uploadGrace,
} from './model.js';
import type { TokenModel, TokenState } from './model.js';

/**
 * What a store changes at once. With MongoDB every change is of one document, so that a call that concerns several is
 * seen in parts; SQLite has transactions.
 */
export interface Atomicity {
  isTransactional: boolean;
}

type Steps = readonly (readonly [TokenState, Local | typeof done])[];

/**
 * The steps of a call for one of its tokens, given what it was answered for it. A call begins by looking at the clock
 * once, and judges by that. By design these are not one step:
 *
 * - `tokenize`: the record is made, or else read.
 * - `completeUploads`: the record is read, the store grant prolonged, the upload looked for.
 * - `verifyStoreGrants`: the record is read, the upload looked for, the token accepted; if that failed it is read again.
 * - `createReadGrants`: the record is read, the grant made.
 * - reading: grant and record are looked up, later the object is fetched.
 * - `deleteTokens`: key and grants go, then the object.
 * - `endSession`, in MongoDB: read grants and store grants go one by one.
 * - a sweep: grants go, tokens expire, objects go, records go.
 */
export function tokenProgram(call: Call, entry: Entry, atomicity: Atomicity): Program<TokenState> {
  const { request } = call;
  switch (request.kind) {
    case 'tokenize':
      return tokenize(request.app, request.sid, entry);
    case 'upload':
      return uploading(request.app, request.sid, request.urlExpiresAt, entry);
    case 'complete':
      return complete(request.app, request.sid, entry);
    case 'verify': {
      const binding = bindingOf(request.refs, entry);
      return verify(
        request.app,
        request.sid,
        binding,
        entry,
        !atomicity.isTransactional && request.refs.length > 1,
      );
    }
    case 'grant':
      return grant(request.app, request.sid, bindingOf(request.refs, entry), entry);
    case 'revoke':
      return (state) => {
        const count = grantOf(state, request.app, request.sid) === undefined ? 0 : 1;
        return count === call.answer.count ? [[removeGrant(state, request.app, request.sid), done]] : [];
      };
    case 'read':
      return read(request.app, request.sid, entry, atomicity);
    case 'end':
      return end(request.app, request.sid, atomicity);
    case 'delete':
      return deletion(request.app, entry, atomicity);
    case 'look':
      return look(request.app, entry);
    case 'look at grant':
      return (state) => {
        const until = recordFor(state, request.app) ? grantOf(state, request.app, request.sid) : undefined;
        return until === entry.until ? [[state, done]] : [];
      };
    case 'sweep':
      return sweep(call.answer.code, atomicity);
    case 'login':
      return (state) => [[state, done]];
  }
}

const bindingOf = (refs: readonly { token: string; binding: string | null }[], { token }: Entry) =>
  refs.find((ref) => ref.token === token)!.binding;

/** The end of an operation, if it fits what was answered. */
const end_ = (state: TokenState, code: string, { code: answered }: Entry): Steps =>
  code === answered ? [[state, done]] : [];

const tokenize =
  (app: string, sid: string, entry: Entry): Program<TokenState> =>
  (state, local, clock) => {
    const [place, at] = local as [string, number];
    if (place === 'begin') return [[state, ['make', clock]]];
    if (place === 'make')
      return state.record ? [[state, ['read', at]]] : end_(create(state, app, sid, at), 'ok', entry);
    const record = recordFor(state, app);
    const isMine = record?.sid === sid && record.status === 'pending' && record.until > at;
    return end_(state, isMine ? 'ok' : 'BAD_USER_INPUT', entry);
  };

const uploading =
  (app: string, sid: string, urlExpiresAt: number, entry: Entry): Program<TokenState> =>
  (state, _local, clock) => {
    if (urlExpiresAt <= clock) return end_(state, 'late', entry);
    const uploaded = upload(state, app, sid);
    return uploaded ? end_(uploaded, 'ok', entry) : end_(state, 'exists', entry);
  };

const complete =
  (app: string, sid: string, entry: Entry): Program<TokenState> =>
  (state, local, clock) => {
    const [place, at, until] = local as [string, number, number];
    if (place === 'begin') return [[state, ['read', clock]]];
    if (place === 'read') {
      const record = recordFor(state, app);
      const fault = completionFault(record, sid, at);
      if (fault) return end_(state, fault, entry);
      if (record!.status === 'accepted') return end_(state, 'ok', entry);
      return [[state, ['prolong', at, prolongedUntil(record!, at)]]];
    }
    if (place === 'prolong') {
      const prolonged = prolong(state, app, sid, until, at);
      return prolonged ? [[prolonged, ['head']]] : end_(state, 'GRANT_EXPIRED', entry);
    }
    return end_(state, state.objects[app] === undefined ? 'UPLOAD_MISSING' : 'ok', entry);
  };

const verify =
  (
    app: string,
    sid: string,
    binding: string | null,
    entry: Entry,
    /** Which of a batch were accepted is read after the change. */
    isReadAfter: boolean,
  ): Program<TokenState> =>
  (state, local, clock) => {
    const [place, at] = local as [string, number];
    const record = recordFor(state, app);
    switch (place) {
      case 'begin':
        return [[state, ['read', clock]]];
      case 'read': {
        const fault = storeFault(record, sid, binding, at);
        if (fault) return end_(state, fault, entry);
        if (record!.status === 'pending') return [[state, ['head', at]]];
        return record!.binding === binding ? end_(state, 'ok', entry) : [[state, ['accept', at]]];
      }
      case 'head':
        return state.objects[app] === undefined
          ? end_(state, 'UPLOAD_MISSING', entry)
          : [[state, ['accept', at]]];
      case 'accept': {
        const accepted = accept(state, app, sid, binding, at);
        return [
          ...(accepted ? end_(accepted, 'ok', entry) : [[state, ['again', at]] as const]),
          ...(isReadAfter ? [[accepted ?? state, ['which', at]] as const] : []),
        ];
      }
      case 'which':
        return [
          ...(record?.status === 'accepted' &&
          record.sid === sid &&
          record.binding === binding &&
          record.until > at
            ? end_(state, 'ok', entry)
            : [[state, ['again', at]] as const]),
        ];
      default:
        return end_(state, storeFault(record, sid, binding, at) ?? 'BINDING_MISMATCH', entry);
    }
  };

const grant =
  (app: string, sid: string, binding: string | null, entry: Entry): Program<TokenState> =>
  (state, local) => {
    const [place] = local;
    if (place === 'begin') {
      const fault = readFault(recordFor(state, app), binding);
      if (fault) return end_(state, fault, entry);
      return entry.code === 'ok' ? [[state, ['put']]] : [];
    }
    return end_(putGrant(state, app, sid, entry.until!), 'ok', entry);
  };

/** In a database without joins grant and record are two reads at the same time. */
const read =
  (app: string, sid: string, entry: Entry, { isTransactional }: Atomicity): Program<TokenState> =>
  (state, local, clock) => {
    const [place, at, until, record] = local as [string, number, number | null, TokenModel | null];
    const seenGrant = grantOf(state, app, sid) ?? null;
    const seenRecord = recordFor(state, app);
    switch (place) {
      case 'begin':
        return [[state, [isTransactional ? 'both' : 'either', clock]]];
      case 'both':
        return judge(seenGrant, seenRecord);
      case 'either':
        return [
          [state, ['record', at, seenGrant, null]],
          [state, ['grant', at, null, seenRecord]],
        ];
      case 'record':
        return judge(until, seenRecord);
      case 'grant':
        return judge(seenGrant, record);
      default: {
        const content = state.objects[app] ?? 'gone';
        return content === entry.content ? [[state, done]] : [];
      }
    }

    function judge(grantUntil: number | null, found: TokenModel | null): Steps {
      if (grantUntil === null || found?.status !== 'accepted')
        return end_(state, 'READ_GRANT_MISSING', entry);
      if (grantUntil <= at) return end_(state, 'GRANT_EXPIRED', entry);
      return entry.code === 'ok' && (entry.content === found.sid || entry.content === 'gone')
        ? [[state, ['fetch']]]
        : [];
    }
  };

const end =
  (app: string, sid: string, { isTransactional }: Atomicity): Program<TokenState> =>
  (state, local, clock) => {
    const [place, at] = local as [string, number];
    switch (place) {
      case 'begin':
        return [[state, [isTransactional ? 'all' : 'either', clock]]];
      case 'all':
        return [[endStoreGrant(removeGrant(state, app, sid), app, sid, at), done]];
      case 'either':
        return [
          [removeGrant(state, app, sid), ['store', at]],
          [endStoreGrant(state, app, sid, at), ['read', at]],
        ];
      case 'store':
        return [[endStoreGrant(state, app, sid, at), done]];
      default:
        return [[removeGrant(state, app, sid), done]];
    }
  };

const deletion =
  (app: string, entry: Entry, { isTransactional }: Atomicity): Program<TokenState> =>
  (state, local, clock) => {
    const [place, at, wasBuried] = local as [string, number, boolean];
    const buried = bury(state, app, at);
    const next = (isBuried: boolean) => [isBuried ? 'object' : 'look', at];
    switch (place) {
      case 'begin':
        return [[state, [isTransactional ? 'both' : 'either', clock]]];
      case 'both':
        return [[removeGrantsOf(buried ?? state, app), next(buried !== null)]];
      case 'either':
        return [
          [buried ?? state, ['grants', at, buried !== null]],
          [removeGrantsOf(state, app), ['bury', at]],
        ];
      case 'grants':
        return [[removeGrantsOf(state, app), next(wasBuried)]];
      case 'bury':
        return [[buried ?? state, next(buried !== null)]];
      case 'look':
        return end_(state, recordFor(state, app)?.status === 'deleted' ? 'ok' : 'TOKEN_NOT_FOUND', entry);
      default:
        return end_(removeObject(state, app), 'ok', entry);
    }
  };

const look =
  (app: string, entry: Entry): Program<TokenState> =>
  (state) => {
    const record = recordFor(state, app);
    return (record?.binding ?? null) === entry.binding && record?.until === entry.until
      ? end_(state, record?.status ?? 'none', entry)
      : [];
  };

const sweep =
  (outcome: string, { isTransactional }: Atomicity): Program<TokenState> =>
  (state, local, clock) => {
    const [place, before, status, app] = local as [string, number, 'expired' | 'deleted', string];
    if (outcome === 'skipped') return [[state, done]];
    // One that lost its lease stops wherever it is.
    const stopped: Steps = outcome === 'lost' ? [[state, done]] : [];
    const take = (from: TokenState): Steps =>
      from.record?.isGarbage
        ? [[from, ['remove', before, from.record.status, from.record.app]]]
        : [[from, done]];
    switch (place) {
      case 'begin':
        return [...stopped, [state, ['forget', clock - grantMemory]]];
      case 'forget':
        return [...stopped, [forgetGrants(state, before), ['time', 0]]];
      case 'time':
        return [...stopped, [state, ['expire', clock - uploadGrace]]];
      case 'expire':
        return [
          ...stopped,
          ...(isTransactional
            ? take(expire(state, before))
            : [[expire(state, before), ['take', before]] as const]),
        ];
      case 'take':
        return [...stopped, ...take(state)];
      case 'remove':
        return [...stopped, [removeObject(state, app), ['uploads', before, status, app]]];
      case 'uploads':
        return [
          ...stopped,
          state.record && isUploadOpen(state.record, before)
            ? [state, done]
            : [state, ['settle', before, status, app]],
        ];
      default:
        return [...stopped, [settle(state, status), done]];
    }
  };

/** One access token of a frame. */
export interface SessionState {
  /** Until when it works; null before it is made. */
  until: number | null;
  isEnded: boolean;
}

/** What calls have to do with the access token of a login: its making, its uses, and the ends of its session. */
export function sessionProgram(call: Call, isUse: boolean): Program<SessionState> {
  const { request, answer } = call;
  if (request.kind === 'login') return (state) => [[{ ...state, until: answer.until! }, done]];
  if (!isUse) return (state) => [[state.until === null ? state : { ...state, isEnded: true }, done]];
  return (state, local, clock) => {
    const [place, at] = local as [string, number];
    if (place === 'begin') return [[state, ['look', clock]]];
    const isLive = state.until !== null && state.until > at && !state.isEnded;
    return isLive === (answer.code !== 'UNAUTHENTICATED') ? [[state, done]] : [];
  };
}

/** An assertion makes one session. */
export const assertionProgram =
  ({ answer }: Call): Program<boolean> =>
  (isUsed) =>
    isUsed === (answer.code === 'ASSERTION_REPLAYED') ? [[true, done]] : [];
