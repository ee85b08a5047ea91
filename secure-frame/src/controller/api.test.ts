import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ProblemError, problemCodes } from '../protocol/problem.js';
import { pass } from '../test-support/time.js';
import { downloadOf, inputOf, token, uploadOf } from '../test-support/values.js';
import { createApi } from './api.js';

type Fetch = typeof globalThis.fetch;
const answering = (body: unknown, init: ResponseInit = {}) =>
  jest.fn<Fetch>(async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), init));
const failing = (code: unknown, message: unknown = 'No.') => ({
  errors: [{ message, extensions: { code } }],
});
const session = { accessToken: 'access', expiresAt: '2030-01-01T00:15:00.000Z' };
/** How a call fails, after all of its tries. */
async function problemOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  await pass(5000);
  return outcome;
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a call', () => {
  test('is a POST to this origin, without cookies, referrer, cache or redirects', async () => {
    const fetch = answering({ data: { detokenize: [] } });
    await createApi(fetch).detokenize('access', [token(1)]);
    const [url, init] = fetch.mock.calls[0]!;
    expect(url).toBe('/graphql');
    expect(init).toMatchObject({
      method: 'POST',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      redirect: 'error',
      headers: { 'content-type': 'application/json', authorization: 'Bearer access' },
    });
    const { query, variables } = JSON.parse(init!.body as string);
    expect(query).toMatch(/^mutation\(\$tokens:\[ID!\]!\)\{detokenize\(tokens:\$tokens\)/);
    expect(variables).toEqual({ tokens: [token(1)] });
  });

  test('to make a session has no other authorization than its assertion', async () => {
    const fetch = answering({ data: { createSession: session } });
    await createApi(fetch).createSession('assertion');
    const { headers, body } = fetch.mock.calls[0]![1]!;
    expect(Object.keys(headers!)).not.toContain('authorization');
    expect(JSON.parse(body as string).variables).toEqual({ assertion: 'assertion' });
  });

  test('gives the answers of a batch', async () => {
    const upload = { token: token(1), upload: uploadOf(token(1)), problem: null };
    const problem = { token: token(2), upload: null, problem: { code: 'TOO_LARGE', message: 'No.' } };
    const tokenized = createApi(answering({ data: { tokenize: [upload, problem] } }));
    expect(await tokenized.tokenize('access', [inputOf(token(1)), inputOf(token(2))])).toEqual([
      upload,
      problem,
    ]);
    const download = { token: token(1), download: downloadOf(token(1)), problem: null };
    const detokenized = createApi(answering({ data: { detokenize: [download] } }));
    expect(await detokenized.detokenize('access', [token(1)])).toEqual([download]);
    const parts = [{ number: 1, upload: uploadOf(token(1)), problem: null }];
    const signed = answering({ data: { presignUploadParts: parts } });
    const part = { number: 1, size: 10, checksum: inputOf(token(1)).checksum };
    expect(await createApi(signed).signParts('access', token(1), [part])).toEqual(parts);
    const { query, variables } = JSON.parse(signed.mock.calls[0]![1]!.body as string);
    expect(query).toContain('presignUploadParts(token:$token,parts:$parts)');
    expect(variables).toEqual({ token: token(1), parts: [part] });
    const results = [{ token: token(1), problem: null }];
    const completed = createApi(answering({ data: { completeUploads: results } }));
    expect(await completed.completeUploads('access', [token(1)])).toEqual(results);
  });
});

describe('the lifetime of a session', () => {
  test('is told by the server’s clock alone', async () => {
    const headers = { date: 'Tue, 01 Jan 2030 00:00:00 GMT' };
    const api = createApi(answering({ data: { createSession: session } }, { headers }));
    expect(await api.createSession('assertion')).toEqual({ accessToken: 'access', lifetime: 15 * 60_000 });
  });

  test('that cannot be told is an answer that cannot be used', async () => {
    const api = createApi(answering({ data: { createSession: { ...session, expiresAt: 'soon' } } }));
    expect(await problemOf(api.createSession('assertion'))).toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('an error of the server', () => {
  test.each(problemCodes)('%s keeps its code and message', async (code) => {
    const api = createApi(answering(failing(code, 'Why.'), { status: 400 }));
    const error = await problemOf(api.createSession('assertion'));
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ code, message: 'Why.' });
  });

  test.each([
    failing('INTERNAL_SERVER_ERROR'),
    failing('VALIDATION_FAILED'),
    failing('toString'),
    failing(null, null),
    { errors: [null] },
    { errors: [{ extensions: null }] },
    { errors: ['text'] },
    { errors: [{}], data: { createSession: session } },
  ])('of no known code reads UNAVAILABLE: %j', async (body) => {
    const error = await problemOf(createApi(answering(body)).createSession('assertion'));
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.any(String) });
  });
});

