/** @jest-environment jsdom */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createRef, StrictMode } from 'react';
import type { ReactNode } from 'react';
import {
  LunaSecProvider,
  SecureInput,
  SecureParagraph,
  SecureSpan,
  SecureTextArea,
  useLunaSec,
} from '../index.js';
import type { SecureField, SecureText } from '../index.js';
import {
  closePorts,
  emptyState,
  frameNamed,
  installFrames,
  load,
  settle,
  token,
} from '../test-support/frames.js';

const show = (children: ReactNode) =>
  render(children, {
    wrapper: ({ children: inside }) => (
      <LunaSecProvider applicationId="demo" tokenizerURL="https://tokens.example">
        {inside}
      </LunaSecProvider>
    ),
  });
const twins = () => [...document.querySelectorAll<HTMLInputElement>('[data-lunasec]')];

beforeEach(installFrames);
afterEach(() => {
  cleanup();
  closePorts();
});

test('an element needs a provider', () => {
  jest.spyOn(console, 'error').mockImplementation(() => {});
  expect(() => render(<SecureInput />)).toThrow('LunaSecProvider');
  jest.restoreAllMocks();
});

describe('the twin of a field', () => {
  beforeEach(() => {
    show(
      <form>
        <input name="plain" defaultValue="1" />
        <SecureInput
          id="ssn"
          name="ssn"
          className="control"
          style={{ width: 50 }}
          required
          data-testid="twin"
          {...{ value: 'secret', defaultValue: 'secret' }}
        />
        <SecureTextArea name="notes" required />
      </form>,
    );
  });

  test('wears the id, classes and styles of the app', () => {
    const twin = screen.getByTestId<HTMLInputElement>('twin');
    expect(twin.id).toBe('ssn');
    expect(twin.className).toBe('control');
  });

  test('is neither seen nor reached nor read aloud', () => {
    for (const twin of twins()) {
      expect(twin.style.visibility).toBe('hidden');
      expect(twin.tabIndex).toBe(-1);
      expect(twin.getAttribute('aria-hidden')).toBe('true');
    }
  });

  test('takes no part in the form: it submits nothing and, empty, blocks nothing', () => {
    const form = document.querySelector('form')!;
    expect([...new FormData(form).keys()]).toEqual(['plain']);
    expect(form.checkValidity()).toBe(true);
    expect(twins().map((twin) => twin.form)).toEqual([null, null]);
  });

  test('never holds a value: not from props, not from a password manager', () => {
    for (const twin of twins()) {
      expect(twin.value).toBe('');
      fireEvent.input(twin, { target: { value: 'filled in' } });
      expect(twin.value).toBe('');
    }
  });
});

describe('a field', () => {
  test('tells the frame what it is', async () => {
    show(
      <SecureInput
        type="email"
        name="mail"
        placeholder="you@example.org"
        required
        maxLength={5}
        min={1}
        pattern=".+"
        validator="Email"
        aria-label="E-mail"
      />,
    );
    const { attributes, ...rest } = await load(frameNamed('E-mail')).next('configure');
    expect(rest).toEqual({ type: 'configure', kind: 'input', validator: 'Email' });
    expect(attributes).toEqual({
      type: 'email',
      placeholder: 'you@example.org',
      required: true,
      disabled: false,
      maxLength: 5,
      min: '1',
      pattern: '.+',
      ariaLabel: 'E-mail',
    });
  });

  test('is named by its label, and a click on that puts the focus into the frame', async () => {
    show(
      <>
        <label htmlFor="ssn">National id</label>
        <SecureInput id="ssn" placeholder="000" />
      </>,
    );
    const frame = load(frameNamed('National id'));
    expect((await frame.next('configure')).attributes).toMatchObject({ ariaLabel: 'National id' });
    frame.send(emptyState);
    fireEvent.click(screen.getByText('National id'));
    expect(await frame.next('command')).toEqual({ type: 'command', command: 'focus' });
  });

  test('is disabled by a fieldset around it', async () => {
    show(
      <fieldset disabled>
        <SecureInput name="f" />
      </fieldset>,
    );
    expect((await load(frameNamed('f')).next('configure')).attributes).toMatchObject({ disabled: true });
  });

  test('passes new attributes on to the same frame', async () => {
    const { rerender } = show(<SecureInput name="f" />);
    const frame = frameNamed('f');
    const fake = load(frame);
    await fake.next('configure');
    rerender(<SecureInput name="f" placeholder="new" disabled />);
    expect((await fake.next('configure')).attributes).toMatchObject({ placeholder: 'new', disabled: true });
    expect(frame.isConnected).toBe(true);
  });

  test('tells the app about focus and validity, and shows its states to style sheets', async () => {
    const told: string[] = [];
    show(
      <SecureInput
        name="f"
        onFocus={({ target }) => told.push(`focus ${target.name}`)}
        onBlur={() => told.push('blur')}
        onValidate={(valid) => told.push(`valid ${valid}`)}
      />,
    );
    const fake = load(frameNamed('f'));
    const [twin] = twins();
    fake.send({ ...emptyState, focused: true });
    await waitFor(() => expect(twin!.hasAttribute('data-lunasec-focused')).toBe(true));
    fake.send({ ...emptyState, valid: false, invalid: 'TYPE_MISMATCH', filled: true });
    await waitFor(() => expect(twin!.hasAttribute('data-lunasec-invalid')).toBe(true));
    expect(twin!.hasAttribute('data-lunasec-focused')).toBe(false);
    expect(told).toEqual(['focus f', 'valid true', 'blur', 'valid false']);
  });

  test('is not seen before its look is set', async () => {
    show(<SecureInput name="f" />);
    const frame = frameNamed('f');
    expect(frame.style.visibility).toBe('hidden');
    load(frame).send(emptyState);
    await waitFor(() => expect(frame.style.visibility).toBe('inherit'));
  });

  test('is driven by a ref', async () => {
    const ref = createRef<SecureField>();
    show(<SecureTextArea name="f" ref={ref} />);
    const fake = load(frameNamed('f'));
    fake.send(emptyState);
    ref.current!.clear();
    expect(await fake.next('command')).toMatchObject({ command: 'clear' });
    const storing = ref.current!.tokenize();
    const { requestId, batch } = await fake.next('tokenize');
    expect(batch).toMatchObject({ size: 1 });
    fake.send({ type: 'tokenized', requestId, token: token(1) });
    expect(await storing).toBe(token(1));
  });
});

