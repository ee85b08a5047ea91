import { lazy, Suspense, useId } from 'react';
import {
  LunaSecProvider,
  SecureForm,
  SecureInput,
  SecureParagraph,
  SecureSpan,
  SecureTextArea,
  useLunaSec,
  useSecureField,
  useSecureForm,
  useSecureText,
} from '../index.js';
import { token } from './frames.js';

function Session() {
  return <output>{useLunaSec().session.state}</output>;
}

function Labelled() {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>Labelled</label>
      <SecureInput id={id} name="labelled" />
    </>
  );
}

function Own() {
  const { hostProps, twinProps, state } = useSecureField('input', { name: 'own' });
  const text = useSecureText<HTMLDivElement>('paragraph', { token: token(1), 'aria-label': 'own text' });
  const { pending } = useSecureForm();
  return (
    <>
      <span {...hostProps}>
        <input {...twinProps} />
      </span>
      <div {...text.hostProps} />
      <i>{`${state.filled} ${pending}`}</i>
    </>
  );
}

/** Every component and hook; one of them arrives later. */
export function createEverything(delay: number) {
  const Late = lazy(async () => {
    await new Promise((resolve) => setTimeout(resolve, delay));
    return { default: () => <SecureInput name="late" data-testid="late" /> };
  });
  return (
    <LunaSecProvider applicationId="demo" tokenizerURL="https://tokens.example">
      <Session />
      <SecureForm>
        <SecureInput name="a" className="control" placeholder="000" style={{ width: 100 }} required />
        <SecureTextArea name="b" rows={4} maxRows={8} />
        <Labelled />
        <Suspense fallback={<b>waiting</b>}>
          <Late />
        </Suspense>
        <Labelled />
      </SecureForm>
      <SecureParagraph token={token(1)} aria-label="text" fallback="none" />
      <SecureSpan token={token(1)} />
      <Own />
    </LunaSecProvider>
  );
}
