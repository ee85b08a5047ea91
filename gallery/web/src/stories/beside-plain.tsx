import { SecureInput } from '@lunasec/react-sdk';
import { jsx, raw, sample } from '../story/jsx.js';
import { story, text, toggle } from '../story/types.js';

/** The same props on both: what differs is a fault. */
export const besidePlain = story({
  id: 'beside-plain',
  title: 'Beside a plain input',
  about:
    'The first field is plain, the second secure, with the same classes. Switch the theme: they look alike in each.',
  controls: {
    disabled: toggle('disabled'),
    readOnly: toggle('readOnly'),
    placeholder: text('placeholder', 'Ada Lovelace'),
  },
  form: 'none',
  render({ disabled, readOnly, placeholder }, { look, id, handlers }) {
    const same = { className: look.input, disabled, readOnly, placeholder };
    return (
      <div className={look.form}>
        <div className={look.row}>
          <label className={look.label} htmlFor={id('plain')}>
            Plain
          </label>
          <input id={id('plain')} autoComplete="off" {...same} />
        </div>
        <div className={look.row}>
          <label className={look.label} htmlFor={id('secure')}>
            Secure
          </label>
          <SecureInput id={id('secure')} name="secure" autoComplete="off" {...same} {...handlers('secure')} />
        </div>
      </div>
    );
  },
  code({ disabled, readOnly, placeholder }, look) {
    const same = { className: look.input, disabled, readOnly, placeholder };
    const row = (id: string, label: string, field: string) =>
      jsx('div', { className: look.row }, jsx('label', { className: look.label, htmlFor: id }, label), field);
    return sample(
      ['SecureInput'],
      jsx(
        'div',
        { className: look.form },
        row('plain', 'Plain', jsx('input', { id: 'plain', autoComplete: 'off', ...same })),
        row(
          'secure',
          'Secure',
          jsx('SecureInput', {
            id: 'secure',
            name: 'secure',
            autoComplete: 'off',
            ...same,
            onChange: raw('(event) => setToken(event.target.value)'),
          }),
        ),
      ),
    );
  },
});
