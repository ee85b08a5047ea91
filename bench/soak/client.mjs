import { Agent, request } from 'node:http';

/** How long an answer may take before the client gives up, in milliseconds: longer than any bound of the verdict. */
const patience = 30_000;
/** How often what was shed is repeated, as the SDK does. */
const repeats = 2;

/** A call that did not succeed, by what was answered: `SHED`, `RATE_LIMITED`, another code, a status, or an error's code. */
export class Failed extends Error {
  constructor(outcome) {
    super(outcome);
    this.outcome = outcome;
  }
}

/**
 * HTTP over connections that are kept alive, as many as are needed. Hears of every answer: `record(kind, name, outcome, sent)`
 * with the kind `api` or `transfer`, and when it was sent, by the clock of `performance`.
 */
export function createClient({ tokenizerURL, record }) {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 1024 });

  function exchange(url, { method, headers, body }) {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { agent, method, headers, timeout: patience }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part)).on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }),
        );
      });
      outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error(), { code: 'NO_ANSWER' })));
      outgoing.on('error', reject).end(body);
    });
  }

  async function once(kind, name, options, { url, read }) {
    const sent = performance.now();
    let outcome;
    let answer;
    try {
      answer = await exchange(url, options);
      outcome = isShed(answer) ? 'SHED' : read(answer);
    } catch (error) {
      outcome = error.code ?? error.message;
    }
    record(kind, name, outcome, sent);
    return { outcome, answer };
  }

  /** Repeats what was shed after the pause that was asked for, with jitter. */
  async function repeat(...parameters) {
    for (let attempt = 0; ; attempt++) {
      const { outcome, answer } = await once(...parameters);
      if (outcome === 'ok') return answer;
      if (outcome !== 'SHED' || attempt === repeats) throw new Failed(outcome);
      await new Promise((resolve) =>
        setTimeout(resolve, Number(answer.headers['retry-after']) * 1000 * (1 + Math.random() / 2)),
      );
    }
  }

  return {
    /** A GraphQL call with one root field; gives its data. `check` says what is wrong with them, if anything. */
    async call(name, query, variables, bearer, check = () => undefined) {
      const body = JSON.stringify({ query, variables });
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      };
      let data;
      const read = ({ status, body: text }) => {
        const answer = JSON.parse(text);
        if (answer.errors) return codeOf(answer.errors[0]);
        if (status !== 200) return `status ${status}`;
        [data] = Object.values(answer.data);
        return check(data) ?? 'ok';
      };
      await repeat('api', name, { method: 'POST', headers, body }, { url: `${tokenizerURL}/graphql`, read });
      return data;
    },
    /** An upload or a download by a signed URL; gives the body. */
    async transfer(name, { url, method, headers }, body) {
      const length = body === undefined ? {} : { 'content-length': body.length };
      const read = ({ status }) => (status === 200 ? 'ok' : `${name} status ${status}`);
      const answer = await repeat(
        'transfer',
        name,
        { method, headers: { ...headers, ...length }, body },
        { url, read },
      );
      return answer.body;
    },
    close: () => agent.destroy(),
  };
}

/** Refused because of overload, as is promised: 503, Retry-After and UNAVAILABLE. */
function isShed({ status, headers, body }) {
  if (status !== 503 || !/^\d+$/.test(headers['retry-after'] ?? '')) return false;
  return JSON.parse(body).errors?.[0]?.extensions?.code === 'UNAVAILABLE';
}

/** A limit that does not say when to try again is not the one that is promised. */
function codeOf({ extensions: { code, retryAfter } }) {
  return code === 'RATE_LIMITED' && !(retryAfter > 0 && retryAfter <= 60)
    ? 'RATE_LIMITED without retryAfter'
    : code;
}
