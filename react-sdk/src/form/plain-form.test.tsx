/** @jest-environment jsdom */
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createPortal } from 'react-dom';
import { SecureForm, SecureInput, useSecureForm } from '../index.js';
import type { Submit, SubmitHandlers } from '../index.js';
import { answerToken, answerValid, show } from '../test-support/app.js';
import { closePorts, frameNamed, installFrames, load, settle, token } from '../test-support/frames.js';

beforeEach(installFrames);
afterEach(() => {
  cleanup();
  closePorts();
});

function Plain({ onSubmit, ...handlers }: { onSubmit: Submit } & SubmitHandlers) {
  const { handleSubmit, pending } = useSecureForm();
  return (
    <>
      <form id="plain" onSubmit={(event) => void handleSubmit(onSubmit, handlers)(event)}>
        <SecureInput name="a" />
        <button disabled={pending}>Save</button>
      </form>
      <SecureInput name="b" form="plain" />
      <SecureInput name="elsewhere" />
    </>
  );
}
const save = () => fireEvent.click(screen.getByText('Save'));

describe('a form that is no SecureForm', () => {
  test('stores its fields, also one that names it from outside, and gives the app their tokens by name', async () => {
    const saved = jest.fn();
    show(<Plain onSubmit={(event, tokens) => saved(event.currentTarget.id, tokens)} />);
    const [a, b] = [load(frameNamed('a')), load(frameNamed('b'))];
    save();
    expect(screen.getByText<HTMLButtonElement>('Save').disabled).toBe(true);
    await Promise.all([answerValid(a), answerValid(b)]);
    const batches = await Promise.all([answerToken(a, token(1)), answerToken(b, null)]);
    expect(batches[0]).toMatchObject({ size: 2 });
    await waitFor(() => expect(saved).toHaveBeenCalledWith('plain', { a: token(1), b: '' }));
    await waitFor(() => expect(screen.getByText<HTMLButtonElement>('Save').disabled).toBe(false));
  });

  test('says what failed', async () => {
    const [saved, failed] = [jest.fn(), jest.fn()];
    show(<Plain onSubmit={saved} onError={failed} />);
    const [a, b] = [load(frameNamed('a')), load(frameNamed('b'))];
    save();
    await Promise.all([answerValid(a, false), answerValid(b)]);
    await waitFor(() =>
      expect(failed).toHaveBeenCalledWith(expect.objectContaining({ code: 'VALIDATION_FAILED' })),
    );
    expect(saved).not.toHaveBeenCalled();
  });

  test.each([
    ['false', false],
    ['a promise of it', Promise.resolve(false)],
  ])('stores nothing when beforeStore gives %s', async (_name, verdict) => {
    const saved = jest.fn();
    show(<Plain onSubmit={saved} beforeStore={() => verdict} />);
    const a = load(frameNamed('a'));
    save();
    await settle();
    expect(saved).not.toHaveBeenCalled();
    expect(a.received.map(({ type }) => type)).not.toContain('validate');
  });
});

test('a form in a portal inside a SecureForm is not that form', async () => {
  const [outer, inner] = [jest.fn(), jest.fn((event: { preventDefault(): void }) => event.preventDefault())];
  show(
    <SecureForm onSubmit={outer}>
      <SecureInput name="a" />
      {createPortal(
        <form onSubmit={inner}>
          <button>Inner</button>
        </form>,
        document.body,
      )}
    </SecureForm>,
  );
  fireEvent.click(screen.getByText('Inner'));
  await settle();
  expect(inner).toHaveBeenCalledTimes(1);
  expect(outer).not.toHaveBeenCalled();
});
