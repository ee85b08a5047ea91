/** @jest-environment jsdom */
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createRef, Suspense } from 'react';
import { SecureForm, SecureInput, SecureTextArea, useSecureField, useSecureText } from '../index.js';
import type { SecureField } from '../index.js';
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

beforeEach(installFrames);
afterEach(() => {
  cleanup();
  closePorts();
});

const typed = { ...emptyState, filled: true, dirty: true };
const types = (messages: Record<string, unknown>[]) => messages.map(({ type, command }) => command ?? type);

describe('what a field is told', () => {
  test('all that its frame knows goes there, under the names of HTML; nothing else does', async () => {
    show(
      <SecureInput
        name="f"
        type="tel"
        min={1}
        max="9"
        step={0.5}
        mask="###"
        conceal={4}
        revealable
        copyable
        hideAfter={30}
        labels={{ reveal: 'Zeigen' }}
        autoCapitalize="off"
        enterKeyHint="next"
        data-test="x"
        className="control"
        onChange={() => {}}
        {...{ value: 'secret', children: 'secret' }}
      />,
    );
    const { attributes } = await load(frameNamed('f')).next('configure');
    expect(attributes).toMatchObject({
      type: 'tel',
      min: '1',
      max: '9',
      step: '0.5',
      mask: '###',
      conceal: 4,
      revealable: true,
      copyable: true,
      hideAfter: 30,
      labels: { reveal: 'Zeigen' },
      autoCapitalize: 'off',
      enterKeyHint: 'next',
      disabled: false,
    });
    expect(Object.keys(attributes as object)).not.toEqual(
      expect.arrayContaining(['name', 'className', 'onChange']),
    );
  });

  test('a text area: twin and frame have its lines, and it grows as the frame asks', async () => {
    show(<SecureTextArea name="f" rows={2} cols={30} maxRows={6} />);
    const twin = document.querySelector('textarea')!;
    expect([twin.rows, twin.cols]).toEqual([2, 30]);
    const frame = load(frameNamed('f'));
    expect((await frame.next('configure')).attributes).toMatchObject({ rows: 2, maxRows: 6 });
    frame.send({ ...emptyState, rows: 4 });
    await waitFor(() => expect(twin.rows).toBe(4));
  });

  test('autoFocus puts the focus into it once it is there', async () => {
    show(<SecureInput name="f" autoFocus />);
    const frame = load(frameNamed('f'));
    frame.send(emptyState);
    expect((await frame.next('command')).command).toBe('focus');
  });

  test('the texts that describe it, as they change; what is wrong only while it is invalid', async () => {
    const page = (invalid: boolean) => (
      <>
        <p id="hint">Nine digits</p>
        <p id="error" />
        <SecureInput
          name="f"
          aria-describedby="hint"
          aria-errormessage="error"
          aria-invalid={invalid || undefined}
        />
      </>
    );
    const { rerender } = show(page(false));
    const frame = load(frameNamed('f'));
    expect((await frame.next('configure')).attributes).toMatchObject({ ariaDescription: 'Nine digits' });
    // Not through React: the field does not render again.
    document.querySelector('#hint')!.textContent = 'Nine digits, please';
    expect((await frame.next('configure')).attributes).toMatchObject({
      ariaDescription: 'Nine digits, please',
    });
    rerender(page(true));
    expect((await frame.next('configure')).attributes).toMatchObject({ ariaInvalid: true });
    document.querySelector('#error')!.textContent = 'Too short.';
    expect((await frame.next('configure')).attributes).toMatchObject({
      ariaDescription: 'Nine digits, please Too short.',
    });
  });

  test('a title describes it, and hides with hidden', async () => {
    show(<SecureInput name="f" title="As on the card" hidden />);
    expect((await load(frameNamed('f')).next('configure')).attributes).toMatchObject({
      ariaDescription: 'As on the card',
    });
    expect(document.querySelector<HTMLElement>('[data-lunasec]')!.hidden).toBe(true);
  });
});

