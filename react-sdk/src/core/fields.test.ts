import { ProblemError } from '@lunasec/secure-frame/protocol';
import { describe, expect, jest, test } from '@jest/globals';
import { storeFields } from './fields.js';

const field = (valid = true, token: string | Error | null = 'token') => ({
  focus: jest.fn(),
  failed: jest.fn(),
  validate: jest.fn(async () => valid),
  tokenize: jest.fn(async (_batch?: { id: string; size: number }) => {
    if (token instanceof Error) throw token;
    return token;
  }),
});

describe('storing fields', () => {
  test('is one batch: one id, the number of fields, the tokens in order', async () => {
    const fields = [field(true, 'a'), field(true, null), field(true, 'c')];
    expect(await storeFields(fields)).toEqual(['a', null, 'c']);
    const batches = fields.map(({ tokenize }) => tokenize.mock.calls[0]![0]!);
    expect(batches.map(({ size }) => size)).toEqual([3, 3, 3]);
    expect(new Set(batches.map(({ id }) => id)).size).toBe(1);
  });

  test('is another batch each time', async () => {
    const one = field();
    await storeFields([one]);
    await storeFields([one]);
    const [first, second] = one.tokenize.mock.calls.map(([batch]) => batch!.id);
    expect(first).not.toBe(second);
  });

  test('an invalid one: nothing is stored, and the first invalid one has the focus', async () => {
    const fields = [field(), field(false), field(false)];
    await expect(storeFields(fields)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(fields.map(({ focus }) => focus.mock.calls.length)).toEqual([0, 1, 0]);
    expect(fields.every(({ tokenize }) => tokenize.mock.calls.length === 0)).toBe(true);
  });

  test('a failure: waits for the others, tells the field its own, throws the first', async () => {
    const fields = [
      field(),
      field(true, new ProblemError('TOO_LARGE', 'Too long')),
      field(true, new Error('not for the app')),
    ];
    await expect(storeFields(fields)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(fields[1]!.failed).toHaveBeenCalledWith({ code: 'TOO_LARGE', message: 'Too long' });
    expect(fields[2]!.failed).toHaveBeenCalledWith(expect.objectContaining({ code: 'UNAVAILABLE' }));
    expect(fields[0]!.failed).not.toHaveBeenCalled();
  });

  test('a frame that does not answer: nothing is stored', async () => {
    const dead = field();
    dead.validate.mockRejectedValue(new ProblemError('UNAVAILABLE', 'gone'));
    const other = field();
    await expect(storeFields([other, dead])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(other.tokenize).not.toHaveBeenCalled();
  });
});
