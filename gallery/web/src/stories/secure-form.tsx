import { SecureForm, SecureInput, SecureTextArea, useSecureForm } from '@lunasec/react-sdk';
import { useState, type ReactNode } from 'react';
import { failureOf } from '../api.js';
import { component, jsx, raw, sample } from '../story/jsx.js';
import { story, toggle, type Page, type Preview } from '../story/types.js';
import type { Look } from '../preview/themes.js';

const keep = (name: string) => raw(`(event) => keep('${name}', event.target.value)`);

/** The source of a labelled field. */
const row = (look: Look, id: string, label: string, tag: 'SecureInput' | 'SecureTextArea', props: object) =>
  jsx(
    'div',
    { className: look.row },
    jsx('label', { className: look.label, htmlFor: id }, label),
    jsx(tag, {
      id,
      name: id,
      className: tag === 'SecureInput' ? look.input : look.area,
      ...props,
      onChange: keep(id),
    }),
  );

const batch = story({
  id: 'batch',
  title: 'Several fields, one batch',
  about:
    'On submit all changed fields are checked, encrypted and uploaded together: one call to the tokenizer. Then each onChange gives its token, then onSubmit runs.',
  controls: { requireAll: toggle('required, all of them', true) },
  form: 'own',
  render: ({ requireAll }, preview) => (
    <Form preview={preview}>
      <Row preview={preview} name="name" label="Full name">
        {(field) => <SecureInput {...field} autoComplete="name" required={requireAll} />}
      </Row>
      <Row preview={preview} name="ssn" label="Social security number">
        {(field) => (
          <SecureInput {...field} inputMode="numeric" placeholder="000-00-0000" required={requireAll} />
        )}
      </Row>
      <Row preview={preview} name="notes" label="Notes" area>
        {(field) => <SecureTextArea {...field} rows={3} required={requireAll} />}
      </Row>
    </Form>
  ),
  code: ({ requireAll }, look) =>
    sample(
      ['SecureForm', 'SecureInput', 'SecureTextArea'],
      jsx(
        'SecureForm',
        { className: look.form, onSubmit: raw('save'), onError: raw('show') },
        row(look, 'name', 'Full name', 'SecureInput', { autoComplete: 'name', required: requireAll }),
        row(look, 'ssn', 'Social security number', 'SecureInput', {
          inputMode: 'numeric',
          placeholder: '000-00-0000',
          required: requireAll,
        }),
        row(look, 'notes', 'Notes', 'SecureTextArea', { rows: 3, required: requireAll }),
        jsx('button', { className: look.button }, 'Save'),
      ),
    ),
});

const errors = story({
  id: 'errors',
  title: 'Errors',
  about:
    'A field that is empty or not as it should be gets the focus and onError gives VALIDATION_FAILED; if a value cannot be stored, onError gives the reason. Nothing typed is lost, and onSubmit does not run.',
  controls: {
    refuse: toggle('The server refuses the tokens', false, { hint: 'As if they were not this session’s.' }),
  },
  form: 'own',
  render: ({ refuse }, preview) => (
    <Form preview={preview} refuse={refuse}>
      <Row preview={preview} name="email" label="E-mail address">
        {(field) => <SecureInput {...field} type="email" validator="Email" required autoComplete="email" />}
      </Row>
      <Row preview={preview} name="card" label="Card number">
        {(field) => <SecureInput {...field} inputMode="numeric" validator="CardNumber" required />}
      </Row>
    </Form>
  ),
  code: (_values, look) =>
    sample(
      ['SecureForm', 'SecureInput'],
      jsx(
        'SecureForm',
        {
          className: look.form,
          onSubmit: raw('save'),
          onError: raw('(problem) => show(problem)'),
        },
        row(look, 'email', 'E-mail address', 'SecureInput', {
          type: 'email',
          validator: 'Email',
          required: true,
          autoComplete: 'email',
        }),
        row(look, 'card', 'Card number', 'SecureInput', {
          inputMode: 'numeric',
          validator: 'CardNumber',
          required: true,
        }),
        jsx('button', { className: look.button }, 'Save'),
      ),
    ),
});

const reset = story({
  id: 'reset',
  title: 'Reset',
  about:
    'A reset button works as ever: fields forget what was typed and go back to the token that the app gave. clear() of a ref empties one field.',
  controls: {},
  form: 'own',
  render: (_values, preview) => <ResetForm preview={preview} />,
  code: (_values, look) =>
    sample(
      ['SecureForm', 'SecureInput'],
      jsx(
        'SecureForm',
        { className: look.form, onSubmit: raw('save') },
        row(look, 'pin', 'PIN', 'SecureInput', { type: 'password', autoComplete: 'off' }),
        jsx('button', { className: look.button }, 'Save'),
        jsx('button', { type: 'reset', className: look.button }, 'Reset'),
      ),
    ),
});

