import { defineSecureElements } from '@lunasec/react-sdk/elements';
import { useEffect, useRef } from 'react';
import { failureOf } from '../api.js';
import { useConfig } from '../config.js';
import type { Look } from '../preview/themes.js';
import { html } from '../story/html.js';
import { choice, number, story, text, toggle, token, type Page, type Preview } from '../story/types.js';

/** The sample around what a story is about. */
const page = (body: string) => `<script type="module">
  import { defineSecureElements } from '@lunasec/react-sdk/elements';
  defineSecureElements();
</script>

${html('lunasec-page', { 'application-id': 'gallery', 'tokenizer-url': 'https://tokenizer.example.com' }, body)}
`;

interface FormValues {
  type: string;
  placeholder: string;
  mask: string;
  required: boolean;
  disabled: boolean;
  maxRows: number | undefined;
}

const formBody = ({ type, placeholder, mask, required, disabled, maxRows }: FormValues, look: Look) =>
  html(
    'form',
    { class: look.form },
    html(
      'div',
      { class: look.row },
      html('label', { class: look.label, for: 'element-value' }, 'National id'),
      html('lunasec-input', {
        id: 'element-value',
        name: 'value',
        class: look.input,
        type,
        placeholder,
        mask,
        required,
        disabled,
      }),
    ),
    html(
      'div',
      { class: look.row },
      html('label', { class: look.label, for: 'element-notes' }, 'Notes'),
      html('lunasec-textarea', {
        id: 'element-notes',
        name: 'notes',
        class: look.area,
        rows: 2,
        'max-rows': maxRows,
      }),
    ),
    html('button', { class: look.button }, 'Save'),
    html('button', { class: look.button, type: 'reset' }, 'Reset'),
  );

const form = story({
  id: 'form',
  title: 'A plain form',
  about:
    'For pages without React. The elements take part in the form: its data has the tokens, its submit event waits for them, its reset empties them.',
  controls: {
    type: choice('type', ['text', 'email', 'tel', 'password'], 'text', { fixed: true }),
    placeholder: text('placeholder', '000-00-0000'),
    mask: text('mask', '###-##-####', { fixed: true }),
    required: toggle('required', true),
    disabled: toggle('disabled'),
    maxRows: number('max-rows', 6, [1, 30], { fixed: true }),
  },
  form: 'own',
  language: 'html',
  render: (values, preview) => <Markup source={formBody(values, preview.look)} preview={preview} />,
  code: (values, look) => page(formBody(values, look)),
});

interface TextValues {
  kind: 'lunasec-paragraph' | 'lunasec-span';
  token: string | undefined;
  conceal: number | undefined;
  revealable: boolean;
  copyable: boolean;
}

const textBody = ({ kind, token, conceal, revealable, copyable }: TextValues, look: Look) =>
  html(kind, {
    token,
    class: kind === 'lunasec-span' ? look.span : look.text,
    conceal,
    revealable,
    copyable,
    'aria-label': 'Stored value',
  });

const stored = story({
  id: 'stored',
  title: 'A stored value',
  about: 'Shows the value of a token, with the same means as the components of React.',
  controls: {
    token: token(),
    kind: choice('element', ['lunasec-paragraph', 'lunasec-span'], 'lunasec-paragraph'),
    conceal: number('conceal', undefined, [0, 64], { fixed: true }),
    revealable: toggle('revealable', false, { fixed: true }),
    copyable: toggle('copyable', false, { fixed: true }),
  },
  form: 'none',
  language: 'html',
  render: (values, preview) => <Markup source={textBody(values, preview.look)} preview={preview} />,
  code: (values, look) => page(textBody(values, look)),
});

export const customElements: Page = {
  id: 'custom-elements',
  title: 'Custom elements',
  stories: [form, stored],
};

/** Runs the markup of a sample as it is, inside a <lunasec-page> for the gallery's own tokenizer. */
function Markup({ source, preview: { say, store } }: { source: string; preview: Preview }) {
  const { applicationId, tokenizerURL } = useConfig();
  const host = useRef<HTMLDivElement>(null);
  const calls = useRef({ say, store });
  useEffect(() => {
    calls.current = { say, store };
  });

  useEffect(() => {
    defineSecureElements();
    const root = document.createElement('lunasec-page');
    root.setAttribute('application-id', applicationId);
    root.setAttribute('tokenizer-url', tokenizerURL);
    // Written by the story above, with the values of its controls escaped.
    root.innerHTML = source;

    const fields = 'lunasec-input, lunasec-textarea, lunasec-paragraph, lunasec-span';
    for (const field of root.querySelectorAll<HTMLElement>(fields)) {
      const name = field.getAttribute('name') ?? field.localName;
      for (const type of ['focus', 'blur', 'invalid', 'change'])
        field.addEventListener(type, () => {
          const { value } = field as HTMLElement & { value?: string };
          calls.current.say(`${name}: ${type}`, type === 'change' ? value : undefined);
        });
      for (const type of ['validate', 'error'])
        field.addEventListener(type, (event) =>
          calls.current.say(`${name}: ${type}`, (event as CustomEvent<object>).detail),
        );
    }
    const form = root.querySelector('form');
    form?.addEventListener('submit', (event) => {
      event.preventDefault();
      const data = Object.fromEntries(new FormData(form)) as Record<string, string>;
      calls.current.say('submit', data);
      const tokens = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== ''));
      calls.current.store(tokens).then(
        () => calls.current.say('GraphQL store', 'done'),
        (error: unknown) => calls.current.say('GraphQL store', failureOf(error)),
      );
    });

    host.current!.replaceChildren(root);
    return () => root.remove();
  }, [source, applicationId, tokenizerURL]);
  return <div ref={host} />;
}
