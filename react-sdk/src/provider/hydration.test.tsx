/** @jest-environment jsdom */
import { act } from '@testing-library/react';
import { afterEach, expect, jest, test } from '@jest/globals';
import { hydrateRoot } from 'react-dom/client';
import { LunaSecProvider, SecureForm, SecureInput, SecureParagraph, SecureTextArea } from '../index.js';
import { closePorts, frameNamed, installFrames, load } from '../test-support/frames.js';

afterEach(closePorts);

test('markup of a server becomes alive without a mismatch', async () => {
  // React's renderer for servers wants what browsers have and jsdom has not.
  const { TextEncoder } = await import('node:util');
  Object.assign(globalThis, { TextEncoder });
  installFrames();
  const { renderToString } = await import('react-dom/server');
  const tree = (
    <LunaSecProvider applicationId="demo" tokenizerURL="https://tokens.example">
      <SecureForm>
        <SecureInput name="a" style={{ width: 100 }} />
        <SecureTextArea name="b" />
      </SecureForm>
      <SecureParagraph token="lunasec-00000000-0000-4000-8000-000000000001" aria-label="text" />
    </LunaSecProvider>
  );
  document.body.innerHTML = `<div id="root">${renderToString(tree)}</div>`;
  expect(document.querySelector('input')!.disabled).toBe(true);

  const wrong = jest.fn();
  const complaints = jest.spyOn(console, 'error').mockImplementation(() => {});
  const root = await act(async () =>
    hydrateRoot(document.querySelector('#root')!, tree, { onRecoverableError: wrong }),
  );
  expect(wrong).not.toHaveBeenCalled();
  expect(complaints).not.toHaveBeenCalled();
  expect(document.querySelector('input')!.disabled).toBe(false);
  const { attributes } = await load(frameNamed('a')).next('configure');
  expect(attributes).toMatchObject({ disabled: false });
  await act(async () => root.unmount());
});
