import { createToken } from '@lunasec/secure-frame/protocol';
import { sidOf } from '../signer.js';
import { objectKey } from '../../services/object-key.js';
import type { Answer, Call, Entry, History, Request } from './history.js';
import { bindings, sessionCount, tokenCount, turns } from './plan.js';
import type { Act, Plan, Step } from './plan.js';
import { opened, sealed } from './replicas.js';
import type { Cluster, Sealed } from './replicas.js';
import type { Task } from './scheduler.js';

const documents = {
  login:
    'mutation ($assertion: String!) { answer: createSession(assertion: $assertion) { accessToken expiresAt } }',
  tokenize:
    'mutation ($inputs: [TokenizeInput!]!) { answer: tokenize(inputs: $inputs) { token upload { url method headers expiresAt } problem { code } } }',
  complete:
    'mutation ($tokens: [ID!]!) { answer: completeUploads(tokens: $tokens) { token expiresAt problem { code } } }',
  read: 'mutation ($tokens: [ID!]!) { answer: detokenize(tokens: $tokens) { token download { url method headers dataKey } problem { code } } }',
  verify:
    'mutation ($sessionId: ID!, $tokens: [TokenRef!]!) { answer: verifyStoreGrants(sessionId: $sessionId, tokens: $tokens) { token expiresAt problem { code } } }',
  grant:
    'mutation ($sessionId: ID!, $tokens: [ReadGrantInput!]!, $duration: Duration) { answer: createReadGrants(sessionId: $sessionId, tokens: $tokens, duration: $duration) { token expiresAt problem { code } } }',
  revoke:
    'mutation ($sessionId: ID!, $tokens: [ID!]!) { answer: revokeReadGrants(sessionId: $sessionId, tokens: $tokens) }',
  end: 'mutation ($sessionId: ID!) { answer: endSession(sessionId: $sessionId) }',
  delete:
    'mutation ($tokens: [ID!]!) { answer: deleteTokens(tokens: $tokens) { token deleted problem { code } } }',
  look: 'query ($id: ID!) { answer: token(id: $id) { status binding storeGrantExpiresAt } }',
};

interface Result {
  token: string;
  problem: { code: string } | null;
  expiresAt?: Date | string | null;
  upload?: Signed & { expiresAt: Date };
  download?: Signed & { dataKey: string };
}
interface Signed {
  url: string;
  method: string;
  headers: Record<string, string>;
}

type Turn = Extract<Act, { kind: 'advance' }>;

interface Seen {
  status: string;
  binding: string | null;
  storeGrantExpiresAt: Date | string;
}

const seen = (token: string, record: Seen | null): Entry =>
  record
    ? {
        token,
        code: record.status,
        binding: record.binding,
        until: new Date(record.storeGrantExpiresAt).getTime(),
      }
    : { token, code: 'none', binding: null };

interface Session {
  app: string;
  sid: string;
  /** The latest login that was answered. */
  handle: string;
  accessToken: string;
  assertion: { id: string; jwt: string; until: number } | undefined;
}

/** A clock may be turned this far while calls are under way; they do not take longer. Milliseconds. */
const longestCall = 2000;

export interface RunHistory {
  history: History;
  apps: string[];
  tokens: string[];
}

