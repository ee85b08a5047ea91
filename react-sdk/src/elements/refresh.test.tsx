/** @jest-environment jsdom */
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { SecureInput, SecureParagraph } from '../index.js';
import type { Problem, ProblemHelp } from '../index.js';
import { show } from '../test-support/app.js';
import {
  closePorts,
  emptyState,
  frameNamed,
  installFrames,
  load,
  settle,
  token,
} from '../test-support/frames.js';
import type { FakeFrame } from '../test-support/frames.js';

beforeEach(installFrames);
afterEach(() => {
  cleanup();
  closePorts();
});

const fail = (frame: FakeFrame, code = 'READ_GRANT_MISSING') => {
  frame.send({ type: 'problem', problem: { code, message: '' } });
  frame.send({ ...emptyState, shown: 'failed' });
};
const refreshAtOnce = (_problem: Problem, { refresh }: ProblemHelp) => void refresh?.();

describe('a read grant that is missing', () => {
  test.each(['READ_GRANT_MISSING', 'GRANT_EXPIRED'])(
    '%s: the app asks for its data once for all elements, and each shows its token again',
    async (code) => {
      let answer = () => {};
      const refresh = jest.fn(() => new Promise<void>((resolve) => (answer = resolve)));
      show(
        <>
          <SecureParagraph token={token(1)} aria-label="one" onError={refreshAtOnce} />
          <SecureParagraph token={token(2)} aria-label="two" onError={refreshAtOnce} />
          <SecureInput token={token(3)} name="three" onError={refreshAtOnce} />
        </>,
        refresh,
      );
      const controller = load(document.querySelector<HTMLIFrameElement>('[name=lunasec-controller]')!);
      await controller.next('prefetch');
      const frames = ['one', 'two', 'three'].map((name) => load(frameNamed(name)));
      for (const frame of frames) {
        await frame.next('show');
        fail(frame, code);
        await settle();
      }
      expect(refresh).toHaveBeenCalledTimes(1);
      expect(frames.map(({ received }) => received.filter(({ type }) => type === 'show').length)).toEqual([
        1, 1, 1,
      ]);
      answer();
      for (const frame of frames) await frame.next('show');
      expect((await controller.next('prefetch')).tokens).toEqual([token(1), token(2), token(3)]);
    },
  );

  test('one that is told only when that is over is not asked for again either', async () => {
    const refresh = jest.fn();
    show(
      <>
        <SecureParagraph token={token(1)} aria-label="one" onError={refreshAtOnce} />
        <SecureParagraph token={token(2)} aria-label="two" onError={refreshAtOnce} />
      </>,
      refresh,
    );
    const [one, two] = [load(frameNamed('one')), load(frameNamed('two'))];
    await Promise.all([one.next('show'), two.next('show')]);
    fail(one);
    await one.next('show');
    fail(two);
    await two.next('show');
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  test('twice in a row for one token: then there is no help, so that nothing goes round in circles', async () => {
    const [refresh, told] = [jest.fn(), jest.fn(refreshAtOnce)];
    const { rerender } = show(<SecureParagraph token={token(1)} aria-label="one" onError={told} />, refresh);
    const one = load(frameNamed('one'));
    await one.next('show');
    fail(one);
    await one.next('show');
    fail(one);
    await waitFor(() => expect(told).toHaveBeenCalledTimes(2));
    expect(told.mock.calls[1]![1].refresh).toBeUndefined();
    expect(refresh).toHaveBeenCalledTimes(1);

    // Another token is another matter.
    rerender(<SecureParagraph token={token(2)} aria-label="one" onError={told} />);
    await one.next('show');
    fail(one);
    await waitFor(() => expect(refresh).toHaveBeenCalledTimes(2));
  });

  test('once it was shown in between, it can be renewed again', async () => {
    const refresh = jest.fn();
    show(<SecureParagraph token={token(1)} aria-label="one" onError={refreshAtOnce} />, refresh);
    const one = load(frameNamed('one'));
    await one.next('show');
    for (let times = 1; times <= 2; times++) {
      fail(one);
      await one.next('show');
      await waitFor(() => expect(refresh).toHaveBeenCalledTimes(times));
      one.send({ ...emptyState, shown: 'shown', filled: true });
      await settle();
    }
  });

  test('a query that fails: the promise says so, and nothing is shown', async () => {
    const failed = jest.fn();
    show(
      <SecureParagraph
        token={token(1)}
        aria-label="one"
        onError={(_, { refresh }) => void refresh!().catch(failed)}
      />,
      () => Promise.reject(new Error('offline')),
    );
    const one = load(frameNamed('one'));
    await one.next('show');
    fail(one);
    await waitFor(() => expect(failed).toHaveBeenCalledWith(new Error('offline')));
    expect(one.received.filter(({ type }) => type === 'show')).toHaveLength(1);
  });

  test('the retry of a fallback renews it', async () => {
    const refresh = jest.fn();
    show(
      <SecureParagraph
        token={token(1)}
        aria-label="one"
        fallback={({ code }, retry) => <button onClick={retry}>{code}</button>}
      />,
      refresh,
    );
    const one = load(frameNamed('one'));
    await one.next('show');
    fail(one);
    fireEvent.click(await screen.findByText('READ_GRANT_MISSING'));
    await one.next('show');
    expect(refresh).toHaveBeenCalledTimes(1);
  });
});

test.each([
  ['another problem', 'UNAVAILABLE', () => {}],
  ['an app that did not say how', 'READ_GRANT_MISSING', undefined],
])('no help with %s', async (_name, code, refresh) => {
  const told = jest.fn();
  show(<SecureParagraph token={token(1)} aria-label="one" onError={told} />, refresh);
  const one = load(frameNamed('one'));
  fail(one, code);
  await waitFor(() => expect(told).toHaveBeenCalledWith({ code, message: '' }, { refresh: undefined }));
});