const ownForm = story({
  id: 'own-form',
  title: 'A form of your own',
  about:
    'handleSubmit() of useSecureForm() makes any form store its secure fields first and gives the tokens by name, as form libraries do.',
  controls: {},
  form: 'own',
  render: (_values, preview) => <OwnForm preview={preview} />,
  code: (_values, look) =>
    sample(
      ['SecureInput', 'useSecureForm'],
      component(
        'OwnForm',
        'const { handleSubmit, pending } = useSecureForm();',
        jsx(
          'form',
          {
            className: look.form,
            onSubmit: raw('handleSubmit((_event, tokens) => save(tokens), { onError: show })'),
          },
          jsx(
            'div',
            { className: look.row },
            jsx('label', { className: look.label, htmlFor: 'phone' }, 'Phone number'),
            jsx('SecureInput', {
              id: 'phone',
              name: 'phone',
              className: look.input,
              type: 'tel',
              required: true,
            }),
          ),
          jsx('button', { className: look.button, disabled: raw('pending') }, 'Save'),
        ),
      ),
    ),
});

export const secureForm: Page = {
  id: 'secure-form',
  title: 'SecureForm',
  stories: [batch, errors, reset, ownForm],
};

interface FormProps {
  preview: Preview;
  refuse?: boolean;
  /** Beside the submit button. */
  buttons?: ReactNode;
  children: ReactNode;
}

/** A form that sends its tokens to the gallery's server, and says what became of it. */
function Form({ preview, refuse = false, buttons, children }: FormProps) {
  const { look, say, store } = preview;
  const [result, setResult] = useState({ text: '', bad: false });

  const save = async () => {
    say('onSubmit');
    const tokens = preview.tokens();
    try {
      await store(refuse ? Object.fromEntries(Object.keys(tokens).map((name) => [name, notOurs])) : tokens);
      setResult({ text: 'Saved. The server holds the tokens.', bad: false });
    } catch (error) {
      const { code, message } = failureOf(error);
      setResult({ text: `${code}: ${message}`, bad: true });
    }
  };
  return (
    <SecureForm
      className={look.form}
      onSubmit={save}
      onError={(problem) => {
        say('SecureForm onError', problem);
        setResult({ text: `${problem.code}: ${problem.message}`, bad: true });
      }}
    >
      {children}
      <div className="g-buttons">
        <Submit look={look} />
        {buttons}
      </div>
      <p className={result.bad ? look.error : look.hint} role="status">
        {result.text}
      </p>
    </SecureForm>
  );
}
/** A token that this session did not make. */
const notOurs = 'lunasec-00000000-0000-4000-8000-000000000001';

function Submit({ look }: { look: Look }) {
  const { pending } = useSecureForm();
  return (
    <button className={look.button} disabled={pending}>
      {pending ? 'Saving…' : 'Save'}
    </button>
  );
}

interface RowProps {
  preview: Preview;
  name: string;
  label: string;
  area?: boolean;
  children(
    field: { id: string; name: string; className: string | undefined } & ReturnType<Preview['handlers']>,
  ): ReactNode;
}

function Row({ preview: { look, id, handlers }, name, label, area, children }: RowProps) {
  return (
    <div className={look.row}>
      <label className={look.label} htmlFor={id(name)}>
        {label}
      </label>
      {children({ id: id(name), name, className: area ? look.area : look.input, ...handlers(name) })}
    </div>
  );
}

function ResetForm({ preview }: { preview: Preview }) {
  return (
    <Form
      preview={preview}
      buttons={
        <button type="reset" className={preview.look.button}>
          Reset
        </button>
      }
    >
      <Row preview={preview} name="pin" label="PIN">
        {(field) => <SecureInput {...field} type="password" autoComplete="off" />}
      </Row>
    </Form>
  );
}

function OwnForm({ preview }: { preview: Preview }) {
  const { look, say, store } = preview;
  const { handleSubmit, pending } = useSecureForm();
  const [result, setResult] = useState({ text: '', bad: false });
  const show = (error: unknown) => {
    const { code, message } = failureOf(error);
    setResult({ text: `${code}: ${message}`, bad: true });
  };
  return (
    <form
      className={look.form}
      onSubmit={handleSubmit(
        async (_event, tokens) => {
          say('onSubmit', tokens);
          await store(tokens).then(() => setResult({ text: 'Saved.', bad: false }), show);
        },
        { onError: show },
      )}
    >
      <Row preview={preview} name="phone" label="Phone number">
        {(field) => <SecureInput {...field} type="tel" autoComplete="tel" required />}
      </Row>
      <button className={look.button} disabled={pending}>
        Save
      </button>
      <p className={result.bad ? look.error : look.hint} role="status">
        {result.text}
      </p>
    </form>
  );
}
