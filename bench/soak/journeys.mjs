import { decryptValue, fromBase64 } from '@lunasec/secure-frame/crypto';
import { randomBytes, randomUUID } from 'node:crypto';
import { seal } from '../../scripts/lib/frame.mjs';
import { Failed } from './client.mjs';
import * as operations from '../lib/operations.mjs';
import { createPool } from './pool.mjs';

/** How often each journey is begun, of 100. */
const shares = { view: 42, submit: 25, deleteValues: 10, login: 8, list: 6, logout: 5, revoke: 4 };
/** Sessions and values that are kept; about as many are removed as are made, so that the last minute is like the first. */
const wanted = { sessions: 60, values: 2000 };
/** Age at which a session is ended, in milliseconds: it must not run out while it is used. */
const longestSession = 8 * 60_000;
/** Of submitted forms, how many are given up before the server hears of them: work for the sweeper. */
const abandoned = 0.1;

const count = (most) => 1 + Math.floor(Math.random() * most);
const problemOf = (results) => results.find(({ problem }) => problem)?.problem.code;

/** Waits for all of them, also when one has failed: what they use must not be taken away by others before. */
async function allDone(promises) {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

/** What users of an app do, each journey with its calls in a row, and every answer compared with what it must be. */
export function createJourneys({ client, signer }) {
  const sessions = createPool();
  const values = createPool();
  /** A few tokens that were deleted, which must never be read again. */
  const deleted = [];

  async function login() {
    const sessionId = signer.sidOf(randomUUID());
    const assertion = await signer.assertion(sessionId);
    const { accessToken } = await client.call('createSession', operations.createSession, { assertion });
    const session = { sessionId, accessToken, since: Date.now() };
    sessions.add(session);
    return session;
  }

  /** Runs with a session that others may use as well. */
  async function withSession(run) {
    if (sessions.items.length === 0) await login();
    const session = sessions.use();
    if (!session) return;
    try {
      await run(session);
    } finally {
      sessions.leave(session);
    }
  }

  async function withValues(most, run) {
    const used = Array.from({ length: count(most) }, () => values.use()).filter(Boolean);
    try {
      if (used.length > 0) await run([...new Set(used)]);
    } finally {
      used.forEach(values.leave);
    }
  }

  const grant = async ({ sessionId }, picked) =>
    client.call(
      'createReadGrants',
      operations.createReadGrants,
      { sessionId, tokens: picked.map(({ token }) => ({ token })) },
      await signer.applicationJWT(),
      problemOf,
    );

  const detokenize = ({ accessToken }, picked, check = problemOf) =>
    client.call(
      'detokenize',
      operations.detokenize,
      { tokens: picked.map(({ token }) => token) },
      accessToken,
      check,
    );

  async function read({ token, text }, download) {
    const ciphertext = new Uint8Array(await client.transfer('download', download));
    const { data } = await decryptValue({ token, dataKey: fromBase64(download.dataKey), ciphertext });
    if (new TextDecoder().decode(data) !== text) throw new Failed('VALUE_DIFFERS');
  }

  async function view(session, picked) {
    await grant(session, picked);
    const results = await detokenize(session, picked);
    await allDone(results.map(({ download }, index) => read(picked[index], download)));
  }

  async function submit({ sessionId, accessToken }) {
    const texts = Array.from({ length: count(3) }, () => randomBytes(count(100)).toString('base64'));
    const made = await Promise.all(texts.map(seal));
    const inputs = made.map(({ input }) => input);
    const results = await client.call('tokenize', operations.tokenize, { inputs }, accessToken, problemOf);
    await allDone(
      results.map(({ upload }, index) => client.transfer('upload', upload, made[index].ciphertext)),
    );
    if (Math.random() < abandoned) return;
    await client.call(
      'verifyStoreGrants',
      operations.verifyStoreGrants,
      { sessionId, tokens: made.map(({ input }) => ({ token: input.token })) },
      await signer.applicationJWT(),
      problemOf,
    );
    for (const [index, { input }] of made.entries()) values.add({ token: input.token, text: texts[index] });
  }

  async function deleteValues() {
    const surplus = Math.max(0, values.items.length - wanted.values);
    const taken = Array.from({ length: Math.min(50, count(4) + surplus) }, () => values.take()).filter(
      Boolean,
    );
    if (taken.length === 0) return;
    // Whatever the answer is, from now on nobody knows whether they are there.
    for (const value of taken) values.remove(value);
    const tokens = taken.map(({ token }) => token);
    await client.call(
      'deleteTokens',
      operations.deleteTokens,
      { tokens },
      await signer.applicationJWT(),
      problemOf,
    );
    deleted.push(...tokens);
    deleted.splice(0, deleted.length - 50);
  }

  async function logout() {
    const old = sessions.items.find(
      ({ since, users, isTaken }) => users === 0 && !isTaken && Date.now() - since > longestSession,
    );
    if (old) old.isTaken = true;
    const session = old ?? (sessions.items.length > wanted.sessions / 2 ? sessions.take() : undefined);
    if (!session) return;
    sessions.remove(session);
    const { sessionId } = session;
    await client.call('endSession', operations.endSession, { sessionId }, await signer.applicationJWT());
  }

  async function revoke() {
    const session = sessions.take();
    if (!session) return;
    try {
      await withValues(3, async (picked) => {
        await view(session, picked);
        const tokens = picked.map(({ token }) => token);
        await client.call(
          'revokeReadGrants',
          operations.revokeReadGrants,
          { sessionId: session.sessionId, tokens },
          await signer.applicationJWT(),
        );
        await detokenize(session, picked, (results) =>
          results.every(({ problem }) => problem?.code === 'READ_GRANT_MISSING')
            ? undefined
            : 'READ_AFTER_REVOCATION',
        );
      });
    } finally {
      sessions.putBack(session);
    }
  }

  async function list({ sessionId }) {
    const jwt = await signer.applicationJWT();
    await client.call('tokens', operations.listTokens, {}, jwt);
    await client.call('grants', operations.listGrants, { sessionId }, jwt);
  }

  const journeys = {
    view: () => withSession((session) => withValues(6, (picked) => view(session, picked))),
    submit: () => withSession(submit),
    deleteValues: () => (values.items.length > 50 ? deleteValues() : withSession(submit)),
    login: () => (sessions.items.length < wanted.sessions ? login() : logout()),
    list: () => withSession(list),
    logout,
    revoke,
  };

  return {
    /** Makes the sessions and values that are kept, so that the first journey finds as much to do as the last. */
    async fill() {
      while (sessions.items.length < wanted.sessions) await login();
      const work = async () => {
        while (values.items.length < wanted.values) await withSession(submit);
      };
      await Promise.all(Array.from({ length: 8 }, work));
      return { sessions: sessions.items.length, values: values.items.length };
    },
    /** Runs a random journey to its end, or to its first failure, which the client has recorded. */
    async run() {
      let chosen = Math.random() * 100;
      const name = Object.keys(shares).find((it) => (chosen -= shares[it]) < 0);
      await journeys[name]();
    },
    /**
     * Reads values back, as many as that: those that cannot be read, or are others, are lost. Deleted ones must not be
     * read.
     */
    async readBack(most) {
      const session = await login();
      const sample = [...values.items].sort(() => Math.random() - 0.5).slice(0, most);
      let lost = 0;
      for (const value of sample) await view(session, [value]).catch(() => lost++);
      const results =
        deleted.length === 0
          ? []
          : await client.call(
              'createReadGrants',
              operations.createReadGrants,
              { sessionId: session.sessionId, tokens: deleted.map((token) => ({ token })) },
              await signer.applicationJWT(),
            );
      const undead = results.filter(({ problem }) => problem?.code !== 'TOKEN_DELETED').length;
      return { read: sample.length, lost, deleted: deleted.length, undead };
    },
    /** Calls of one session until one is refused by a rate limit, or so many were made; then of another session. */
    async exhaust(most) {
      const [one, other] = [await login(), await login()];
      const outcomes = {};
      const ask = (session) =>
        detokenize(session, []).then(
          () => 'ok',
          (error) => error.outcome ?? error.message,
        );
      let asked = 0;
      let isLimited = false;
      const work = async () => {
        while (asked++ < most && !isLimited) {
          const outcome = await ask(one);
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
          isLimited ||= outcome === 'RATE_LIMITED';
        }
      };
      await Promise.all(Array.from({ length: 16 }, work));
      return { outcomes, again: await ask(one), other: await ask(other) };
    },
  };
}
