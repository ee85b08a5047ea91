import { trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { breakCalls } from '../test-support/spies.js';
import { actAs, detokenize, encrypt, startTestTokenizer } from '../test-support/tokenizer.js';
import type { TestTokenizer } from '../test-support/tokenizer.js';
import { startTracing } from './exporter.js';
import type { Tracing } from './exporter.js';

interface OTLPSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: { stringValue?: string } }[];
  status: { code?: number; message?: string };
  events: unknown[];
}

describe('traces', () => {
  let collector: Server;
  let url: string;
  let received: { path: string; headers: IncomingHttpHeaders; text: string }[];
  let tracing: Tracing | undefined;
  let tokenizer: TestTokenizer;
  let broken: Set<string>;

  beforeEach(async () => {
    received = [];
    collector = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        received.push({ path: request.url!, headers: request.headers, text });
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const calls = breakCalls();
    broken = calls.broken;
    tokenizer = await startTestTokenizer({ wrapStores: calls.wrapStores });
  });
  afterEach(async () => {
    await tracing?.stop();
    await tokenizer.close();
    collector.closeAllConnections();
    await new Promise((resolve) => collector.close(resolve));
  });

  /** Sends what is left, and gives all spans. */
  async function spans(): Promise<OTLPSpan[]> {
    await tracing!.stop();
    tracing = undefined;
    return received.flatMap(({ text }) =>
      (
        JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: OTLPSpan[] }[] }[] }
      ).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans: all }) => all)),
    );
  }
  const attributesOf = ({ attributes }: OTLPSpan) =>
    Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));

  test('have a span per operation and, below it, one per call of database and object store', async () => {
    tracing = await startTracing(`${url}/v1/traces`, {});
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    await ada.keep('a value');
    const all = await spans();
    expect(received[0]!.path).toBe('/v1/traces');
    const operation = (name: string) => all.find((span) => span.name === name)!;
    const below = ({ spanId, traceId }: OTLPSpan) =>
      all.filter((span) => span.parentSpanId === spanId && span.traceId === traceId).map(({ name }) => name);
    expect(below(operation('tokenize'))).toEqual([
      'database findSession',
      'database insertTokens',
      'database appendAudit',
    ]);
    expect(below(operation('verifyStoreGrants'))).toEqual([
      'database findTokens',
      'objects head',
      'database acceptTokens',
      'database appendAudit',
    ]);
    expect(attributesOf(operation('tokenize'))).toEqual({
      'graphql.operation.type': 'mutation',
      'lunasec.request_id': expect.stringMatching(/^[\w-]{36}$/),
    });
  });

  test('go on where the caller’s trace is, with its request id', async () => {
    tracing = await startTracing(`${url}/v1/traces`, {});
    const traceId = 'a'.repeat(32);
    await tokenizer.call(
      'query { token(id: "x") { id } }',
      {},
      {
        bearer: await tokenizer.shop.applicationJWT(),
        headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01`, 'x-request-id': 'request-1' },
      },
    );
    await tokenizer.call(
      'query { token(id: "y") { id } }',
      {},
      { bearer: await tokenizer.shop.applicationJWT(), headers: { traceparent: 'nonsense' } },
    );
    const [first, second] = (await spans()).filter(({ name }) => name === 'token');
    expect(first).toMatchObject({ traceId, parentSpanId: 'b'.repeat(16), kind: 2 });
    expect(attributesOf(first!)['lunasec.request_id']).toBe('request-1');
    expect(second!.traceId).not.toBe(traceId);
  });

  test('tell that something failed, by code, and nothing of what drivers say', async () => {
    tracing = await startTracing(`${url}/v1/traces`, {});
    broken.add('findReadable');
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    await ada.frame(detokenize, { tokens: ['lunasec-00000000-0000-4000-8000-000000000000'] });
    const all = await spans();
    const failed = all.filter(({ status }) => status.code === 2);
    expect(failed.map(({ name }) => name).sort()).toEqual(['database findReadable', 'detokenize']);
    expect(attributesOf(failed[0]!)['error.type']).toBe('ECONNREFUSED');
    expect(failed.flatMap(({ events }) => events)).toEqual([]);
    expect(JSON.stringify(all)).not.toContain('secret-host');
  });

  test('hold no token, key, session, assertion, address or value', async () => {
    tracing = await startTracing(`${url}/v1/traces`, {});
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    const { input } = await encrypt('a very private value');
    const [{ upload } = { upload: null }] = await ada.tokenize([input]);
    await ada.read(input.token);
    const secrets = [
      input.token,
      input.dataKey,
      input.checksum,
      ada.sessionId,
      await ada.accessToken(),
      upload!.url,
      new URL(upload!.url).search,
      'private value',
      'Bearer',
      '/objects/',
    ];
    await spans();
    const text = received.map((it) => it.text).join();
    expect(text).toContain('"detokenize"');
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  test('follow the variables of OpenTelemetry', async () => {
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: 'tokens-eu' };
    const before = { ...process.env };
    Object.assign(process.env, variables);
    try {
      tracing = await startTracing(undefined, variables);
      await tokenizer.call('query { token(id: "x") { id } }');
      // Refused, which the audit is told.
      expect((await spans()).map(({ name }) => name)).toEqual(['database appendAudit', 'token']);
      expect(received[0]!.path).toBe('/v1/traces');
      expect(received[0]!.text).toContain('tokens-eu');
    } finally {
      process.env = before;
    }
  });

  test.each([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'x', OTEL_SDK_DISABLED: 'true' },
  ])('are not made unless asked for: %j', async (environment) => {
    expect(await startTracing(undefined, environment)).toBeUndefined();
    await tokenizer.call('query { token(id: "x") { id } }');
    expect(trace.getActiveSpan()).toBeUndefined();
    expect(received).toEqual([]);
  });

  test('that nobody takes stop nothing', async () => {
    tracing = await startTracing('http://127.0.0.1:1/v1/traces', {});
    const { errors } = await tokenizer.call('query { token(id: "x") { id } }');
    expect(errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
    await expect(tracing!.stop()).resolves.toBeUndefined();
    tracing = undefined;
  });
});
