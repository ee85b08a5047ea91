/** What was asked of the tokenizers. `sid` is the session for which, or as which, it was asked. */
export type Request =
  | { kind: 'login'; app: string; sid: string; handle: string; assertion: string }
  | FrameRequest<'tokenize'>
  | FrameRequest<'complete'>
  | FrameRequest<'read'>
  | { kind: 'upload'; app: string; sid: string; token: string; urlExpiresAt: number }
  | ServerRequest<'verify'>
  | ServerRequest<'grant'>
  | { kind: 'revoke'; app: string; sid: string; token: string }
  | { kind: 'end'; app: string; sid: string }
  | { kind: 'delete'; app: string; tokens: string[] }
  | { kind: 'look'; app: string; token: string }
  | { kind: 'look at grant'; app: string; sid: string; token: string }
  | { kind: 'sweep'; replica: number };

/** `handle` names the login whose access token is used. */
interface FrameRequest<Kind> {
  kind: Kind;
  app: string;
  sid: string;
  handle: string;
  tokens: string[];
}
interface ServerRequest<Kind> {
  kind: Kind;
  app: string;
  sid: string;
  refs: Ref[];
}

export interface Ref {
  token: string;
  binding: string | null;
}

/** What was answered for one token. */
export interface Entry {
  token: string;
  /** `ok`, or a problem's code; of an upload also `late` and `exists`; of a look the token's status, or `none`. */
  code: string;
  /** Of a grant: until when. Of a look: the end of the store grant, or of the read grant. */
  until?: number;
  /** Of a read: whose value it was, or that its object was gone. */
  content?: string;
  /** Of a look. */
  binding?: string | null;
}

export interface Answer {
  /** `ok`, or the code with which the call was refused as a whole; of a sweep its outcome. */
  code: string;
  entries: Entry[];
  /** Of `revoke`: how many grants there were. */
  count?: number;
  /** Of `login`: until when the access token works. */
  until?: number;
}

/** One call, from when it was made to when it was answered. */
export interface Call {
  id: number;
  /** Which of the tokenizers was asked. */
  replica: number;
  requestId: string;
  request: Request;
  answer: Answer;
  /** Places in the history. Of two calls the one happened before the other if it was answered before that was made. */
  invoked: number;
  responded: number;
  /** The clock then. */
  from: number;
  to: number;
}

/** The clock's steps: `at` is the place in the history. */
export interface Advance {
  at: number;
  to: number;
}

export interface History {
  start: number;
  calls: Call[];
  advances: Advance[];
  /** Violations that were seen while it happened. */
  seen: string[];
}

/** How long grants and sessions live in these histories, in seconds. */
export const limits = {
  maxBatch: 10,
  maxSize: 65_536,
  storeGrant: 60,
  readGrant: 30,
  maxReadGrant: 60,
  frameSession: 90,
};

export const tokensOf = (request: Request): string[] => {
  if ('tokens' in request) return request.tokens;
  if ('refs' in request) return request.refs.map(({ token }) => token);
  return 'token' in request ? [request.token] : [];
};

/** A call in one line, for whoever has to find out what went wrong. Times are seconds from the history's start. */
export function describeCall({ id, replica, request, answer, invoked, responded, from }: Call, start = from) {
  const { kind, ...rest } = request;
  const short = JSON.stringify(rest, (key, value: unknown) =>
    typeof value === 'string' && key !== 'handle' ? shorten(value) : value,
  );
  const { code, entries, count } = answer;
  const answers = entries.map(({ token, ...entry }) =>
    [shorten(token), ...Object.entries(entry).map(([key, value]) => `${key}=${String(value)}`)].join(' '),
  );
  return `#${id} [${invoked}–${responded}] ${(from - start) / 1000} s, replica ${replica}: ${kind} ${short} → ${code}${count === undefined ? '' : ` (${count})`} ${answers.join('; ')}`;
}

const shorten = (text: string) => (text.length > 20 ? `${text.slice(0, 14)}…` : text);
