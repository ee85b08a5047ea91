import { number, text, toggle, token, type Page } from '../story/types.js';
import { areaStory } from './fields.js';

const rows = areaStory({
  id: 'rows',
  title: 'Rows and columns',
  about: 'A text area of several lines. Its size comes from rows and cols, or from the theme’s classes.',
  controls: {
    rows: number('rows', 4, [1, 30]),
    cols: number('cols', undefined, [1, 200]),
    placeholder: text('placeholder', 'What should be remembered, and seen by nobody else'),
  },
  label: 'Notes',
  props: ({ rows, cols, placeholder }) => ({ rows, cols, placeholder: placeholder || undefined }),
});

const growing = areaStory({
  id: 'growing',
  title: 'Grows with its text',
  about:
    'From rows up to maxRows lines. The page has to make room, so it learns how many whole lines there are; without maxRows not even that.',
  controls: { rows: number('rows', 2, [1, 30]), maxRows: number('maxRows', 8, [1, 100], { fixed: true }) },
  label: 'Notes',
  hint: 'Type several lines.',
  props: ({ rows, maxRows }) => ({ rows, maxRows }),
});

const states = areaStory({
  id: 'states',
  title: 'States and limits',
  about: 'The same states and constraints as an input has.',
  controls: {
    required: toggle('required'),
    disabled: toggle('disabled'),
    readOnly: toggle('readOnly'),
    invalid: toggle('aria-invalid'),
    spellCheck: toggle('spellCheck'),
    minLength: number('minLength', undefined, [0, 10_000], { fixed: true }),
    maxLength: number('maxLength', 500, [1, 10_000], { fixed: true }),
  },
  label: 'Medical history',
  props: ({ required, disabled, readOnly, invalid, spellCheck, minLength, maxLength }) => ({
    rows: 4,
    required,
    disabled,
    readOnly,
    'aria-invalid': invalid || undefined,
    spellCheck,
    minLength,
    maxLength,
  }),
});

const prefilled = areaStory({
  id: 'prefilled',
  title: 'Prefilled by a token',
  about: 'Shows a stored value for editing.',
  controls: { token: token() },
  label: 'Stored before',
  props: ({ token }) => ({ rows: 4, token }),
});

export const secureTextArea: Page = {
  id: 'secure-text-area',
  title: 'SecureTextArea',
  stories: [rows, growing, states, prefilled],
};
