import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decryptValue, fromBase64 } from '@lunasec/secure-frame/crypto';
import { createToken } from '@lunasec/secure-frame/protocol';
import { serverSessionOf } from './services/server-session.js';
import {
  actAs,
  codesOf,
  createSession,
  detokenize,
  encrypt,
  otherOrigin,
  put,
  shopOrigin,
  startTestTokenizer,
  tokenize,
} from './test-support/tokenizer.js';
import type {
  Actor,
  Answer,
  DetokenizeResult,
  GrantResult,
  TestTokenizer,
  TokenizeResult,
} from './test-support/tokenizer.js';
import { createSigner } from './test-support/signer.js';
import type { Signer } from './test-support/signer.js';

const verifyOwn =
  'mutation ($tokens: [TokenRef!]!) { verifyStoreGrants(tokens: $tokens) { token problem { code message } } }';
const detokenizeFrom =
  'mutation ($tokens: [ID!]!, $bindings: [String]) { detokenize(tokens: $tokens, bindings: $bindings) { token download { url method headers expiresAt size dataKey } problem { code message } } }';
const codeOf = ({ errors }: Answer<object>) => errors?.[0]?.extensions.code;

describe('servers that may store and read values themselves', () => {
  let tokenizer: TestTokenizer;
  let shop: Signer;
  let other: Signer;
  let ada: Actor;
  let job: Actor;
  let reader: Actor;

  beforeAll(async () => {
    let url = '';
    const signer = (applicationId: string, origin: string) =>
      createSigner({ applicationId, origin, audience: () => url });
    [shop, other] = [await signer('shop', shopOrigin), await signer('other', otherOrigin)];
    const writeOnly = await signer('importer', otherOrigin);
    const settingsOf = (
      it: Signer,
      origin: string,
      serverSide?: { tokenize?: boolean; detokenize?: boolean },
    ) => ({
      id: it.applicationId,
      jwks: { keys: [it.publicJWK as { kty: 'OKP' }] },
      origins: [origin],
      ...(serverSide ? { serverSide } : {}),
    });
    tokenizer = await startTestTokenizer({
      config: {
        applications: [
          settingsOf(shop, shopOrigin, { tokenize: true, detokenize: true }),
          settingsOf(other, otherOrigin),
          settingsOf(writeOnly, otherOrigin, { tokenize: true }),
        ],
      },
    });
    url = tokenizer.url;
    ada = actAs(tokenizer, shop, 'ada');
    job = actAs(tokenizer, shop, 'any');
    reader = actAs(tokenizer, writeOnly, 'any');
  });
  afterAll(() => tokenizer.close());

  async function upload(actor: Actor, text: string): Promise<string> {
    const { input, ciphertext } = await encrypt(text);
    const { data } = await actor.server<{ tokenize: TokenizeResult[] }>(tokenize, { inputs: [input] });
    const response = await put(data!.tokenize[0]!.upload!, ciphertext);
    expect(response.status).toBeLessThan(300);
    return input.token;
  }
  const accept = async (actor: Actor, token: string, binding: string | null = null) => {
    const tokens = [{ token, binding }];
    const { data } = await actor.server<{ verifyStoreGrants: GrantResult[] }>(verifyOwn, { tokens });
    return codesOf(data!.verifyStoreGrants)[0];
  };
  const store = async (actor: Actor, text: string, binding: string | null = null) => {
    const token = await upload(actor, text);
    expect(await accept(actor, token, binding)).toBe('ok');
    return token;
  };
  const open = async (actor: Actor, tokens: string[], bindings?: (string | null)[]) =>
    (await actor.server<{ detokenize: DetokenizeResult[] }>(detokenizeFrom, { tokens, bindings })).data!
      .detokenize;
  async function read(actor: Actor, token: string, bindings?: (string | null)[]): Promise<string> {
    const [{ download, problem } = { download: null, problem: null }] = await open(actor, [token], bindings);
    if (!download) return problem!.code;
    const response = await fetch(download.url, { headers: download.headers });
    const ciphertext = new Uint8Array(await response.arrayBuffer());
    const { data } = await decryptValue({ token, dataKey: fromBase64(download.dataKey), ciphertext });
    return new TextDecoder().decode(data);
  }

  test('a server stores a value, and reads it', async () => {
    const token = await store(job, 'from a job');
    expect(await read(job, token)).toBe('from a job');
  });

  test('a server uploads in one request: without a checksum, BAD_USER_INPUT', async () => {
    const { input } = await encrypt('from a job');
    const { checksum: _, ...inParts } = input;
    const { data } = await job.server<{ tokenize: TokenizeResult[] }>(tokenize, { inputs: [inParts] });
    expect(codesOf(data!.tokenize)).toEqual(['BAD_USER_INPUT']);
  });

  test('a server reads what a session stored, and a session what a server stored, once it is granted', async () => {
    expect(await read(job, await ada.keep('from Ada'))).toBe('from Ada');
    const token = await store(job, 'from a job');
    expect(await ada.read(token)).toBe('READ_GRANT_MISSING');
    await ada.grant([token]);
    expect(await ada.read(token)).toBe('from a job');
  });

  test('what was uploaded by nobody is not accepted, and what nobody accepted is not read', async () => {
    const { input } = await encrypt('never uploaded');
    await job.server(tokenize, { inputs: [input] });
    expect(await accept(job, input.token)).toBe('UPLOAD_MISSING');
    const pending = await upload(job, 'not accepted');
    expect(await read(job, pending)).toBe('TOKEN_NOT_FOUND');
    expect(await read(job, await ada.store('not accepted'))).toBe('TOKEN_NOT_FOUND');
  });

  test('no session can have a token of a server accepted, and a server none of a session', async () => {
    const token = await upload(job, 'from a job');
    expect(codesOf(await ada.verify([token]))).toEqual(['STORE_GRANT_MISSING']);
    expect(await accept(job, await ada.store('from Ada'))).toBe('STORE_GRANT_MISSING');
    expect(await accept(job, token)).toBe('ok');
  });

  test('no assertion can make a frame of what stands for servers', async () => {
    const assertion = await shop.assertion({ claims: { sub: serverSessionOf('shop') } });
    expect(codeOf(await tokenizer.call(createSession, { assertion }))).toBe('UNAUTHENTICATED');
  });

  test('another application finds nothing', async () => {
    const token = await store(job, 'of the shop');
    expect(await accept(reader, token)).toBe('TOKEN_NOT_FOUND');
    const { input } = await encrypt('x');
    const answer = await reader.server<{ tokenize: TokenizeResult[] }>(tokenize, {
      inputs: [{ ...input, token }],
    });
    expect(codesOf(answer.data!.tokenize)).toEqual(['BAD_USER_INPUT']);
  });

  test('a batch answers per token', async () => {
    const [kept, deleted] = [await store(job, 'kept'), await store(job, 'deleted')];
    await job.delete([deleted]);
    const tokens = [kept, deleted, createToken(), 'no token', kept];
    expect(codesOf(await open(job, tokens))).toEqual([
      'ok',
      'TOKEN_DELETED',
      'TOKEN_NOT_FOUND',
      'BAD_USER_INPUT',
      'ok',
    ]);
  });

  test('a bound token is read from its place only', async () => {
    const token = await store(job, 'bound', 'User.ssn:1');
    expect(await read(job, token, ['User.ssn:1'])).toBe('bound');
    for (const bindings of [undefined, [null], ['User.ssn:2']])
      expect(await read(job, token, bindings)).toBe('BINDING_MISMATCH');
    const uneven = await job.server(detokenizeFrom, { tokens: [token], bindings: [] });
    expect(codeOf(uneven)).toBe('BAD_USER_INPUT');
    expect(codeOf(await ada.frame(detokenizeFrom, { tokens: [token], bindings: ['User.ssn:1'] }))).toBe(
      'BAD_USER_INPUT',
    );
  });

  test('may do only what its application may: nothing, unless it is configured', async () => {
    const { input } = await encrypt('x');
    const stranger = actAs(tokenizer, other, 'any');
    expect(codeOf(await stranger.server(tokenize, { inputs: [input] }))).toBe('UNAUTHENTICATED');
    const refused = await stranger.server(detokenize, { tokens: [createToken()] });
    expect(codeOf(refused)).toBe('UNAUTHENTICATED');
    expect(refused.errors![0]!.message).toContain('serverSide.detokenize');
    const token = await store(reader, 'imported');
    expect(codeOf(await reader.server(detokenize, { tokens: [token] }))).toBe('UNAUTHENTICATED');
  });

  test('the audit tells servers from sessions', async () => {
    const token = await store(job, 'audited');
    await read(job, token);
    const { data } = await job.server<{
      auditEvents: { edges: { node: { action: string; sessionId: string | null; outcome: string } }[] };
      token: { sessionId: string | null };
    }>(
      'query ($token: ID!) { auditEvents(filter: { token: $token }) { edges { node { action sessionId outcome } } } token(id: $token) { sessionId } }',
      { token },
    );
    expect(data!.auditEvents.edges.map(({ node }) => node)).toEqual([
      { action: 'serverDetokenize', sessionId: null, outcome: 'ok' },
      { action: 'verifyStoreGrants', sessionId: null, outcome: 'ok' },
      { action: 'serverTokenize', sessionId: null, outcome: 'ok' },
    ]);
    expect(data!.token.sessionId).toBeNull();
  });
});
