import { importJWK } from 'jose';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphql, seal } from '../../scripts/lib/frame.mjs';
import { createApplication, createSigner } from './application.mjs';
import * as operations from './operations.mjs';
import { startServer } from './processes.mjs';
import { unlimited } from './rates.mjs';

/** A directory that is removed at the end. */
export function temporaryDirectory() {
  const path = mkdtempSync(join(tmpdir(), 'lunasec-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The keys of an application whose calls tokenizers take. */
export async function createCaller() {
  const application = await createApplication();
  const key = await importJWK(application.privateJWK, 'EdDSA');
  return { settings: application.settings, privateJWK: application.privateJWK, key };
}

/** A tokenizer in a directory of its own; both are closed with the measure. */
export async function openTokenizer(opened, { caller, environment } = {}) {
  const directory = temporaryDirectory();
  opened(directory.remove);
  const tokenizer = await startTokenizer(caller ?? (await createCaller()), {
    directory: directory.path,
    environment,
  });
  opened(tokenizer.stop);
  return tokenizer;
}

/** `tokenizer start` as in production. On embedded stores, unless the environment says otherwise. */
export async function startTokenizer(caller, { directory, environment = {}, execArgv }) {
  const server = await startServer('../../tokenizer-api/dist/main.js', {
    args: ['start'],
    execArgv,
    environment: {
      LUNASEC_PORT: '0',
      LUNASEC_LOG_LEVEL: 'warn',
      LUNASEC_APPLICATIONS: JSON.stringify([caller.settings]),
      LUNASEC_DATA_DIRECTORY: directory,
      LUNASEC_RATES: JSON.stringify(unlimited),
      // Nor is shedding: on a busy machine it would refuse what is to be timed.
      LUNASEC_OVERLOAD: JSON.stringify({ maxCalls: 10_000, maxDelay: 60_000 }),
      LUNASEC_SWEEP_INTERVAL: '1h',
      ...environment,
    },
  });
  // A process says its public address, which several may share.
  const { LUNASEC_PORT: port } = environment;
  const url = port ? `http://127.0.0.1:${port}` : server.url;
  const signer = createSigner(caller.key, server.url);
  return {
    ...server,
    url,
    signer,
    asApplication: async () => ({ authorization: `Bearer ${await signer.applicationJWT()}` }),
  };
}

async function call(tokenizer, query, variables, bearer) {
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const { data, errors } = await graphql(`${tokenizer.url}/graphql`, query, variables, headers);
  if (errors) throw new Error(`The tokenizer answered: ${errors[0].message}`);
  const [answers] = Object.values(data);
  const problem = Array.isArray(answers) ? answers.find((answer) => answer.problem)?.problem : undefined;
  if (problem) throw new Error(`The tokenizer answered ${problem.code}.`);
  return answers;
}

/** A session of a frame: its id and its access token. */
export async function openSession(tokenizer) {
  const sessionId = tokenizer.signer.sidOf(randomUUID());
  const assertion = await tokenizer.signer.assertion(sessionId);
  const { accessToken } = await call(tokenizer, operations.createSession, { assertion });
  return { sessionId, accessToken };
}

/** Stores values the way frames and servers do; gives their tokens. */
export async function storeValues(tokenizer, { sessionId, accessToken }, count) {
  const made = await Promise.all(Array.from({ length: count }, (_, index) => seal(`Value ${index}`)));
  const results = await call(
    tokenizer,
    operations.tokenize,
    { inputs: made.map(({ input }) => input) },
    accessToken,
  );
  for (const [index, { upload }] of results.entries()) {
    const { status } = await fetch(upload.url, {
      method: upload.method,
      headers: upload.headers,
      body: made[index].ciphertext,
    });
    if (status !== 200) throw new Error(`An upload was answered ${status}.`);
  }
  const tokens = made.map(({ input }) => input.token);
  await call(
    tokenizer,
    operations.verifyStoreGrants,
    { sessionId, tokens: tokens.map((token) => ({ token })) },
    await tokenizer.signer.applicationJWT(),
  );
  return tokens;
}

/** Lets a session read tokens. */
export async function grant(tokenizer, sessionId, tokens) {
  await call(
    tokenizer,
    operations.createReadGrants,
    { sessionId, tokens: tokens.map((token) => ({ token })) },
    await tokenizer.signer.applicationJWT(),
  );
}

/** Bodies of createReadGrants calls, each for so many tokens and another session. */
export const grantBodies = (tokenizer, tokens, { size, count }) =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      query: operations.createReadGrants,
      variables: {
        sessionId: tokenizer.signer.sidOf(randomUUID()),
        tokens: Array.from({ length: size }, (__, offset) => ({
          token: tokens[(index * size + offset) % tokens.length],
        })),
      },
    }),
  );

export const detokenizeBody = (tokens) =>
  JSON.stringify({ query: operations.detokenize, variables: { tokens } });
