import { expect, jest, test } from '@jest/globals';
import { createLazy } from './lazy.js';

const rounds = () => new Promise((resolve) => setTimeout(resolve));

test('is fetched once, when somebody needs it, and then there at once', async () => {
  const load = jest.fn(async () => 'part');
  const lazy = createLazy(load);
  expect(load).not.toHaveBeenCalled();
  const got: string[] = [];
  lazy.use((part) => got.push(`first ${part}`));
  lazy.use((part) => got.push(`second ${part}`));
  expect(got).toEqual([]);
  await rounds();
  lazy.use((part) => got.push(`third ${part}`));
  expect(got).toEqual(['first part', 'second part', 'third part']);
  expect(load).toHaveBeenCalledTimes(1);
});

test('who no longer needs it hears nothing', async () => {
  const lazy = createLazy(async () => 'part');
  const then = jest.fn();
  const cancel = lazy.use(then);
  cancel();
  await rounds();
  expect(then).not.toHaveBeenCalled();
});

test('a failure is told, and the next who needs it tries again', async () => {
  const load = jest.fn<() => Promise<string>>().mockRejectedValueOnce('offline').mockResolvedValue('part');
  const lazy = createLazy(load);
  const [then, fail] = [jest.fn(), jest.fn()];
  lazy.use(then, fail);
  lazy.use(then, fail);
  await rounds();
  expect(fail).toHaveBeenCalledTimes(2);
  lazy.use(then, fail);
  await rounds();
  expect(then.mock.calls).toEqual([['part']]);
  expect(fail).toHaveBeenCalledTimes(2);
});
