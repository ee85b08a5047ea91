import { decryptValue, fromBase64 } from '@lunasec/secure-frame/crypto';
import express from 'express';
import { execute, parse, validate } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAssertionVerifier } from '../../auth/assertion.js';
import { createApplicationJWTVerifier } from '../../auth/application-jwt.js';
import type { Application } from '../../auth/applications.js';
import { createAuthentication } from '../../auth/caller.js';
import type { Caller } from '../../auth/caller.js';
import { createKeySet } from '../../auth/key-set.js';
import type { Settings } from '../../config/settings.js';
import type { RequestContext } from '../../graphql/context.js';
import { refusalOf } from '../../graphql/errors.js';
import { createSchema } from '../../graphql/schema.js';
import { keepAliveTimeout } from '../../http/patience.js';
import { auditSecret, openAudit } from '../../services/audit.js';
import { createQuotas } from '../../services/quotas.js';
import { createSweeper } from '../../services/sweeper.js';
import type { Swept } from '../../services/sweeper.js';
import type { TokenizeInput } from '../../services/tokenization.js';
import { createServices } from '../../services.js';
import { openStores } from '../../stores.js';
import type { Stores } from '../../stores.js';
import { traceOf } from '../../tracing/spans.js';
import { encrypt } from '../encrypt.js';
import { hold, holdCommands } from './held-stores.js';
import { limits } from './history.js';
import { createScheduler } from './scheduler.js';

/** Far ahead, so that no database's own clean-up takes anything away. */
const start = Date.UTC(2100, 0, 1);
const pageOrigin = 'https://shop.example.com';

export type Answered = { data: Record<string, unknown>; code: 'ok' } | { data: null; code: string };

/** One of several tokenizers over the same stores, from its GraphQL schema down. */
export interface Replica {
  call(
    query: string,
    variables: object,
    options: { bearer?: string | undefined; requestId: string },
  ): Promise<Answered>;
  sweep(): Promise<Swept>;
  /** The stores as the services have them, but not held. */
  stores: Stores;
  auditKey: Uint8Array;
}

/** `gate` holds a store in the middle of a call; `directory` has the files of embedded stores. */
export type WrapStores = (stores: Stores, parts: { gate(): Promise<void>; directory: string }) => Stores;

export type Cluster = Awaited<ReturnType<typeof startCluster>>;