test.each([
  '<html>Bad gateway</html>',
  '',
  'null',
  '[]',
  '"x"',
  '{}',
  { data: null },
  { data: 'x' },
  { data: {} },
  { errors: [] },
  { data: { createSession: null } },
  { data: { createSession: { accessToken: 1, expiresAt: session.expiresAt } } },
  { data: { createSession: { ...session, expiresAt: undefined } } },
  { data: { createSession: { ...session, accessToken: 'x'.repeat(1025) } } },
])('a malformed answer reads UNAVAILABLE: %j', async (body) => {
  const error = await problemOf(createApi(answering(body)).createSession('assertion'));
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({ code: 'UNAVAILABLE' });
});

test.each([
  { ...uploadOf(token(1)), url: 'javascript:alert(1)' },
  { ...uploadOf(token(1)), method: 'DELETE' },
  { ...uploadOf(token(1)), headers: { a: 1 } },
  { ...uploadOf(token(1)), headers: null },
])('an upload that must not be made fails the call: %j', async (upload) => {
  const body = { data: { tokenize: [{ token: token(1), upload, problem: null }] } };
  const api = createApi(answering(body));
  expect(await problemOf(api.tokenize('access', [inputOf(token(1))]))).toMatchObject({ code: 'UNAVAILABLE' });
});

describe('when the network fails', () => {
  const thenAnswering = (body: unknown) =>
    jest
      .fn<Fetch>()
      .mockRejectedValueOnce(new TypeError('Failed to fetch'))
      .mockResolvedValueOnce(new Response('Bad gateway', { status: 502 }))
      .mockResolvedValue(new Response(JSON.stringify(body)));

  test('what is safe to repeat is repeated as it was', async () => {
    const fetch = thenAnswering({ data: { tokenize: [] } });
    expect(await problemOf(createApi(fetch).tokenize('access', [inputOf(token(1))]))).toBeUndefined();
    expect(fetch).toHaveBeenCalledTimes(3);
    const bodies = fetch.mock.calls.map(([, init]) => init!.body);
    expect(new Set(bodies).size).toBe(1);
  });

  test('an assertion is not sent again', async () => {
    const fetch = thenAnswering({ data: { createSession: session } });
    expect(await problemOf(createApi(fetch).createSession('assertion'))).toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test('a tokenizer that is overloaded is not asked again before it wants to be', async () => {
    const overloaded = (retryAfter: unknown) =>
      new Response(
        JSON.stringify({ errors: [{ message: 'No.', extensions: { code: 'UNAVAILABLE', retryAfter } }] }),
        { status: 503 },
      );
    const answered = new Response(JSON.stringify({ data: { detokenize: [] } }));
    const callsAfter = async (retryAfter: unknown, milliseconds: number) => {
      const fetch = jest
        .fn<Fetch>()
        .mockResolvedValueOnce(overloaded(retryAfter))
        .mockResolvedValue(answered.clone());
      const outcome = createApi(fetch).detokenize('access', []);
      await pass(milliseconds);
      const calls = fetch.mock.calls.length;
      await pass(11_000);
      expect(await outcome).toEqual([]);
      return calls;
    };
    expect(await callsAfter(2, 1999)).toBe(1);
    expect(await callsAfter(2, 4250)).toBe(2);
    // Not for ever, and not for what is no number.
    expect(await callsAfter(3600, 4999)).toBe(1);
    expect(await callsAfter(3600, 10_250)).toBe(2);
    expect(await callsAfter('soon', 250)).toBe(2);
    expect(await callsAfter(-1, 250)).toBe(2);
  });

  test('a refusal is not repeated', async () => {
    const fetch = answering(failing('RATE_LIMITED'));
    expect(await problemOf(createApi(fetch).detokenize('access', []))).toMatchObject({
      code: 'RATE_LIMITED',
    });
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});
