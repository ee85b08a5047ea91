/** @jest-environment jsdom */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cleanup, render, waitFor } from '@testing-library/react';
import type { ReactElement } from 'react';
import { LunaSecProvider } from '../provider/LunaSecProvider.js';
import { closePorts, emptyState, frameNamed, installFrames, load } from '../test-support/frames.js';
import { SecureInput } from './SecureInput.js';
import { SecureParagraph } from './SecureText.js';
import { SecureTextArea } from './SecureTextArea.js';

beforeEach(installFrames);
afterEach(() => {
  cleanup();
  closePorts();
});

const mount = (element: ReactElement) =>
  render(
    <LunaSecProvider applicationId="demo" tokenizerURL="https://tokenizer.example">
      {element}
    </LunaSecProvider>,
  );

const concealment = {
  conceal: 4,
  revealable: true,
  copyable: true,
  hideAfter: 5,
  labels: { reveal: 'Zeigen' },
};

test.each([
  [<SecureInput aria-label="Field" mask="###" {...concealment} />, { mask: '###', ...concealment }],
  [
    <SecureInput aria-label="Field" type="number" min="1" max="9" step="0.5" />,
    { type: 'number', min: '1', max: '9', step: '0.5' },
  ],
  [<SecureTextArea aria-label="Field" rows={2} maxRows={9} />, { rows: 2, maxRows: 9 }],
  [<SecureParagraph aria-label="Field" {...concealment} />, concealment],
])('the frame is told what it can do (%#)', async (element, attributes) => {
  mount(element);
  const { attributes: told } = await load(frameNamed('Field')).next('configure');
  expect(told).toMatchObject(attributes);
});

test('only the frame of what can be copied may write to the clipboard', () => {
  mount(
    <>
      <SecureInput aria-label="First" copyable />
      <SecureInput aria-label="Second" revealable conceal={4} />
    </>,
  );
  expect(frameNamed('First').allow).toBe('clipboard-write');
  expect(frameNamed('Second').hasAttribute('allow')).toBe(false);
});

test('a text area has the lines that its frame asks for', async () => {
  const { container } = mount(<SecureTextArea aria-label="Field" rows={2} maxRows={9} />);
  const frame = load(frameNamed('Field'));
  frame.send({ ...emptyState, rows: 5 });
  await waitFor(() => expect(container.querySelector('textarea')!.rows).toBe(5));
});