/** Two tokenizers over the same stores, with a clock that only tests turn, and calls that a scheduler holds. */
export async function startCluster({
  settings,
  wrapStores = (stores) => stores,
}: {
  settings: Settings;
  /** What the tokenizers get in place of the stores. */
  wrapStores?: WrapStores;
}) {
  const scheduler = createScheduler();
  // Before the first connection is made.
  holdCommands(scheduler);
  const clock = { now: start };
  const now = () => new Date(clock.now);
  const failures: unknown[] = [];
  const report = (failure: unknown) => void failures.push(failure);
  const applications = new Map<string, Application>();
  const schema = await createSchema();

  const app = express();
  // As the product's: in a pause of a busy machine a shorter one would end while a request is sent.
  const server = createServer({ keepAliveTimeout }, app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const publicURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const publicJWK = { ...(await exportJWK(publicKey)), kid: 'key', alg: 'EdDSA' };
  const sign = (typ: string, iss: string, claims: object) => {
    const iat = Math.floor(clock.now / 1000);
    return new SignJWT({ iss, aud: publicURL, iat, exp: iat + 60, ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'key', typ })
      .sign(privateKey);
  };
  let serverJWTs = new Map<string, { jwt: Promise<string>; at: number }>();

  async function startReplica(): Promise<Replica & { close(): Promise<void> }> {
    const opened = await openStores(settings, { publicURL, now, warn: () => undefined });
    if (opened.objectsHandler) app.use(opened.objectsHandler);
    const stores = wrapStores(opened, { gate: scheduler.command, directory: settings.dataDirectory });
    const { tokens: store, objects, keys } = hold(stores, scheduler);
    const rules = { applications, audience: publicURL, now };
    const authenticate = createAuthentication({
      applications,
      verifyApplicationJWT: createApplicationJWTVerifier(rules),
      store,
      now,
    });
    const auditKey = await opened.openSecret(auditSecret);
    const audit = await openAudit({ store, key: auditKey, keys: opened.keys, now, report });
    const quotas = createQuotas({
      store,
      applications: [],
      now,
      onUsage: () => undefined,
      onFailure: report,
    });
    const services = createServices({
      stores: { tokens: store, objects, keys },
      verifyAssertion: createAssertionVerifier(rules),
      audit,
      quotas,
      now,
      report,
    });
    const sweeper = createSweeper({
      store,
      objects,
      applicationIds: [],
      removeOrphansAfter: undefined,
      quotas,
      audit,
      now,
      interval: 1,
      meter: {
        swept: () => undefined,
        failed: () => undefined,
        leaseHeld: () => undefined,
        orphansFound: () => undefined,
      },
      report,
    });
    // Sweeps when it is told to, not by itself.
    await sweeper.stop();

    return {
      stores,
      auditKey,
      sweep: sweeper.sweep,
      async call(query, variables, { bearer, requestId }) {
        const authorization = bearer === undefined ? undefined : `Bearer ${bearer}`;
        let caller: Promise<Caller> | undefined;
        let known: Caller | undefined;
        const contextValue: RequestContext = {
          requestId,
          trace: traceOf({}),
          address: '127.0.0.1',
          origin: undefined,
          ownOrigin: publicURL,
          caller: () => (caller ??= authenticate(authorization, requestId).then((it) => (known = it))),
          knownCaller: () => known,
          services,
          audit,
          rateLimits: { session: unlimited, application: unlimited, sessionCreation: unlimited },
          countOperation: () => undefined,
          countRefusal: () => undefined,
        };
        const { data, errors } = await execute({
          schema,
          document: documentOf(schema, query),
          variableValues: variables as Record<string, unknown>,
          contextValue,
        });
        const [error] = errors ?? [];
        if (!error) return { data: data as Record<string, unknown>, code: 'ok' };
        const refusal = refusalOf(error.originalError);
        if (!refusal) throw error;
        return { data: null, code: refusal.code };
      },
      async close() {
        await audit.close();
        await opened.close();
      },
    };
  }

  const replicas = [await startReplica(), await startReplica()];

  return {
    replicas,
    scheduler,
    clock,
    applications,
    /** What the tokenizers told the operator. */
    failures,
    addApplication(id: string) {
      applications.set(id, {
        id,
        origins: [pageOrigin],
        serverSide: { tokenize: false, detokenize: false },
        limits,
        findKey: createKeySet([publicJWK]),
      });
    },
    removeApplications() {
      applications.clear();
      serverJWTs = new Map();
    },
    assertion: (applicationId: string, sid: string, jti: string) =>
      sign('lunasec-assertion+jwt', applicationId, { sub: sid, jti, origin: pageOrigin }),
    /** Servers use one JWT for many calls. */
    serverJWT(applicationId: string): Promise<string> {
      const known = serverJWTs.get(applicationId);
      if (known && clock.now - known.at < 30_000) return known.jwt;
      const jwt = sign('lunasec-application+jwt', applicationId, { sub: applicationId });
      serverJWTs.set(applicationId, { jwt, at: clock.now });
      return jwt;
    },
    async close() {
      for (const replica of replicas) await replica.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const unlimited = async () => undefined;

const documents = new Map<string, DocumentNode>();
function documentOf(schema: GraphQLSchema, query: string): DocumentNode {
  const known = documents.get(query);
  if (known) return known;
  const document = parse(query);
  const [fault] = validate(schema, document);
  if (fault) throw fault;
  documents.set(query, document);
  return document;
}

/** A value as a session's frame encrypts it under a token. */
export interface Sealed {
  input: TokenizeInput;
  ciphertext: Uint8Array<ArrayBuffer>;
}

/** Nobody else makes these bytes for this token. */
const valueOf = (token: string, sid: string) => `${sid} under ${token}`;

export const sealed = (token: string, sid: string): Promise<Sealed> => encrypt(valueOf(token, sid), token);

/** Whose value it is, of these sessions. */
export async function opened(
  token: string,
  dataKey: string,
  ciphertext: Uint8Array<ArrayBuffer>,
  sids: readonly string[],
): Promise<string> {
  try {
    const { data } = await decryptValue({ token, dataKey: fromBase64(dataKey), ciphertext });
    const text = new TextDecoder().decode(data);
    return sids.find((sid) => text === valueOf(token, sid)) ?? 'another value';
  } catch {
    return 'no value';
  }
}
