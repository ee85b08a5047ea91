import { expect, jest, test } from '@jest/globals';
import { observeConnection } from './connection.js';

const setUp = () => {
  const fetch = jest.fn<typeof globalThis.fetch>();
  const changes: string[] = [];
  const observed = observeConnection(fetch, (connection) => changes.push(connection));
  const call = () => observed('/', { method: 'PUT' }).catch((error: unknown) => error);
  return { fetch, changes, call };
};
const answer = (status: number) => Promise.resolve(new Response(null, { status }));

test('passes calls, answers and failures on as they are', async () => {
  const { fetch, call } = setUp();
  const response = new Response();
  fetch.mockResolvedValueOnce(response).mockRejectedValueOnce('no network');
  expect(await call()).toBe(response);
  expect(await call()).toBe('no network');
  expect(fetch.mock.calls).toEqual(Array(2).fill(['/', { method: 'PUT' }]));
});

test('tells when calls fail, and when they are answered again, once each', async () => {
  const { fetch, changes, call } = setUp();
  fetch.mockImplementation(() => answer(200));
  await call();
  expect(changes).toEqual([]);
  fetch.mockImplementation(() => Promise.reject(new TypeError('Failed to fetch')));
  await call();
  await call();
  expect(changes).toEqual(['failing']);
  fetch.mockImplementation(() => answer(503));
  await call();
  expect(changes).toEqual(['failing']);
  fetch.mockImplementation(() => answer(403));
  await call();
  expect(changes).toEqual(['failing', 'ok']);
});