test('onValidate says which constraint is broken', async () => {
  const told = jest.fn();
  show(<SecureInput name="f" onValidate={told} />);
  const frame = load(frameNamed('f'));
  frame.send(emptyState);
  frame.send({ ...emptyState, valid: false, invalid: 'VALUE_MISSING' });
  frame.send({ ...emptyState, valid: false, invalid: 'VALUE_MISSING', focused: true });
  frame.send({ ...emptyState, valid: false, invalid: 'TOO_SHORT' });
  await waitFor(() =>
    expect(told.mock.calls).toEqual([
      [true, null],
      [false, 'VALUE_MISSING'],
      [false, 'TOO_SHORT'],
    ]),
  );
});

describe('a token that the app takes back', () => {
  const start = async () => {
    const view = show(<SecureInput name="f" token={token(1)} />);
    const frame = load(frameNamed('f'));
    frame.send(typed);
    await frame.next('show');
    await settle();
    return { ...view, frame };
  };

  test('null: what was typed over it goes too', async () => {
    const { rerender, frame } = await start();
    rerender(<SecureInput name="f" token={null} />);
    expect((await frame.next('command')).command).toBe('reset');
    expect(await frame.next('show')).toEqual({ type: 'show', token: null });
  });

  test('undefined, as while data is loading: what was typed stays', async () => {
    const { rerender, frame } = await start();
    rerender(<SecureInput name="f" token={undefined} />);
    expect(await frame.next('show')).toEqual({ type: 'show', token: null });
    expect(types(frame.received)).not.toContain('reset');
  });

  test('a field that never had one keeps what is typed', async () => {
    const { rerender } = show(<SecureInput name="f" token={undefined} />);
    const frame = load(frameNamed('f'));
    frame.send(typed);
    await settle();
    rerender(<SecureInput name="f" token={null} />);
    rerender(<SecureInput name="f" token="" />);
    await settle();
    expect(types(frame.received)).not.toContain('reset');
  });
});

describe('a reset of the form', () => {
  test('clears a field, and shows the token again that it was given', async () => {
    const reset = jest.fn();
    show(
      <SecureForm onReset={reset}>
        <SecureInput name="a" />
        <SecureInput name="b" token={token(1)} />
        <button type="reset">Reset</button>
      </SecureForm>,
    );
    const [a, b] = [load(frameNamed('a')), load(frameNamed('b'))];
    await b.next('show');
    for (const frame of [a, b]) frame.send(typed);
    await settle();
    fireEvent.click(screen.getByText('Reset'));
    expect((await a.next('command')).command).toBe('reset');
    expect((await b.next('command')).command).toBe('reset');
    expect(await b.next('show')).toEqual({ type: 'show', token: token(1) });
    expect(reset).toHaveBeenCalledTimes(1);
  });

  test('of another form, or one that the app prevents, changes nothing', async () => {
    show(
      <>
        <SecureForm onReset={(event) => event.preventDefault()} data-testid="own">
          <SecureInput name="f" />
        </SecureForm>
        <form data-testid="other" />
      </>,
    );
    const frame = load(frameNamed('f'));
    frame.send(typed);
    await settle();
    for (const id of ['own', 'other']) screen.getByTestId<HTMLFormElement>(id).reset();
    await settle();
    expect(types(frame.received)).not.toContain('reset');
  });
});

test('a field that is loaded again, because it was moved, says that what was typed is lost', async () => {
  const failed = jest.fn();
  show(<SecureInput name="f" onError={failed} />);
  const frame = load(frameNamed('f'));
  frame.send(emptyState);
  await settle();
  load(frameNamed('f')).send(typed);
  await settle();
  expect(failed).not.toHaveBeenCalled();
  load(frameNamed('f'));
  expect(failed).toHaveBeenCalledWith(
    expect.objectContaining({ code: 'UNAVAILABLE', message: expect.stringContaining('lost') }),
    { refresh: undefined },
  );
});

