import { SecureInput, useSecureForm, type SecureField } from '@lunasec/react-sdk';
import { useRef } from 'react';
import { failureOf } from '../api.js';
import { component, jsx, raw, sample } from '../story/jsx.js';
import { story, toggle, type Preview } from '../story/types.js';

const calls = ['focus', 'select', 'blur', 'clear', 'reset', 'validate', 'tokenize'] as const;

export const fromCode = story({
  id: 'from-code',
  title: 'From code',
  about:
    'A ref gives focus(), select(), blur(), clear(), reset(), validate() and tokenize(); useSecureForm() stores fields without a form.',
  controls: { required: toggle('required', true) },
  form: 'none',
  render: ({ required }, preview) => <FromCode required={required} preview={preview} />,
  code: ({ required }, look) =>
    sample(
      ['SecureInput', 'type SecureField', 'useSecureForm'],
      component(
        'ApiKey',
        `const field = useRef<SecureField>(null);
const { tokenize, pending } = useSecureForm();

async function store() {
  const [token] = await tokenize([field.current!]);
  if (token) setToken(token);
}`,
        jsx(
          'div',
          { className: look.form },
          jsx('SecureInput', {
            ref: raw('field'),
            name: 'value',
            className: look.input,
            required,
            'aria-label': 'API key',
          }),
          jsx(
            'button',
            { type: 'button', className: look.button, onClick: raw('() => field.current?.focus()') },
            'focus()',
          ),
          jsx(
            'button',
            { type: 'button', className: look.button, disabled: raw('pending'), onClick: raw('store') },
            'tokenize()',
          ),
        ),
      ),
    ).replace('\n\n', "\nimport { useRef } from 'react';\n\n"),
});

function FromCode({ required, preview }: { required: boolean; preview: Preview }) {
  const { look, id, handlers, say, store } = preview;
  const field = useRef<SecureField>(null);
  const { tokenize, pending } = useSecureForm();

  const call = async (name: (typeof calls)[number]) => {
    try {
      if (name === 'tokenize') {
        const [token] = await tokenize([field.current!]);
        say('tokenize()', token);
        if (token) await store({ value: token });
      } else say(`${name}()`, await field.current?.[name]());
    } catch (error) {
      say(`${name}() rejected`, failureOf(error));
    }
  };
  return (
    <div className={look.form}>
      <div className={look.row}>
        <label className={look.label} htmlFor={id('value')}>
          API key
        </label>
        <SecureInput
          ref={field}
          id={id('value')}
          name="value"
          className={look.input}
          required={required}
          {...handlers('value')}
        />
      </div>
      <div className="g-buttons">
        {calls.map((name) => (
          <button
            key={name}
            type="button"
            className={look.button}
            disabled={name === 'tokenize' && pending}
            // Else the button takes the focus, and there is none to take away.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => void call(name)}
          >
            {name}()
          </button>
        ))}
      </div>
    </div>
  );
}
