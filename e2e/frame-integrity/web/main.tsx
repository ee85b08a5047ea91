import { LunaSecProvider, SecureForm, SecureInput, useLunaSec } from '@lunasec/react-sdk';
import { SecureUpload } from '@lunasec/react-sdk/files';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

/** One field: `?field=text`, `?field=masked`, which loads more, or `?field=file`. Says what the page is told. */
function Field({ field }: { field: string | null }) {
  const { session } = useLunaSec();
  const [problem, setProblem] = useState('none');
  const [status, setStatus] = useState('editing');
  const props = {
    name: 'value',
    'aria-label': 'Value',
    onError: (error: { code: string }) => setProblem(error.code),
  };
  return (
    <SecureForm
      onSubmit={(_event, { value }) => setStatus(`stored ${value?.slice(0, 8)}`)}
      onError={({ code }) => setStatus(`failed ${code}`)}
    >
      {field === 'file' ? (
        <SecureUpload {...props} />
      ) : (
        <SecureInput {...props} {...(field === 'masked' && { mask: '999-99-9999' })} />
      )}
      <button>Save</button>
      <output id="session">{session.state}</output>
      <output id="problem">{problem}</output>
      <output id="status">{status}</output>
    </SecureForm>
  );
}

const config: { applicationId: string; tokenizerURL: string } = await (await fetch('/config.json')).json();
createRoot(document.getElementById('root')!).render(
  <LunaSecProvider {...config}>
    <Field field={new URLSearchParams(location.search).get('field')} />
  </LunaSecProvider>,
);