/** Does what a plan says, all for applications of its own, and writes down what was asked and answered when. */
export async function runPlan(cluster: Cluster, name: string, plan: Plan): Promise<RunHistory> {
  const { scheduler, clock, replicas } = cluster;
  // Nothing of another history, such as a sweeper's lease, lasts until then; and URLs expire at whole seconds.
  clock.now = Math.ceil(clock.now / 1000) * 1000 + 3_600_000;
  const apps = [`${name}-a`, `${name}-b`];
  apps.forEach((id) => cluster.addApplication(id));
  const tokens = Array.from({ length: tokenCount }, createToken);
  const history: History = { start: clock.now, calls: [], advances: [], seen: [] };
  let place = 0;
  let ids = 0;
  let logins = 0;
  let deadlines: number[] = [];
  const sids: string[] = [];
  const sessions = Array.from({ length: sessionCount }, (_, index): Session => {
    const app = apps[index === 2 ? 1 : 0]!;
    const sid = sidOf(app, `session-${index}`);
    sids.push(sid);
    return { app, sid, handle: '', accessToken: '', assertion: undefined };
  });
  const values = new Map<string, Promise<Sealed>>();
  const uploads = new Map<string, Signed & { expiresAt: number }>();
  const deletions = new Set<string>();

  const valueOf = (token: string, sid: string) => {
    const key = `${token} ${sid}`;
    if (!values.has(key)) values.set(key, sealed(token, sid));
    return values.get(key)!;
  };

  /** Makes one call and writes it down. */
  async function record(replica: number, request: Request, ask: (requestId: string) => Promise<Answer>) {
    const id = ids++;
    const requestId = `${name}-${id}`;
    const [invoked, from] = [place++, clock.now];
    const answer = await ask(requestId);
    const call: Call = {
      id,
      replica,
      requestId,
      request,
      answer,
      invoked,
      responded: place++,
      from,
      to: clock.now,
    };
    history.calls.push(call);
    return call;
  }

  const expect = (until: number) => void deadlines.push(until);

  async function ask(
    replica: number,
    kind: keyof typeof documents,
    variables: object,
    bearer: string | undefined,
    requestId: string,
  ) {
    return replicas[replica]!.call(documents[kind], variables, { bearer, requestId });
  }

  const entryOf = ({ token, problem, expiresAt }: Result): Entry => ({
    token,
    code: problem?.code ?? 'ok',
    ...(expiresAt ? { until: new Date(expiresAt).getTime() } : {}),
  });

  async function fetchValue(result: Result): Promise<string> {
    const { url, method, headers, dataKey } = result.download!;
    const response = await fetch(url, { method, headers });
    const body = new Uint8Array(await response.arrayBuffer());
    if (response.status === 404) return 'gone';
    if (!response.ok) throw new Error(`A download failed: ${response.status}`);
    return opened(result.token, dataKey, body, sids);
  }

  async function login(session: Session, replica: number, isReplay: boolean): Promise<void> {
    const { app, sid } = session;
    const before = session.assertion;
    if (isReplay && (!before || before.until <= clock.now + longestCall)) return;
    const number = logins++;
    const id = isReplay ? before!.id : `assertion-${number}`;
    const assertion = {
      id,
      jwt: isReplay ? before!.jwt : await cluster.assertion(app, sid, id),
      until: isReplay ? before!.until : clock.now + 50_000,
    };
    session.assertion = assertion;
    const handle = `frame-${number}`;
    let accessToken = '';
    const { answer } = await record(
      replica,
      { kind: 'login', app, sid, handle, assertion: `${app} ${id}` },
      async (requestId) => {
        const variables = { assertion: assertion.jwt };
        const { data, code } = await ask(replica, 'login', variables, undefined, requestId);
        if (!data) return { code, entries: [] };
        const made = data.answer as { accessToken: string; expiresAt: Date };
        accessToken = made.accessToken;
        return { code, entries: [], until: new Date(made.expiresAt).getTime() };
      },
    );
    if (answer.code !== 'ok') return;
    Object.assign(session, { handle, accessToken });
    expect(answer.until!);
  }

  async function fromFrame(
    kind: 'tokenize' | 'complete' | 'read',
    session: Session,
    replica: number,
    names: string[],
  ): Promise<void> {
    const { app, sid, handle, accessToken } = session;
    const inputs =
      kind === 'tokenize'
        ? await Promise.all(names.map(async (token) => (await valueOf(token, sid)).input))
        : [];
    await record(replica, { kind, app, sid, handle, tokens: names }, async (requestId) => {
      const variables = kind === 'tokenize' ? { inputs } : { tokens: names };
      const { data, code } = await ask(replica, kind, variables, accessToken, requestId);
      if (!data) return { code, entries: [] };
      const results = data.answer as Result[];
      for (const { token, upload } of results)
        if (upload) {
          const expiresAt = new Date(upload.expiresAt).getTime();
          uploads.set(`${token} ${sid}`, { ...upload, expiresAt });
          expect(expiresAt);
          expect(clock.now + 60_000);
        }
      if (kind === 'read' && results.some(({ download }) => download)) await scheduler.gate();
      const entries = [];
      for (const result of results)
        entries.push({
          ...entryOf(result),
          ...(result.download ? { content: await fetchValue(result) } : {}),
        });
      return { code, entries };
    });
  }

  async function upload({ app, sid }: Session, token: string): Promise<void> {
    const signed = uploads.get(`${token} ${sid}`)!;
    const { ciphertext } = await valueOf(token, sid);
    await record(0, { kind: 'upload', app, sid, token, urlExpiresAt: signed.expiresAt }, async () => {
      const { url, method, headers } = signed;
      const response = await fetch(url, { method, headers, body: ciphertext });
      await response.arrayBuffer();
      const code = { 200: 'ok', 403: 'late', 409: 'exists', 412: 'exists' }[response.status];
      if (!code) throw new Error(`An upload failed: ${response.status}`);
      return { code: 'ok', entries: [{ token, code }] };
    });
  }

  async function fromServer(
    kind: 'verify' | 'grant',
    app: string,
    { sid }: Session,
    replica: number,
    names: string[],
    { binding, duration }: { binding: number; duration: number },
  ): Promise<void> {
    const refs = names.map((token) => ({ token, binding: bindings[binding]! }));
    const bearer = await cluster.serverJWT(app);
    await record(replica, { kind, app, sid, refs }, async (requestId) => {
      const variables = {
        sessionId: sid,
        tokens: refs,
        ...(kind === 'grant' ? { duration: `${duration}s` } : {}),
      };
      const { data, code } = await ask(replica, kind, variables, bearer, requestId);
      if (!data) return { code, entries: [] };
      const entries = (data.answer as Result[]).map(entryOf);
      for (const { token, code: each, until } of entries) {
        if (until !== undefined) expect(until);
        if (kind !== 'verify' || each !== 'ok' || deletions.has(token)) continue;
        const head = await replicas[replica]!.stores.objects.head(objectKey(app, token));
        if (!head && !deletions.has(token)) history.seen.push(`${token} was accepted without its object`);
      }
      return { code, entries };
    });
  }

  async function askServer(
    kind: 'revoke' | 'end' | 'delete' | 'look',
    app: string,
    request: Request,
    replica: number,
    variables: object,
    entriesOf: (answer: unknown) => Entry[],
  ): Promise<void> {
    const bearer = await cluster.serverJWT(app);
    await record(replica, request, async (requestId) => {
      const { data, code } = await ask(replica, kind, variables, bearer, requestId);
      if (!data) return { code, entries: [] };
      const { answer } = data;
      return {
        code,
        entries: entriesOf(answer),
        ...(typeof answer === 'number' ? { count: answer } : {}),
      };
    });
  }

  const lookAt = (app: string, token: string, replica: number) =>
    askServer('look', app, { kind: 'look', app, token }, replica, { id: token }, (answer) => [
      seen(token, answer as Seen | null),
    ]);

  /** What is there when all is over. */
  async function lookAtAll(app: string): Promise<void> {
    const records = await replicas[0]!.stores.tokens.findTokens(app, tokens);
    for (const token of tokens)
      await record(0, { kind: 'look', app, token }, async () => ({
        code: 'ok',
        entries: [seen(token, records.find((it) => it.token === token) ?? null)],
      }));
  }

  async function lookAtGrants({ app, sid }: Session): Promise<void> {
    const found = await replicas[0]!.stores.tokens.findReadable(app, sid, tokens);
    for (const token of tokens) {
      const until = found.find(({ grant }) => grant.token === token)?.grant.expiresAt.getTime();
      await record(0, { kind: 'look at grant', app, sid, token }, async () => ({
        code: 'ok',
        entries: [until === undefined ? { token, code: 'none' } : { token, code: 'ok', until }],
      }));
    }
  }

  const foreign = (app: string) => apps.find((other) => other !== app)!;

  function perform(act: Act, replica: number): Promise<void> | undefined {
    const names = 'tokens' in act ? act.tokens.map((index) => tokens[index]!) : [];
    const named = 'session' in act ? act.session : null;
    const begun = plan.beginnings['tokens' in act ? act.tokens[0]! : 0]!;
    const session = sessions[named ?? begun.session]!;
    const app = 'isForeign' in act && act.isForeign ? foreign(session.app) : session.app;
    switch (act.kind) {
      case 'login':
        return login(session, replica, act.isReplay);
      case 'tokenize':
      case 'complete':
      case 'read':
        return session.handle === '' ? undefined : fromFrame(act.kind, session, replica, names);
      case 'upload': {
        const token = names[0]!;
        return uploads.has(`${token} ${session.sid}`) ? upload(session, token) : undefined;
      }
      case 'verify':
      case 'grant':
        return fromServer(act.kind, app, session, replica, names, {
          binding: act.binding ?? begun.binding,
          duration: act.duration,
        });
      case 'revoke': {
        const { sid } = session;
        const token = names[0]!;
        const variables = { sessionId: sid, tokens: [token] };
        return askServer('revoke', app, { kind: 'revoke', app, sid, token }, replica, variables, () => [
          { token, code: 'ok' },
        ]);
      }
      case 'look':
        return lookAt(app, names[0]!, replica);
      case 'end': {
        const { sid } = session;
        return askServer('end', app, { kind: 'end', app, sid }, replica, { sessionId: sid }, () => []);
      }
      case 'delete':
        names.forEach((token) => deletions.add(token));
        return askServer(
          'delete',
          app,
          { kind: 'delete', app, tokens: names },
          replica,
          { tokens: names },
          (answer) => (answer as Result[]).map(entryOf),
        );
      case 'sweep':
        return sweep(replica);
      case 'advance':
        advance(act);
        return Promise.resolve();
    }
  }

  async function sweep(replica: number): Promise<void> {
    await record(replica, { kind: 'sweep', replica }, async () => {
      const { outcome } = await replicas[replica]!.sweep();
      return { code: outcome, entries: [] };
    });
  }

  function advanceBy({ turn, deadline }: Turn): number {
    deadlines = deadlines.filter((it) => it >= clock.now).sort((one, other) => one - other);
    const next = deadlines[Math.min(deadline, deadlines.length - 1)];
    switch (turns[turn]!) {
      case 'tick':
        return 1;
      case 'second':
        return 700;
      case 'grace':
        return 120_000;
      default: {
        if (next === undefined) return 1000;
        const to = next + { before: -1, at: 0, after: 1 }[turns[turn] as 'before' | 'at' | 'after'];
        return Math.max(1, to - clock.now);
      }
    }
  }

  function advance(turn: Turn): void {
    clock.now += advanceBy(turn);
    history.advances.push({ at: place++, to: clock.now });
  }

  const taskOf = ({ act, actor, replica, gap, salt }: Step): Task => ({
    // A sweeper is an actor of its own, as one of its sweeps waits for the one before.
    actor: act.kind === 'sweep' ? -1 - replica : actor,
    gap,
    salt,
    start: () => perform(act, replica),
    ...(act.kind === 'advance' ? { isBarrier: () => advanceBy(act) > longestCall } : {}),
  });

  // What is there when it begins comes about by the same calls, one after the other.
  const present = new Set(plan.beginnings.map(({ session }) => session));
  for (const index of present) await login(sessions[index]!, 0, false);
  for (const [index, { stage, session, binding }] of plan.beginnings.entries()) {
    const acts: Act[] = [
      { kind: 'tokenize', session, tokens: [index] },
      { kind: 'upload', session, tokens: [index] },
      { kind: 'verify', session, tokens: [index], binding, duration: 20, isForeign: false },
      { kind: 'grant', session, tokens: [index], binding, duration: 45, isForeign: false },
    ];
    for (const act of acts.slice(0, stage)) await perform(act, 0);
  }
  scheduler.seed(plan.seed);
  await scheduler.run(plan.steps.map(taskOf));
  const seenApps = apps.filter((app) =>
    history.calls.some(({ request }) => 'app' in request && request.app === app),
  );
  for (const app of seenApps) await lookAtAll(app);
  for (const index of present) await lookAtGrants(sessions[index]!);
  return { history, apps: seenApps, tokens };
}
