/** @jest-environment jsdom */
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { useRef, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { LunaSecProvider, SecureForm, SecureInput, useSecureForm } from '../index.js';
import type { Problem, SecureField } from '../index.js';
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

interface Props {
  onSaved(values: Record<string, string>, event: SyntheticEvent<HTMLFormElement>): unknown;
  onProblem?(problem: Problem): void;
  onFieldProblem?(problem: Problem): void;
  names?: string[];
}

function App({ onSaved, onProblem, onFieldProblem, names = ['a', 'b'] }: Props) {
  const [values, setValues] = useState<Record<string, string>>({});
  return (
    <LunaSecProvider applicationId="demo" tokenizerURL="https://tokens.example">
      <SecureForm
        data-testid="form"
        onSubmit={(event) => onSaved(values, event)}
        {...(onProblem && { onError: onProblem })}
      >
        {names.map((name) => (
          <SecureInput
            key={name}
            name={name}
            disabled={name === 'off'}
            onError={onFieldProblem}
            onChange={({ target }) => setValues((before) => ({ ...before, [target.name]: target.value }))}
          />
        ))}
        <button>Save</button>
      </SecureForm>
    </LunaSecProvider>
  );
}

const save = () => fireEvent.click(screen.getByText('Save'));
const answerValid = async (frame: FakeFrame, valid = true) =>
  frame.send({ type: 'validated', requestId: (await frame.next('validate')).requestId, valid });
const answerToken = async (frame: FakeFrame, made: string | null) => {
  const { requestId, batch } = await frame.next('tokenize');
  frame.send({ type: 'tokenized', requestId, token: made });
  return batch as { id: string; size: number };
};

beforeEach(installFrames);
afterEach(() => {
  cleanup();
  closePorts();
});

describe('a submission', () => {
  test('stores all fields in one batch, and onSubmit sees what onChange has set', async () => {
    const onSaved = jest.fn<Props['onSaved']>();
    render(<App onSaved={onSaved} />);
    const [a, b] = [load(frameNamed('a')), load(frameNamed('b'))];
    save();
    await Promise.all([answerValid(a), answerValid(b)]);
    const batches = await Promise.all([answerToken(a, token(1)), answerToken(b, null)]);
    expect(batches[0]).toEqual(batches[1]);
    expect(batches[0]!.size).toBe(2);
    await waitFor(() => expect(onSaved).toHaveBeenCalledTimes(1));
    expect(onSaved.mock.calls[0]![0]).toEqual({ a: token(1), b: '' });
  });

  test('gives the app an event that still knows its form', async () => {
    const onSaved = jest.fn<Props['onSaved']>();
    render(<App names={[]} onSaved={onSaved} />);
    save();
    await waitFor(() => expect(onSaved).toHaveBeenCalledTimes(1));
    const event = onSaved.mock.calls[0]![1];
    expect(event.currentTarget).toBe(screen.getByTestId('form'));
    expect(() => event.preventDefault()).not.toThrow();
    expect(event.type).toBe('submit');
  });

  test('waits for every upload', async () => {
    const onSaved = jest.fn();
    render(<App onSaved={onSaved} />);
    const [a, b] = [load(frameNamed('a')), load(frameNamed('b'))];
    save();
    await Promise.all([answerValid(a), answerValid(b)]);
    await answerToken(a, token(1));
    await b.next('tokenize');
    await settle();
    expect(onSaved).not.toHaveBeenCalled();
  });

  test('leaves disabled fields out', async () => {
    const onSaved = jest.fn();
    render(<App names={['a', 'off']} onSaved={onSaved} />);
    const [a, off] = [load(frameNamed('a')), load(frameNamed('off'))];
    save();
    await answerValid(a);
    expect((await answerToken(a, token(1))).size).toBe(1);
    await waitFor(() => expect(onSaved).toHaveBeenCalledWith({ a: token(1) }, expect.anything()));
    expect(off.received.map(({ type }) => type)).not.toContain('validate');
  });

  test('ignores another one while it runs, and a promise of onSubmit is part of it', async () => {
    let finish = () => {};
    const onSaved = jest.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    render(<App names={['a']} onSaved={onSaved} />);
    const a = load(frameNamed('a'));
    save();
    save();
    await answerValid(a);
    await answerToken(a, token(1));
    await waitFor(() => expect(onSaved).toHaveBeenCalledTimes(1));
    save();
    await settle();
    expect(a.received.filter(({ type }) => type === 'validate')).toHaveLength(1);
    expect(screen.getByTestId('form').getAttribute('aria-busy')).toBe('true');
    await act(async () => finish());
    await waitFor(() => expect(screen.getByTestId('form').getAttribute('aria-busy')).toBeNull());
    save();
    await answerValid(a);
  });
});

describe('a submission that fails', () => {
  test('on an invalid field: that has the focus, nothing is stored, onSubmit does not run', async () => {
    const [onSaved, onProblem] = [jest.fn(), jest.fn()];
    render(<App onSaved={onSaved} onProblem={onProblem} />);
    const [a, b] = [load(frameNamed('a')), load(frameNamed('b'))];
    save();
    await Promise.all([answerValid(a), answerValid(b, false)]);
    await waitFor(() =>
      expect(onProblem).toHaveBeenCalledWith(expect.objectContaining({ code: 'VALIDATION_FAILED' })),
    );
    b.send(emptyState);
    expect(await b.next('command')).toEqual({ type: 'command', command: 'focus' });
    expect(a.received.map(({ type }) => type)).not.toContain('tokenize');
    expect(onSaved).not.toHaveBeenCalled();
  });

  test('on an upload: form and field are told, onChange and onSubmit do not run, and it can be tried again', async () => {
    const [onSaved, onProblem, onFieldProblem] = [jest.fn(), jest.fn(), jest.fn()];
    render(<App onSaved={onSaved} onProblem={onProblem} onFieldProblem={onFieldProblem} />);
    const [a, b] = [load(frameNamed('a')), load(frameNamed('b'))];
    save();
    await Promise.all([answerValid(a), answerValid(b)]);
    await answerToken(a, token(1));
    const problem = { code: 'UNAVAILABLE', message: 'later' };
    b.send({ type: 'failed', requestId: (await b.next('tokenize')).requestId, problem });
    await waitFor(() => expect(onProblem).toHaveBeenCalledWith(problem));
    expect(onFieldProblem).toHaveBeenCalledTimes(1);
    expect(onSaved).not.toHaveBeenCalled();

    save();
    await Promise.all([answerValid(a), answerValid(b)]);
    await Promise.all([answerToken(a, token(1)), answerToken(b, token(2))]);
    await waitFor(() => expect(onSaved).toHaveBeenCalledTimes(1));
    expect(onSaved.mock.calls[0]![0]).toEqual({ a: token(1), b: token(2) });
  });

  test('when the form is gone before it ends: nobody is called', async () => {
    const [onSaved, onProblem] = [jest.fn(), jest.fn()];
    const { unmount } = render(<App onSaved={onSaved} onProblem={onProblem} />);
    const a = load(frameNamed('a'));
    save();
    await a.next('validate');
    unmount();
    await settle();
    expect(onSaved).not.toHaveBeenCalled();
    expect(onProblem).not.toHaveBeenCalled();
  });
});

test('Enter in a field presses the submit button', async () => {
  const onSaved = jest.fn();
  render(<App names={['a']} onSaved={onSaved} />);
  const a = load(frameNamed('a'));
  a.send({ type: 'submit' });
  await answerValid(a);
  await answerToken(a, token(1));
  await waitFor(() => expect(onSaved).toHaveBeenCalledTimes(1));
});

test('Enter does nothing while that button is disabled', async () => {
  render(<App names={['a']} onSaved={() => {}} />);
  (screen.getByText('Save') as HTMLButtonElement).disabled = true;
  const a = load(frameNamed('a'));
  a.send({ type: 'submit' });
  await settle();
  expect(a.received.map(({ type }) => type)).not.toContain('validate');
});

test('useSecureForm stores fields outside a form, in one batch', async () => {
  const stored = jest.fn();
  function Outside() {
    const [one, two] = [useRef<SecureField>(null), useRef<SecureField>(null)];
    const { tokenize, pending } = useSecureForm();
    return (
      <>
        <SecureInput name="one" ref={one} />
        <SecureInput name="two" ref={two} />
        <button disabled={pending} onClick={() => void tokenize([one.current!, two.current!]).then(stored)}>
          Save
        </button>
      </>
    );
  }
  render(
    <LunaSecProvider applicationId="demo" tokenizerURL="https://tokens.example">
      <Outside />
    </LunaSecProvider>,
  );
  const frames = [load(frameNamed('one')), load(frameNamed('two'))];
  save();
  expect((screen.getByText('Save') as HTMLButtonElement).disabled).toBe(true);
  await Promise.all(frames.map((frame) => answerValid(frame)));
  const batches = await Promise.all(frames.map((frame, index) => answerToken(frame, token(index))));
  expect(batches[0]).toEqual(batches[1]);
  await waitFor(() => expect(stored).toHaveBeenCalledWith([token(0), token(1)]));
  await waitFor(() => expect((screen.getByText('Save') as HTMLButtonElement).disabled).toBe(false));
});
