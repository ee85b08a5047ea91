import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import express from 'express';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { actAs, createSession, encrypt, startTestTokenizer } from '../test-support/tokenizer.js';
import type { Actor, TestTokenizer } from '../test-support/tokenizer.js';
import { addressOf, listen } from './listen.js';
import { securityHeaders } from './security-headers.js';

/** What a server answers to bytes that no HTTP client would send, until it closes the connection. */
function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket
      .setEncoding('utf8')
      .setTimeout(10_000, () => socket.destroy(new Error(`Nothing more came after: ${answer.slice(0, 200)}`)))
      .on('data', (chunk: string) => (answer += chunk))
      .on('close', () => resolve(answer))
      .on('error', reject);
  });
}

const statusesOf = (answer: string) => [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, code]) => code);

describe('at the edge of the tokenizer', () => {
  let tokenizer: TestTokenizer;
  let ada: Actor;
  const lines: string[] = [];

  beforeAll(async () => {
    tokenizer = await startTestTokenizer({
      environment: { NODE_ENV: 'production' },
      config: { rates: { createSession: 2 } },
      logTo: { write: (line) => void lines.push(line) },
    });
    ada = actAs(tokenizer, tokenizer.shop, 'ada');
  });
  afterAll(() => tokenizer.close());

  const query = JSON.stringify({ query: '{ __typename }' });
  const head =
    'POST /graphql HTTP/1.1\r\nHost: tokens\r\nContent-Type: application/json\r\nConnection: close\r\n';

  describe('a request whose end is unclear is refused, and nothing after it is taken for another', () => {
    const hidden = 'GET /healthz HTTP/1.1\r\nHost: tokens\r\nConnection: close\r\n\r\n';
    const chunked = `${query.length.toString(16)}\r\n${query}\r\n0\r\n\r\n`;

    test.each([
      ['both a length and chunks', `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`],
      ['two lengths', `Content-Length: ${query.length}\r\nContent-Length: 1\r\n\r\n${query}`],
      ['a length with a sign', `Content-Length: +${query.length}\r\n\r\n${query}`],
      ['an encoding after chunks', `Transfer-Encoding: chunked, identity\r\n\r\n${chunked}`],
      ['an encoding that is nearly chunked', `Transfer-Encoding: xchunked\r\n\r\n${chunked}`],
      ['a space before the colon', `Transfer-Encoding : chunked\r\n\r\n${chunked}`],
      ['a line that is folded', `X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n${chunked}`],
      ['a bare line feed between headers', `X: a\nTransfer-Encoding: chunked\r\n\r\n${chunked}`],
    ])('%s', async (_, rest) => {
      expect(statusesOf(await raw(tokenizer.url, head + rest + hidden))).toEqual(['400']);
    });

    test.each([
      ['a length', `Content-Length: ${query.length}\r\n\r\n${query}`],
      ['chunks', `Transfer-Encoding: chunked\r\n\r\n${chunked}`],
    ])('(one with %s is answered)', async (_, rest) => {
      expect(statusesOf(await raw(tokenizer.url, head + rest))).toEqual(['200']);
    });
  });

  test.each(['TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND'])('%s does nothing anywhere', async (method) => {
    for (const path of ['/graphql', '/frame/element?application=shop', '/frame/assets/x.js', '/healthz']) {
      const request = `${method} ${path} HTTP/1.1\r\nHost: tokens\r\nX-Probe: seen\r\nConnection: close\r\n\r\n`;
      const answer = await raw(tokenizer.url, request);
      expect([path, ...statusesOf(answer)]).toEqual([path, expect.stringMatching(/^40[45]$/)]);
      expect(answer).not.toContain('seen');
    }
  });

  test('every answer with a body says what it is, and in which characters', async () => {
    const page = await (await fetch(`${tokenizer.url}/frame/element?application=shop`)).text();
    const [script] = /\/frame\/assets\/[^"]+\.js/.exec(page)!;
    const [style] = /\/frame\/assets\/[^"]+\.css/.exec(page)!;
    const typeOf = async (response: Promise<Response> | Response) => {
      const { headers, body } = await response;
      await body?.cancel();
      return headers.get('content-type');
    };
    const get = (path: string) => fetch(tokenizer.url + path);
    expect(await typeOf(tokenizer.post({ query: '{ __typename }' }))).toBe('application/json; charset=utf-8');
    expect(await typeOf(tokenizer.post('no JSON'))).toBe('application/json; charset=utf-8');
    expect(await typeOf(get('/graphql'))).toBe('application/json; charset=utf-8');
    expect(await typeOf(get('/nowhere'))).toBe('application/json; charset=utf-8');
    expect(await typeOf(get('/healthz'))).toBe('application/json; charset=utf-8');
    expect(await typeOf(get('/frame/element?application=shop'))).toBe('text/html; charset=utf-8');
    expect(await typeOf(get(script))).toMatch(/^text\/javascript; charset=utf-8$/i);
    expect(await typeOf(get(style))).toMatch(/^text\/css; charset=utf-8$/i);
    expect(await typeOf(fetch(tokenizer.running.metricsURL!))).toMatch(/^text\/plain;.*charset=utf-8/);
  });

  test('metrics can do nothing in a browser either', async () => {
    const { headers } = await fetch(tokenizer.running.metricsURL!);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'; frame-ancestors 'none'"),
      'x-content-type-options': 'nosniff',
    });
    const elsewhere = await fetch(tokenizer.running.metricsURL!.replace('/metrics', '/'));
    expect([elsewhere.status, elsewhere.headers.get('x-content-type-options')]).toEqual([404, 'nosniff']);
  });

  test.each([
    ['an application', { applicationId: 'other' }],
    ['a session', { sessionId: 'A'.repeat(43) }],
    ['a state', { status: 'accepted', acceptedAt: '2030-01-01T00:00:00Z' }],
    ['a place in the object store', { objectKey: 'other/x' }],
  ])('nobody sets %s with an input that has no such field', async (_, more) => {
    const { input } = await encrypt('value');
    const response = await tokenizer.post(
      {
        query: 'mutation ($inputs: [TokenizeInput!]!) { tokenize(inputs: $inputs) { token } }',
        variables: { inputs: [{ ...input, ...more }] },
      },
      { authorization: `Bearer ${await ada.accessToken()}` },
    );
    expect(response.status).toBe(400);
    const answer = await ada.server<{ token: unknown }>('query ($id: ID!) { token(id: $id) { id } }', {
      id: input.token,
    });
    expect(answer.data).toEqual({ token: null });
  });

  test('without proxies in front, nobody gets past a limit with an address of their choice', async () => {
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 4; i++) {
      const headers = {
        'x-forwarded-for': `203.0.113.${i}`,
        forwarded: `for=203.0.113.${i}`,
        'x-real-ip': `203.0.113.${i}`,
      };
      const answer = await tokenizer.call(createSession, { assertion: 'none' }, { headers });
      codes.push(answer.errors?.[0]?.extensions.code);
    }
    expect(codes.at(-1)).toBe('RATE_LIMITED');
  });

  test('a request makes one line of JSON in the log, whatever its address holds', async () => {
    const forged = '{"level":30,"msg":"all is well"}';
    lines.length = 0;
    await fetch(`${tokenizer.url}/x%0A${encodeURIComponent(forged)}%0d%0a`, {
      headers: { 'x-request-id': `\t${forged}` },
    });
    const about = lines.filter((line) => line.includes('"path":"/x'));
    expect(about).toHaveLength(1);
    expect(about[0]).toMatch(/^[^\n]*\n$/);
    expect(lines.filter((line) => /all(%20| )is(%20| )well/.test(line))).toEqual([]);
    const entry = JSON.parse(about[0]!) as { time: number; req: { id: string } };
    expect(entry.req.id).toMatch(/^[\w-]{36}$/);
    expect(new Date(entry.time).getTime()).toBeGreaterThan(Date.now() - 60_000);
  });
});

test('over TLS, browsers are told to use nothing else for two years, for names below its own as well', async () => {
  const served = async (isHTTPS: boolean) => {
    const server = createServer(express().use(securityHeaders({ isHTTPS })));
    await listen(server, { host: '127.0.0.1', port: 0 });
    const { headers, body } = await fetch(addressOf(server.address() as AddressInfo));
    await body?.cancel();
    await new Promise((resolve) => server.close(resolve));
    return headers.get('strict-transport-security');
  };
  expect(await served(true)).toBe('max-age=63072000; includeSubDomains');
  expect(await served(false)).toBeNull();
});
