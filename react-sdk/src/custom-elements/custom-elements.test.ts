/** @jest-environment jsdom */
import { waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
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
import { formValueOf, installInternals } from '../test-support/internals.js';
import { defineSecureElements } from './index.js';

installInternals();

const put = (html: string) => {
  document.body.innerHTML = `<lunasec-page application-id="demo" tokenizer-url="https://tokens.example">${html}</lunasec-page>`;
  return document.querySelector<HTMLElement>('lunasec-page')!.firstElementChild as HTMLElement;
};
const putInput = (attributes = '') =>
  put(`<lunasec-input name="f" ${attributes}></lunasec-input>`) as HTMLElementTagNameMap['lunasec-input'];

const answerValid = async (frame: FakeFrame, valid = true) =>
  frame.send({ type: 'validated', requestId: (await frame.next('validate')).requestId, valid });
const answerToken = async (frame: FakeFrame, made: string | null) => {
  const { requestId, batch } = await frame.next('tokenize');
  frame.send({ type: 'tokenized', requestId, token: made });
  return batch as { id: string; size: number };
};

beforeEach(async () => {
  await installFrames();
  defineSecureElements();
});
afterEach(() => {
  document.body.innerHTML = '';
  closePorts();
});

describe('a field', () => {
  test('tells the frame what its attributes say, and says so again when one changes', async () => {
    const field = putInput(
      'type="tel" placeholder="000" required maxlength="9" min="1" spellcheck="false" hide-after="5" mask="###" reveal-label="Show" aria-invalid="true" rows="x"',
    );
    const frame = load(frameNamed('000'));
    expect(await frame.next('configure')).toEqual({
      type: 'configure',
      kind: 'input',
      attributes: {
        type: 'tel',
        placeholder: '000',
        required: true,
        disabled: false,
        maxLength: 9,
        min: '1',
        spellCheck: false,
        hideAfter: 5,
        mask: '###',
        labels: { reveal: 'Show' },
        ariaInvalid: true,
      },
    });
    field.placeholder = 'new';
    expect((await frame.next('configure')).attributes).toMatchObject({ placeholder: 'new' });
    field.disabled = true;
    expect((await frame.next('configure')).attributes).toMatchObject({ disabled: true });
  });

  test('has a twin with its class and style, that nobody sees and that holds no value', () => {
    const field = putInput('class="control" style="width: 50px"');
    const twin = field.querySelector('input')!;
    expect(twin.className).toBe('control');
    expect(twin.style.visibility).toBe('hidden');
    expect(twin.getAttribute('form')).toBe('');
    field.className = 'other';
    field.setAttribute('style', 'color: red');
    expect(twin.className).toBe('other');
    expect(twin.style.color).toBe('red');
    expect(twin.style.visibility).toBe('hidden');
    twin.value = 'filled in';
    twin.dispatchEvent(new Event('input'));
    expect(twin.value).toBe('');
  });

  test('has a property for each attribute, as native fields do', () => {
    const field = putInput('maxlength="5"');
    expect(field.maxLength).toBe(5);
    field.minLength = 2;
    expect(field.getAttribute('minlength')).toBe('2');
    field.minLength = undefined;
    expect(field.hasAttribute('minlength')).toBe(false);
    field.readOnly = true;
    expect(field.getAttribute('readonly')).toBe('');
    expect(field.required).toBe(false);
  });

  test('its value is the token it was given, until another one is made; a reset goes back', async () => {
    const field = putInput(`token="${token(1)}"`);
    expect([field.value, formValueOf(field)]).toEqual([token(1), token(1)]);
    const frame = load(frameNamed('f'));
    frame.send(emptyState);
    const storing = field.tokenize();
    await answerToken(frame, token(2));
    await storing;
    expect([field.value, formValueOf(field)]).toEqual([token(2), token(2)]);
    (field as unknown as { formResetCallback(): void }).formResetCallback();
    expect([field.value, formValueOf(field)]).toEqual([token(1), token(1)]);
    field.value = '';
    expect([field.token, formValueOf(field)]).toEqual(['', null]);
  });

  test('tells about focus, verdicts and problems', async () => {
    const field = putInput();
    const told: unknown[] = [];
    for (const type of ['focus', 'blur'] as const) field.addEventListener(type, () => told.push(type));
    field.addEventListener('validate', ({ detail }) => told.push(detail));
    field.addEventListener('error', ({ detail }) => told.push(detail.problem.code));
    const frame = load(frameNamed('f'));
    frame.send({ ...emptyState, focused: true });
    frame.send({ ...emptyState, valid: false, invalid: 'TOO_SHORT' });
    frame.send({ type: 'problem', problem: { code: 'TOO_LARGE', message: '' } });
    await waitFor(() =>
      expect(told).toEqual([
        'focus',
        { valid: true, code: null },
        'blur',
        { valid: false, code: 'TOO_SHORT' },
        'TOO_LARGE',
      ]),
    );
  });

  test('without a page around it says what is missing', () => {
    const field = document.createElement('lunasec-input');
    const failed = jest.fn();
    field.addEventListener('error', ({ detail }) => failed(detail.problem.message));
    document.body.append(field);
    expect(failed).toHaveBeenCalledWith(expect.stringContaining('<lunasec-page>'));
    expect(document.querySelector('iframe')).toBeNull();
  });

  test('removed, nothing is left; moved, it is the same frame', async () => {
    const field = putInput();
    const frame = frameNamed('f');
    document.querySelector('lunasec-page')!.prepend(field);
    await settle();
    expect(frameNamed('f')).toBe(frame);
    field.remove();
    await settle();
    expect(field.querySelector('iframe')).toBeNull();
  });
});

describe('the validity of a field', () => {
  const verdict = { ...emptyState, valid: false, invalid: 'PATTERN_MISMATCH', dirty: true, filled: true };

  test('is that of what is there when nobody typed', async () => {
    const field = putInput('required');
    load(frameNamed('f')).send({ ...emptyState, valid: false, invalid: 'VALUE_MISSING' });
    await waitFor(() => expect(field.validity).toEqual({ valueMissing: true }));
    expect(field.checkValidity()).toBe(false);
  });

  test('is not held against what is being edited, and asked for anew when that ends', async () => {
    const field = putInput();
    const frame = load(frameNamed('f'));
    frame.send({ ...verdict, focused: true });
    await waitFor(() => expect(field.state?.focused).toBe(true));
    expect(field.validity).toEqual({});
    frame.send(verdict);
    await answerValid(frame, false);
    await waitFor(() => expect(field.validity).toEqual({ patternMismatch: true }));
  });
});

describe('a submission', () => {
  const putForm = () => {
    put(
      `<form><lunasec-input name="a"></lunasec-input><lunasec-textarea name="b"></lunasec-textarea>
       <input name="plain" value="1"><button>Save</button></form>`,
    );
    const form = document.querySelector('form')!;
    const submitted = jest.fn((event: Event) => event.preventDefault());
    form.addEventListener('submit', submitted);
    return { form, submitted, fields: [...form.querySelectorAll('lunasec-input, lunasec-textarea')] };
  };

  test('stores all fields in one batch first; then the form submits, with their tokens', async () => {
    const { form, submitted, fields } = putForm();
    const changed = jest.fn();
    form.addEventListener('change', changed);
    const frames = [load(frameNamed('a')), load(frameNamed('b'))];
    document.querySelector('button')!.click();
    document.querySelector('button')!.click();
    expect(submitted).not.toHaveBeenCalled();
    expect(form.getAttribute('aria-busy')).toBe('true');
    await Promise.all(frames.map((frame) => answerValid(frame)));
    const batches = await Promise.all(frames.map((frame, index) => answerToken(frame, token(index))));
    expect(batches[0]).toEqual(batches[1]);
    await waitFor(() => expect(submitted).toHaveBeenCalledTimes(1));
    expect(fields.map(formValueOf)).toEqual([token(0), token(1)]);
    expect(changed).toHaveBeenCalledTimes(2);
    expect(form.hasAttribute('aria-busy')).toBe(false);

    // The next one stores again.
    document.querySelector('button')!.click();
    await frames[0]!.next('validate');
    expect(submitted).toHaveBeenCalledTimes(1);
  });

  test('with an invalid field: that says so, and the form does not submit', async () => {
    const { submitted, fields } = putForm();
    const refused = jest.fn();
    fields[1]!.addEventListener('invalid', refused);
    const [a, b] = [load(frameNamed('a')), load(frameNamed('b'))];
    b.send({ ...emptyState, valid: false, invalid: 'TOO_SHORT', dirty: true });
    await answerValid(b, false);
    await settle();
    // As the browser does in an interactive check; jsdom knows no validity of custom elements.
    document.querySelector('button')!.click();
    await Promise.all([answerValid(a), answerValid(b, false)]);
    await waitFor(() => expect(refused).toHaveBeenCalled());
    await settle();
    expect(submitted).not.toHaveBeenCalled();
    expect(a.received.map(({ type }) => type)).not.toContain('tokenize');
  });

  test('that fails: the field says why, and the form does not submit', async () => {
    const { submitted, fields } = putForm();
    const failed = jest.fn();
    fields[0]!.addEventListener('error', (event) => failed((event as CustomEvent).detail.problem.code));
    const [a, b] = [load(frameNamed('a')), load(frameNamed('b'))];
    document.querySelector('button')!.click();
    await Promise.all([answerValid(a), answerValid(b)]);
    const { requestId } = await a.next('tokenize');
    a.send({ type: 'failed', requestId, problem: { code: 'UNAVAILABLE', message: 'later' } });
    await answerToken(b, null);
    await waitFor(() => expect(failed).toHaveBeenCalledWith('UNAVAILABLE'));
    await settle();
    expect(submitted).not.toHaveBeenCalled();
  });
});

describe('text', () => {
  test('shows a token, and another one in the same frame', async () => {
    const text = put(
      `<lunasec-paragraph token="${token(1)}" aria-label="text"></lunasec-paragraph>`,
    ) as HTMLElementTagNameMap['lunasec-paragraph'];
    const frame = load(frameNamed('text'));
    expect((await frame.next('show')).token).toBe(token(1));
    text.token = token(2);
    expect((await frame.next('show')).token).toBe(token(2));
  });

  test('a missing read grant can be renewed through the page', async () => {
    const text = put(
      `<lunasec-span token="${token(1)}" aria-label="text"></lunasec-span>`,
    ) as HTMLElementTagNameMap['lunasec-span'];
    const refresh = jest.fn();
    document.querySelector('lunasec-page')!.refresh = refresh;
    text.addEventListener('error', ({ detail }) => void detail.refresh?.());
    const frame = load(frameNamed('text'));
    await frame.next('show');
    frame.send({ type: 'problem', problem: { code: 'READ_GRANT_MISSING', message: '' } });
    frame.send({ ...emptyState, shown: 'failed' });
    expect((await frame.next('show')).token).toBe(token(1));
    expect(refresh).toHaveBeenCalledTimes(1);
  });
});

test('the page tells its session', async () => {
  put('');
  const page = document.querySelector('lunasec-page')!;
  expect(page.session).toEqual({ state: 'connecting' });
  const told = new Promise((resolve) => page.addEventListener('session', resolve, { once: true }));
  load(document.querySelector<HTMLIFrameElement>('iframe[name=lunasec-controller]')!).send({
    type: 'session',
    state: 'active',
  });
  await told;
  expect(page.session).toEqual({ state: 'active' });
});