test('a ref selects, resets and says when it is not mounted', async () => {
  const ref = createRef<SecureField>();
  const { unmount } = show(<SecureInput name="f" ref={ref} />);
  const field = ref.current!;
  const frame = load(frameNamed('f'));
  frame.send(emptyState);
  await settle();
  field.select();
  expect((await frame.next('command')).command).toBe('select');
  field.reset();
  expect((await frame.next('command')).command).toBe('reset');
  unmount();
  await expect(field.validate()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(() => field.focus()).not.toThrow();
});

test('a suspense that hides a field keeps its frame, and shows it in its place again', async () => {
  let resume = () => {};
  let suspended: Promise<void> | undefined;
  function Slow({ slow }: { slow: boolean }) {
    if (slow) {
      suspended ??= new Promise<void>((resolve) => {
        resume = () => {
          suspended = Promise.resolve();
          resolve();
        };
      });
      if (!isDone) throw suspended;
    }
    return <i>ready</i>;
  }
  let isDone = false;
  const page = (slow: boolean) => (
    <Suspense fallback={<b>waiting</b>}>
      <SecureInput name="f" className="control" />
      <Slow slow={slow} />
    </Suspense>
  );
  const { rerender } = show(page(false));
  const frame = frameNamed('f');
  const host = frame.parentElement!;
  const fake = load(frame);
  fake.send(typed);
  await waitFor(() => expect(frame.style.visibility).toBe('inherit'));
  const display = host.style.display;
  rerender(page(true));
  await screen.findByText('waiting');
  expect(host.style.display).toBe('none');
  // A change of the look meanwhile does not bring it back.
  act(() => void window.dispatchEvent(new Event('resize')));
  await new Promise((resolve) => requestAnimationFrame(resolve));
  expect(host.style.display).toBe('none');
  await act(async () => {
    isDone = true;
    resume();
  });
  await waitFor(() => expect(screen.queryByText('waiting')).toBeNull());
  expect(frameNamed('f')).toBe(frame);
  expect(host.style.display).toBe(display);
  expect(types(fake.received).filter((type) => type === 'configure')).toHaveLength(1);
});

describe('in markup of one’s own', () => {
  function Own() {
    const { hostProps, twinProps, field, state } = useSecureField<HTMLInputElement, HTMLDivElement>('input', {
      name: 'f',
      className: 'control',
      'aria-label': 'Own',
    });
    return (
      <>
        <div {...hostProps}>
          <input {...twinProps} />
        </div>
        <output>{`${state.filled} ${state.invalid}`}</output>
        <button onClick={() => field.clear()}>Clear</button>
      </>
    );
  }

  test('a field has its frame, tells its state and is driven', async () => {
    show(<Own />);
    const frame = load(frameNamed('Own'));
    screen.getByText('false null');
    frame.send({ ...typed, valid: false, invalid: 'TOO_SHORT' });
    await screen.findByText('true TOO_SHORT');
    fireEvent.click(screen.getByText('Clear'));
    expect((await frame.next('command')).command).toBe('clear');
    expect(document.querySelector('input')!.className).toBe('control');
  });

  test('a text is shown, and says why it is not', async () => {
    function OwnText() {
      const { hostProps, problem, retry } = useSecureText<HTMLDivElement>('paragraph', {
        token: token(1),
        'aria-label': 'Own',
      });
      return (
        <>
          <div {...hostProps} />
          {problem && <button onClick={retry}>{problem.code}</button>}
        </>
      );
    }
    show(<OwnText />);
    const frame = load(frameNamed('Own'));
    await frame.next('show');
    frame.send({ type: 'problem', problem: { code: 'READ_GRANT_MISSING', message: '' } });
    frame.send({ ...emptyState, shown: 'failed' });
    fireEvent.click(await screen.findByText('READ_GRANT_MISSING'));
    expect((await frame.next('show')).token).toBe(token(1));
  });
});
