import { useSecureField } from '@lunasec/react-sdk';
import { component, jsx, sample } from '../story/jsx.js';
import { story, toggle, type Preview } from '../story/types.js';

export const ownMarkup = story({
  id: 'own-markup',
  title: 'In your own markup',
  about:
    'useSecureField() gives the props for elements of your own, and all that a page may know of the content: for design systems that bring their inputs along.',
  controls: { required: toggle('required', true) },
  render: ({ required }, preview) => <OwnMarkup required={required} preview={preview} />,
  code: ({ required }, look) =>
    sample(
      ['useSecureField'],
      component(
        'Field',
        `const { hostProps, twinProps, state } = useSecureField('input', {
  name: 'value',
  className: ${look.input ? `'${look.input}'` : 'undefined'},
  required: ${required},
  'aria-label': 'Account number',
});`,
        jsx(
          'div',
          { className: look.row },
          '<span {...hostProps}>\n  <input {...twinProps} />\n</span>',
          jsx('p', { className: look.hint }, "{state.filled ? 'Something is there.' : 'Empty.'}"),
        ),
      ),
    ),
});

function OwnMarkup({ required, preview: { look, id, handlers } }: { required: boolean; preview: Preview }) {
  const { hostProps, twinProps, state } = useSecureField('input', {
    ...handlers('value'),
    id: id('value'),
    name: 'value',
    className: look.input,
    required,
  });
  return (
    <div className={look.row}>
      <label className={look.label} htmlFor={id('value')}>
        Account number
      </label>
      <span {...hostProps}>
        <input {...twinProps} />
      </span>
      <p className={look.hint}>
        {state.filled ? 'Something is there' : 'Empty'}, {state.valid ? 'valid' : state.invalid},{' '}
        {state.dirty ? 'changed' : 'unchanged'}
        {state.focused && ', with the focus'}
      </p>
    </div>
  );
}
