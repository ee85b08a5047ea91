/** @jest-environment jsdom */
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createRef, StrictMode } from 'react';
import { SecureDownload, SecureUpload } from '../files.js';
import type { SecureFiles } from '../files.js';
import { SecureForm, SecureInput } from '../index.js';
import type { Problem, ProblemHelp, SecureText } from '../index.js';
import { answerToken, answerValid, show } from '../test-support/app.js';
import { closePorts, frameNamed, installFrames, load, settle, token } from '../test-support/frames.js';

beforeEach(installFrames);
afterEach(() => {
  cleanup();
  closePorts();
});

const state = {
  type: 'state',
  filled: false,
  valid: true,
  invalid: null,
  focused: false,
  shown: 'none',
  files: [] as object[],
  height: 80,
};
const file = { id: 1, size: 100, sent: 40, state: 'uploading', code: null };

describe('SecureUpload', () => {
  test('tells its frame what it was told, by the names of a file input', async () => {
    show(
      <fieldset disabled>
        <label htmlFor="it">Documents</label>
        <SecureUpload
          id="it"
          name="documents"
          accept=".pdf"
          multiple
          required
          maxFiles={3}
          maxSize={1000}
          preview={false}
          labels={{ choose: 'Datei wählen' }}
          lang="de"
          aria-invalid
          className="box"
          data-testid="host"
        />
      </fieldset>,
    );
    const frame = load(frameNamed('Documents'));
    expect(frameNamed('Documents').src).toBe('https://tokens.example/frame/file?application=demo');
    expect(frame.origin).toBe('https://tokens.example');
    const { kind, attributes } = await frame.next('configure');
    expect(kind).toBe('upload');
    expect(attributes).toEqual({
      accept: '.pdf',
      multiple: true,
      required: true,
      maxFiles: 3,
      maxSize: 1000,
      preview: false,
      labels: { choose: 'Datei wählen' },
      lang: 'de',
      disabled: true,
      ariaLabel: 'Documents',
      ariaInvalid: true,
    });
    expect(screen.getByTestId('host').className).toBe('box');
  });

  test('is as high as its frame says', async () => {
    show(<SecureUpload aria-label="files" />);
    const frame = load(frameNamed('files'));
    expect(frameNamed('files').style.visibility).toBe('hidden');
    frame.send({ ...state, height: 123 });
    await waitFor(() => expect(frameNamed('files').style.height).toBe('123px'));
    expect(frameNamed('files').style.visibility).toBe('visible');
  });

  test('tells the app of sizes and states, verdicts and the focus, each when it changes', async () => {
    const [onProgress, onValidate, onFocus, onBlur] = [jest.fn(), jest.fn(), jest.fn(), jest.fn()];
    show(
      <SecureUpload
        name="files"
        aria-label="files"
        data-testid="host"
        onProgress={onProgress}
        onValidate={onValidate}
        onFocus={onFocus}
        onBlur={onBlur}
      />,
    );
    const frame = load(frameNamed('files'));
    frame.send({ ...state, valid: false, invalid: 'VALUE_MISSING' });
    frame.send({ ...state, valid: false, invalid: 'VALUE_MISSING', focused: true });
    frame.send({ ...state, filled: true, files: [file] });
    await waitFor(() => expect(onProgress).toHaveBeenCalledTimes(1));
    expect(onProgress).toHaveBeenCalledWith([file]);
    expect(onValidate.mock.calls).toEqual([
      [false, 'VALUE_MISSING'],
      [true, null],
    ]);
    expect(onFocus).toHaveBeenCalledWith({ type: 'focus', target: { name: 'files' } });
    expect(onBlur).toHaveBeenCalledTimes(1);
    expect(screen.getByTestId('host').hasAttribute('data-lunasec-filled')).toBe(true);
  });

  test('a form’s submission waits for it, with the batch of its other fields', async () => {
    const [onChange, onSubmit] = [jest.fn(), jest.fn()];
    show(
      <SecureForm onSubmit={onSubmit}>
        <SecureUpload name="files" aria-label="files" multiple onChange={onChange} />
        <SecureInput name="note" aria-label="note" />
        <button>Save</button>
      </SecureForm>,
    );
    const [files, note] = [load(frameNamed('files')), load(frameNamed('note'))];
    fireEvent.click(screen.getByText('Save'));
    await answerValid(files);
    await answerValid(note);
    const { requestId, batch } = await files.next('tokenize');
    expect(await answerToken(note, token(3))).toEqual(batch);
    await settle();
    expect(onSubmit).not.toHaveBeenCalled();
    files.send({ type: 'tokenized', requestId, tokens: [token(1), token(2)] });
    await waitFor(() => expect(onSubmit).toHaveBeenCalledTimes(1));
    expect(onChange).toHaveBeenCalledWith({
      type: 'change',
      target: { name: 'files', value: token(1), values: [token(1), token(2)] },
    });
  });

  test('without files its value is empty', async () => {
    const onChange = jest.fn();
    show(
      <SecureForm>
        <SecureUpload aria-label="files" onChange={onChange} />
        <button>Save</button>
      </SecureForm>,
    );
    const files = load(frameNamed('files'));
    fireEvent.click(screen.getByText('Save'));
    await answerValid(files);
    files.send({ type: 'tokenized', requestId: (await files.next('tokenize')).requestId, tokens: [] });
    await waitFor(() =>
      expect(onChange).toHaveBeenCalledWith({
        type: 'change',
        target: { name: '', value: '', values: [] },
      }),
    );
  });

  test('what cannot be stored fails the form, and says why', async () => {
    const [onError, onProblem, onSubmit] = [jest.fn(), jest.fn(), jest.fn()];
    show(
      <SecureForm onSubmit={onSubmit} onError={onProblem}>
        <SecureUpload aria-label="files" onError={onError} />
        <button>Save</button>
      </SecureForm>,
    );
    const files = load(frameNamed('files'));
    const problem = { code: 'TOO_LARGE', message: 'Too large.' };
    fireEvent.click(screen.getByText('Save'));
    await answerValid(files);
    files.send({ type: 'failed', requestId: (await files.next('tokenize')).requestId, problem });
    await waitFor(() => expect(onProblem).toHaveBeenCalledWith(problem));
    expect(onError).toHaveBeenCalledWith(problem, { refresh: undefined });
    expect(onSubmit).not.toHaveBeenCalled();
  });

  test('a ref drives it; a reset of the form empties it; its label gives it the focus', async () => {
    const ref = createRef<SecureFiles>();
    show(
      <form data-testid="form">
        <label htmlFor="it">files</label>
        <SecureUpload ref={ref} id="it" />
      </form>,
    );
    const files = load(frameNamed('files'));
    const tokens = ref.current!.tokenize();
    files.send({
      type: 'tokenized',
      requestId: (await files.next('tokenize')).requestId,
      tokens: [token(1)],
    });
    expect(await tokens).toEqual([token(1)]);
    const valid = ref.current!.validate();
    await answerValid(files, false);
    expect(await valid).toBe(false);
    ref.current!.focus();
    expect(await files.next('command')).toMatchObject({ command: 'focus' });
    fireEvent.click(screen.getByText('files'));
    expect(await files.next('command')).toMatchObject({ command: 'focus' });
    fireEvent.reset(screen.getByTestId('form'));
    expect(await files.next('command')).toMatchObject({ command: 'clear' });
  });

  test('a frame that loads again has lost its files: what was asked of it is refused', async () => {
    const ref = createRef<SecureFiles>();
    show(<SecureUpload ref={ref} aria-label="files" />);
    const files = load(frameNamed('files'));
    const outcome = ref.current!.tokenize().catch((error: unknown) => error);
    await files.next('tokenize');
    load(frameNamed('files'));
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('survives StrictMode: one frame, with its files', () => {
    show(
      <StrictMode>
        <SecureUpload aria-label="files" />
      </StrictMode>,
    );
    expect(document.querySelectorAll('iframe[title="files"]')).toHaveLength(1);
  });

  test('nothing of a file input is in the page: no dialog that the page could open, or read', () => {
    show(<SecureUpload aria-label="files" accept="image/*" />);
    expect(document.querySelector('input')).toBeNull();
  });
});

describe('SecureDownload', () => {
  test('shows its token, asked for with those of the page; another one when it changes', async () => {
    const { rerender } = show(<SecureDownload aria-label="report" token={token(1)} />);
    const controller = load(document.querySelector<HTMLIFrameElement>('[name=lunasec-controller]')!);
    expect((await controller.next('prefetch')).tokens).toEqual([token(1)]);
    const frame = load(frameNamed('report'));
    expect(await frame.next('configure')).toMatchObject({ kind: 'download', attributes: { preview: false } });
    expect((await frame.next('show')).token).toBe(token(1));
    rerender(<SecureDownload aria-label="report" token={token(2)} />);
    expect((await frame.next('show')).token).toBe(token(2));
    rerender(<SecureDownload aria-label="report" token={null} />);
    expect((await frame.next('show')).token).toBeNull();
  });

  test('what is no token goes nowhere', async () => {
    const onError = jest.fn();
    show(<SecureDownload aria-label="report" token="report.pdf" onError={onError} />);
    const frame = load(frameNamed('report'));
    await settle();
    expect(JSON.stringify(frame.received)).not.toContain('report.pdf');
    expect(onError).toHaveBeenCalledWith(
      expect.objectContaining({ code: 'BAD_USER_INPUT' }),
      expect.anything(),
    );
  });

  test('a preview fills the element, whatever is in it', async () => {
    show(<SecureDownload aria-label="report" token={token(1)} preview />);
    const frame = load(frameNamed('report'));
    frame.send({ ...state, shown: 'shown', height: 500 });
    await waitFor(() => expect(frameNamed('report').style.height).toBe('100%'));
  });

  test('tells how far a download is, and can be asked to try again', async () => {
    const onProgress = jest.fn();
    const ref = createRef<SecureText>();
    show(<SecureDownload ref={ref} aria-label="report" token={token(1)} onProgress={onProgress} />);
    const frame = load(frameNamed('report'));
    await frame.next('show');
    frame.send({ ...state, files: [{ ...file, state: 'downloading' }] });
    await waitFor(() => expect(onProgress).toHaveBeenCalledWith(40, 100));
    ref.current!.retry();
    expect((await frame.next('show')).token).toBe(token(1));
  });

  test('a read grant that is missing can be renewed by the app, once', async () => {
    const refresh = jest.fn(async () => undefined);
    const onError = jest.fn((_problem: Problem, help: ProblemHelp) => void help.refresh?.());
    show(<SecureDownload aria-label="report" token={token(1)} onError={onError} />, refresh);
    const frame = load(frameNamed('report'));
    await frame.next('show');
    frame.send({ type: 'problem', problem: { code: 'READ_GRANT_MISSING', message: '' } });
    await frame.next('show');
    expect(refresh).toHaveBeenCalledTimes(1);
    frame.send({ type: 'problem', problem: { code: 'READ_GRANT_MISSING', message: '' } });
    await waitFor(() => expect(onError).toHaveBeenCalledTimes(2));
    await settle();
    expect(refresh).toHaveBeenCalledTimes(1);
  });
});
