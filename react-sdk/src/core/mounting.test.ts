import { expect, jest, test } from '@jest/globals';
import { createMounting } from './mounting.js';

const start = () => {
  const close = jest.fn();
  const open = jest.fn((_place: string) => close);
  return { open, close, mount: createMounting(open) };
};

test('opened again at once in the same place it stays; elsewhere it is another one', async () => {
  const { open, close, mount } = start();
  mount('a')();
  mount('a');
  await null;
  expect([open.mock.calls.length, close.mock.calls.length]).toEqual([1, 0]);
  mount('b');
  expect(open.mock.calls).toEqual([['a'], ['b']]);
  expect(close).toHaveBeenCalledTimes(1);
});

test('left, it is closed; opened later it is another one', async () => {
  const { open, close, mount } = start();
  mount('a')();
  await null;
  expect(close).toHaveBeenCalledTimes(1);
  mount('a');
  expect(open).toHaveBeenCalledTimes(2);
});
