import {
  LunaSecProvider,
  SecureForm,
  SecureInput,
  SecureParagraph,
  SecureTextArea,
  useLunaSec,
} from '@lunasec/react-sdk';
import { SecureDownload, SecureUpload } from '@lunasec/react-sdk/files';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { graphql } from '../../fixture/graphql.js';

/**
 * What the page shows is in its address: `fields` a form of secure fields beside plain ones, `upload` one for a file, `values` the
 * stored values after asking the app for them, which grants them to the session; `token` one whose grant nobody asked for.
 */
const query = new URLSearchParams(location.search);

function Status() {
  const { session } = useLunaSec();
  return <output id="session">{session.state}</output>;
}

function Form() {
  const [tokens, setTokens] = useState<Record<string, string[]>>({});
  const [status, setStatus] = useState('editing');
  const keep = (name: string, values: string[]) => setTokens((before) => ({ ...before, [name]: values }));
  const change = ({ target }: { target: { name: string; value: string } }) =>
    keep(target.name, [target.value].filter(Boolean));
  async function submit(): Promise<void> {
    const values = Object.values(tokens).flat();
    const { save } = await graphql<{ save: number }>(
      'mutation ($values: [String!]!) { save(values: $values) }',
      { values },
    );
    setStatus(`saved ${save}`);
  }
  return (
    <SecureForm
      onSubmit={() => submit().catch(() => setStatus('failed'))}
      onError={({ code }) => setStatus(`failed ${code}`)}
    >
      {query.has('fields') && (
        <>
          <SecureInput name="secret" aria-label="Secret" className="field" onChange={change} />
          <SecureInput
            name="card"
            aria-label="Card"
            className="field"
            conceal={0}
            revealable
            copyable
            onChange={change}
          />
          <SecureTextArea
            name="notes"
            aria-label="Notes"
            className="field"
            rows={2}
            maxRows={6}
            onChange={change}
          />
        </>
      )}
      {query.has('upload') && (
        <SecureUpload
          name="upload"
          aria-label="Upload"
          onChange={({ target }) => keep(target.name, target.values)}
        />
      )}
      <button>Save</button>
      <output id="status">{status}</output>
    </SecureForm>
  );
}

/** What a page may read of its own: every attack is tried on this too, where it works. */
function Plain() {
  return (
    <div>
      <input id="plain" aria-label="Plain" className="field" />
      <textarea id="plain-notes" aria-label="Plain notes" className="field" />
      <p id="plain-text" className="field">
        {query.get('plain')}
      </p>
    </div>
  );
}

const config = await (await fetch('/config.json')).json();
const values = query.has('values') ? (await graphql<{ values: string[] }>('{ values }')).values : [];
const [shown, concealed, file] = query.has('token') ? [query.get('token')!] : values;
createRoot(document.getElementById('root')!).render(
  <LunaSecProvider {...config}>
    <Status />
    <Plain />
    {(query.has('fields') || query.has('upload')) && <Form />}
    {shown && <SecureParagraph token={shown} aria-label="Shown" className="shown" />}
    {concealed && (
      <SecureParagraph token={concealed} aria-label="Concealed" conceal={0} revealable copyable />
    )}
    {file && <SecureDownload token={file} aria-label="File" preview />}
  </LunaSecProvider>,
);
