import { describeCall, tokensOf } from './history.js';
import type { Call, Entry, History, Request } from './history.js';

type Of<Kind extends Request['kind']> = Call & { request: Extract<Request, { kind: Kind }> };

/** One call for one of its tokens. */
interface Part<Kind extends Request['kind']> {
  call: Of<Kind>;
  entry: Entry;
}

const isBefore = (one: Call, other: Call) => one.responded < other.invoked;
/** Not surely after it. */
const isPossiblyBefore = (one: Call, other: Call) => one.invoked < other.responded;

/**
 * What must never be, said of histories directly, without the model: each holds whatever the order of calls that overlap.
 * Returns the violations.
 */
export function violationsIn({ calls, start }: History, apps: readonly string[]): string[] {
  const violations: string[] = [];
  const isKind = <Kind extends Request['kind']>(kind: Kind) => {
    return (call: Call): call is Of<Kind> => call.request.kind === kind;
  };
  const parts = <Kind extends Request['kind']>(kind: Kind): Part<Kind>[] =>
    calls.filter(isKind(kind)).flatMap((call) => call.answer.entries.map((entry) => ({ call, entry })));
  const blame = (what: string, ...concerned: Call[]) =>
    void violations.push([what, ...concerned.map((call) => `  ${describeCall(call, start)}`)].join('\n'));

  const [verifies, grants, reads] = [parts('verify'), parts('grant'), parts('read')];
  const [tokenizes, looks, completes] = [parts('tokenize'), parts('look'), parts('complete')];
  const deletions = parts('delete').filter(({ entry }) => entry.code === 'ok');
  const revocations = calls.filter(isKind('revoke'));
  const ends = calls.filter(isKind('end')).filter(({ answer }) => answer.code === 'ok');

  /** Whether the session's grant for the token was surely taken back after it was made and before that call. */
  const isTakenBack = (grant: Part<'grant'>, before: Call): boolean => {
    const { app, sid } = grant.call.request;
    const { token } = grant.entry;
    const taken: Call[] = [
      ...revocations.filter(
        ({ request }) => request.app === app && request.sid === sid && request.token === token,
      ),
      ...ends.filter(({ request }) => request.app === app && request.sid === sid),
      ...deletions
        .filter(({ call, entry }) => call.request.app === app && entry.token === token)
        .map(({ call }) => call),
    ];
    return taken.some((it) => isBefore(grant.call, it) && isBefore(it, before));
  };

  // 1. Nothing is read without a read grant of that session and application that lives at some time during the call.
  for (const { call, entry } of reads.filter(({ entry: { code } }) => code === 'ok')) {
    const { app, sid } = call.request;
    const grant = grants.find(
      (it) =>
        it.entry.code === 'ok' &&
        it.entry.token === entry.token &&
        it.call.request.app === app &&
        it.call.request.sid === sid &&
        isPossiblyBefore(it.call, call) &&
        it.entry.until! > call.from &&
        !isTakenBack(it, call),
    );
    if (!grant) blame('A value was read without a grant that lived', call);
    if (!apps.includes(app) || (entry.content !== 'gone' && !isMakers(entry, app)))
      blame('What was read is not what was stored', call);
    if (
      entry.content === 'gone' &&
      !deletions.some((it) => it.entry.token === entry.token && isPossiblyBefore(it.call, call))
    )
      blame('The value of a readable token was gone', call);
  }
  /** The one whose token it is is the one whose value it is. */
  function isMakers({ token, content }: Entry, app: string): boolean {
    return tokenizes.some(
      ({ call: { request }, entry }) =>
        entry.token === token && entry.code === 'ok' && request.app === app && request.sid === content,
    );
  }

  // 3. What was deleted stays so; what was seen to be swept is not accepted until it is made anew.
  const gone = [
    ...deletions.map(({ call, entry }) => ({ call, app: call.request.app, token: entry.token })),
    ...looks
      .filter(({ entry: { code } }) => code === 'deleted')
      .map(({ call, entry }) => ({ call, app: call.request.app, token: entry.token })),
  ];
  const users = [...verifies, ...grants, ...reads, ...tokenizes, ...completes];
  for (const { call: end, app, token } of gone) {
    for (const { call, entry } of users)
      if (entry.token === token && entry.code === 'ok' && call.request.app === app && isBefore(end, call))
        blame('A deleted token came back', end, call);
    for (const { call, entry } of looks)
      if (
        entry.token === token &&
        call.request.app === app &&
        isBefore(end, call) &&
        entry.code !== 'deleted'
      )
        blame('A tombstone is gone', end, call);
  }
  for (const {
    call: seen,
    entry: { token },
  } of looks.filter(({ entry: { code } }) => code === 'expired'))
    for (const { call, entry } of [...verifies, ...grants, ...reads, ...completes])
      if (
        entry.token === token &&
        entry.code === 'ok' &&
        isBefore(seen, call) &&
        !tokenizes.some((it) => it.entry.token === token && it.entry.code === 'ok' && isBefore(seen, it.call))
      )
        blame('A swept token came back', seen, call);

  // 4. A token is bound once.
  const bound = [
    ...verifies
      .filter(({ entry: { code } }) => code === 'ok')
      .map(({ call, entry: { token } }) => ({
        call: call as Call,
        token,
        binding: call.request.refs.find((ref) => ref.token === token)!.binding,
      })),
    ...looks.map(({ call, entry: { token, binding } }) => ({
      call: call as Call,
      token,
      binding: binding ?? null,
    })),
  ].filter(({ binding }) => binding !== null);
  for (const one of bound) {
    for (const other of bound)
      if (one.token === other.token && one.binding! < other.binding!)
        blame('A token has two bindings', one.call, other.call);
    for (const { call, entry } of [...verifies, ...grants])
      if (
        entry.token === one.token &&
        entry.code === 'ok' &&
        isBefore(one.call, call) &&
        call.request.refs.find((ref) => ref.token === entry.token)!.binding !== one.binding
      )
        blame('A bound token was had for another place', one.call, call);
  }

  // 5. An application never sees another one's tokens.
  for (const call of calls)
    for (const token of tokensOf(call.request)) {
      const { request } = call;
      if (!('app' in request)) continue;
      const makers = tokenizes.filter(({ entry }) => entry.token === token && entry.code === 'ok');
      if (makers.length === 0 || makers.some((it) => it.call.request.app === request.app)) continue;
      const entry = call.answer.entries.find((it) => it.token === token);
      const refusals = [
        'TOKEN_NOT_FOUND',
        'READ_GRANT_MISSING',
        'STORE_GRANT_MISSING',
        'BAD_USER_INPUT',
        'none',
      ];
      if (request.kind === 'revoke' ? call.answer.count !== 0 : entry && !refusals.includes(entry.code))
        blame("Another application's token was seen", call);
    }

  // 6. After a session was ended nothing of it works any more.
  for (const end of ends) {
    const { app, sid } = end.request;
    const isItsOwn = (call: Call) =>
      'sid' in call.request && call.request.app === app && call.request.sid === sid;
    const olds = calls
      .filter(isKind('login'))
      .filter((it) => it.answer.code === 'ok' && isItsOwn(it) && isBefore(it, end))
      .map(({ request }) => request.handle);
    for (const call of calls)
      if (
        call.request.kind !== 'login' &&
        'handle' in call.request &&
        olds.includes(call.request.handle) &&
        isBefore(end, call) &&
        call.answer.code !== 'UNAUTHENTICATED'
      )
        blame('A frame of an ended session was served', end, call);
    for (const { call, entry } of verifies) {
      if (entry.code !== 'ok' || !isItsOwn(call) || !isBefore(end, call)) continue;
      const isFresh = tokenizes.some(
        (it) =>
          it.entry.token === entry.token &&
          it.entry.code === 'ok' &&
          isItsOwn(it.call) &&
          !isBefore(it.call, end),
      );
      const isAccepted = verifies.some(
        (it) =>
          it.entry.token === entry.token &&
          it.entry.code === 'ok' &&
          isItsOwn(it.call) &&
          it.call.invoked < end.responded,
      );
      if (!isFresh && !isAccepted) blame('A token of an ended session was accepted', end, call);
    }
  }
  return violations;
}
