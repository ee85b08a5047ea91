/** @jest-environment jsdom */
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { useRef } from 'react';
import { Controller, useForm } from 'react-hook-form';
import { SecureForm, SecureInput } from '../index.js';
import type { SecureField } from '../index.js';
import { answerToken, answerValid, show } from '../test-support/app.js';
import { closePorts, frameNamed, installFrames, load, settle, token } from '../test-support/frames.js';

beforeEach(installFrames);
afterEach(() => {
  cleanup();
  closePorts();
});

interface Values {
  name: string;
  ssn: string;
}

/** The recipe of docs/guides/react-hook-form.md. */
function Person({ onSave }: { onSave: (values: Values) => void }) {
  const { control, register, handleSubmit, trigger, formState } = useForm<Values>({
    defaultValues: { name: '', ssn: '' },
  });
  const ssn = useRef<SecureField>(null);
  return (
    <SecureForm
      noValidate
      beforeStore={() => trigger(undefined, { shouldFocus: true })}
      onSubmit={handleSubmit(onSave)}
    >
      <input aria-label="Name" {...register('name', { required: true })} />
      <Controller
        control={control}
        name="ssn"
        rules={{ validate: async () => (await ssn.current!.validate()) || 'Nine digits, please.' }}
        render={({ field: { ref, value, ...field }, fieldState }) => (
          <>
            <SecureInput
              {...field}
              required
              token={value}
              ref={(instance) => {
                ssn.current = instance;
                ref(instance);
              }}
              aria-invalid={fieldState.invalid}
              aria-errormessage="ssn-error"
            />
            <p id="ssn-error">{fieldState.error?.message}</p>
          </>
        )}
      />
      <output>{formState.isSubmitSuccessful ? 'saved' : 'editing'}</output>
      <button>Save</button>
    </SecureForm>
  );
}

describe('with react-hook-form', () => {
  test('a plain field that is wrong: nothing is stored', async () => {
    const onSave = jest.fn();
    show(<Person onSave={onSave} />);
    const frame = load(frameNamed('ssn'));
    fireEvent.click(screen.getByText('Save'));
    await answerValid(frame);
    await settle();
    expect(frame.received.map(({ type }) => type)).not.toContain('tokenize');
    expect(onSave).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(screen.getByLabelText('Name'));
  });

  test('a secure field that is wrong: has its error, which the frame is told, and the focus', async () => {
    show(<Person onSave={() => {}} />);
    fireEvent.input(screen.getByLabelText('Name'), { target: { value: 'Ada' } });
    const frame = load(frameNamed('ssn'));
    frame.send({
      type: 'state',
      filled: false,
      valid: true,
      invalid: null,
      dirty: false,
      focused: false,
      shown: 'none',
    });
    fireEvent.click(screen.getByText('Save'));
    await answerValid(frame, false);
    await screen.findByText('Nine digits, please.');
    await waitFor(() =>
      expect(frame.received.filter(({ type }) => type === 'configure').at(-1)!.attributes).toMatchObject({
        ariaInvalid: true,
        ariaDescription: 'Nine digits, please.',
      }),
    );
    expect((await frame.next('command')).command).toBe('focus');
  });

  test('the data of handleSubmit has the tokens', async () => {
    const onSave = jest.fn<(values: Values) => void>();
    show(<Person onSave={onSave} />);
    fireEvent.input(screen.getByLabelText('Name'), { target: { value: 'Ada' } });
    const frame = load(frameNamed('ssn'));
    fireEvent.click(screen.getByText('Save'));
    // By the rule, by the form that stores, and by the rule again when react-hook-form submits.
    await answerValid(frame);
    await answerValid(frame);
    await answerToken(frame, token(1));
    await answerValid(frame);
    await screen.findByText('saved');
    expect(onSave.mock.calls[0]![0]).toEqual({ name: 'Ada', ssn: token(1) });
  });
});
