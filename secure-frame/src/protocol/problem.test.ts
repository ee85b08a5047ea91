import { expect, test } from '@jest/globals';
import { problem } from './messages.js';
import { ProblemError, toProblem } from './problem.js';

test('a problem that was thrown keeps its code and message', () => {
  expect(toProblem(new ProblemError('TOO_LARGE', 'Too long.'))).toEqual({
    code: 'TOO_LARGE',
    message: 'Too long.',
  });
});

test('nothing of any other error goes to a page', () => {
  for (const error of [
    new TypeError('078-05-1120'),
    '078-05-1120',
    { code: 'TOO_LARGE', message: '078-05-1120' },
  ]) {
    expect(toProblem(error).code).toBe('UNAVAILABLE');
    expect(toProblem(error).message).not.toContain('078');
  }
});

test('however long its message, a message between windows can carry it', () => {
  const carried = problem(toProblem(new ProblemError('BAD_USER_INPUT', 'x'.repeat(100_000))));
  expect(carried).toMatchObject({ code: 'BAD_USER_INPUT' });
});