describe('shown text', () => {
  test('tokens of one commit are announced at once; a new token is shown in the same frame', async () => {
    const page = (first: number) => (
      <>
        <SecureParagraph token={token(first)} aria-label="one" />
        <SecureSpan token={token(2)} aria-label="two" />
        <SecureInput token={token(3)} name="three" />
        <SecureParagraph token={null} aria-label="none" />
      </>
    );
    const { rerender } = show(page(1));
    const controller = load(document.querySelector<HTMLIFrameElement>('[name=lunasec-controller]')!);
    expect((await controller.next('prefetch')).tokens).toEqual([token(1), token(2), token(3)]);
    const one = load(frameNamed('one'));
    expect((await one.next('show')).token).toBe(token(1));
    rerender(page(4));
    expect((await one.next('show')).token).toBe(token(4));
    expect((await controller.next('prefetch')).tokens).toEqual([token(4)]);
  });

  test('a problem reaches the app, and the fallback stands in until it is solved', async () => {
    const failed = jest.fn();
    const ref = createRef<SecureText>();
    show(
      <SecureParagraph
        ref={ref}
        token={token(1)}
        aria-label="text"
        onError={failed}
        fallback={({ code }, retry) => <button onClick={retry}>{code}</button>}
      />,
    );
    const fake = load(frameNamed('text'));
    await fake.next('show');
    const problem = { code: 'READ_GRANT_MISSING', message: 'no' };
    fake.send({ type: 'problem', problem });
    fake.send({ ...emptyState, shown: 'failed' });
    const button = await screen.findByText('READ_GRANT_MISSING');
    expect(failed).toHaveBeenCalledWith(problem, { refresh: undefined });
    expect(document.querySelector('p')!.style.display).toBe('none');
    fireEvent.click(button);
    await fake.next('show');
    fake.send({ ...emptyState, shown: 'loading' });
    await waitFor(() => expect(screen.queryByText('READ_GRANT_MISSING')).toBeNull());
    expect(document.querySelector('p')!.style.display).toBe('');
  });
});

test('StrictMode: one controller, one frame for each element, each token announced once', async () => {
  show(
    <StrictMode>
      <SecureParagraph token={token(1)} aria-label="text" />
    </StrictMode>,
  );
  expect(document.querySelectorAll('iframe')).toHaveLength(2);
  const controller = load(document.querySelector<HTMLIFrameElement>('[name=lunasec-controller]')!);
  expect((await controller.next('prefetch')).tokens).toEqual([token(1)]);
  expect((await load(frameNamed('text')).next('show')).token).toBe(token(1));
});

test('unmounted, nothing is left in the document', () => {
  const { unmount } = show(<SecureInput name="f" />);
  unmount();
  expect(document.querySelectorAll('iframe')).toHaveLength(0);
});

test('useLunaSec gives the session', async () => {
  function Session() {
    return <output>{useLunaSec().session.state}</output>;
  }
  show(<Session />);
  screen.getByText('connecting');
  load(document.querySelector('iframe')!).send({ type: 'session', state: 'active' });
  await screen.findByText('active');
  await settle();
});
