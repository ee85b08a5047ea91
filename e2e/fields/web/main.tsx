import {
  LunaSecProvider,
  SecureForm,
  SecureInput,
  SecureParagraph,
  SecureTextArea,
} from '@lunasec/react-sdk';
import type { SecureInputProps, SecureTextAreaProps, SecureTextProps } from '@lunasec/react-sdk';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { graphql } from '../../fixture/graphql.js';

/** `?fields=` a list of these: props, and the stored value to show, by its place among all stored. */
type Field = { stored?: number } & (
  | ({ kind: 'input' } & SecureInputProps)
  | ({ kind: 'textarea' } & SecureTextAreaProps)
  | ({ kind: 'paragraph' } & SecureTextProps)
);

function Fields({ fields, stored }: { fields: Field[]; stored: string[] }) {
  const [values, setValues] = useState<Record<string, string>>({});
  const [status, setStatus] = useState('editing');
  const submit = async () => {
    const { save } = await graphql<{ save: number }>(
      'mutation ($values: [String!]!) { save(values: $values) }',
      { values: Object.values(values).filter(Boolean) },
    );
    setStatus(`saved ${save}`);
  };
  return (
    <SecureForm onSubmit={() => void submit()} onError={({ code }) => setStatus(`failed ${code}`)}>
      {fields.map(({ stored: place, ...field }, index) => {
        const token = place === undefined ? undefined : stored[place];
        if (field.kind === 'paragraph') return <SecureParagraph key={index} {...field} token={token} />;
        const control = {
          name: `field${index}`,
          token,
          onChange: ({ target: { name, value } }: { target: { name: string; value: string } }) =>
            setValues((before) => ({ ...before, [name]: value })),
        };
        return field.kind === 'input' ? (
          <SecureInput key={index} {...field} {...control} />
        ) : (
          <SecureTextArea key={index} {...field} {...control} />
        );
      })}
      <button>Save</button>
      <output>{status}</output>
    </SecureForm>
  );
}

const config: { applicationId: string; tokenizerURL: string } = await (await fetch('/config.json')).json();
const { values } = await graphql<{ values: string[] }>('{ values }');
const fields: Field[] = JSON.parse(new URLSearchParams(location.search).get('fields') ?? '[]');
createRoot(document.getElementById('root')!).render(
  <LunaSecProvider {...config}>
    <Fields fields={fields} stored={values} />
  </LunaSecProvider>,
);
