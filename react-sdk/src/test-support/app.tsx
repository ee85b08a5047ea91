import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { LunaSecProvider } from '../index.js';
import type { FakeFrame } from './frames.js';

/** Renders under a provider. */
export const show = (children: ReactNode, refresh?: () => unknown) =>
  render(children, {
    wrapper: ({ children: inside }) => (
      <LunaSecProvider applicationId="demo" tokenizerURL="https://tokens.example" refresh={refresh}>
        {inside}
      </LunaSecProvider>
    ),
  });

export const answerValid = async (frame: FakeFrame, valid = true) =>
  frame.send({ type: 'validated', requestId: (await frame.next('validate')).requestId, valid });

export const answerToken = async (frame: FakeFrame, made: string | null) => {
  const { requestId, batch } = await frame.next('tokenize');
  frame.send({ type: 'tokenized', requestId, token: made });
  return batch as { id: string; size: number };
};
