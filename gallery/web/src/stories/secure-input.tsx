import { choice, number, text, toggle, token, type Page } from '../story/types.js';
import { inputStory } from './fields.js';
import { besidePlain } from './beside-plain.js';
import { fromCode } from './from-code.js';
import { ownMarkup } from './own-markup.js';

const optional = (value: string) => value || undefined;

const types = inputStory({
  id: 'types',
  title: 'Types',
  about:
    'A secure input takes the types of an input that hold one line of text. Keyboards of phones follow them.',
  controls: {
    type: choice('type', ['text', 'email', 'tel', 'number', 'password', 'url'], 'text', { fixed: true }),
    placeholder: text('placeholder', 'Type here'),
  },
  label: ({ type }) => `A field of type ${type}`,
  props: ({ type, placeholder }) => ({ type, placeholder: optional(placeholder) }),
});

const states = inputStory({
  id: 'states',
  title: 'States',
  about:
    'Required, disabled, read-only and invalid, as of any input. The theme’s own rules for :focus, :hover, :disabled and :user-invalid apply.',
  controls: {
    required: toggle('required'),
    disabled: toggle('disabled'),
    readOnly: toggle('readOnly'),
    invalid: toggle('aria-invalid'),
    placeholder: text('placeholder', '000-00-0000'),
  },
  label: 'National id',
  hint: 'As on your card.',
  props: ({ required, disabled, readOnly, invalid, placeholder }) => ({
    required,
    disabled,
    readOnly,
    'aria-invalid': invalid || undefined,
    placeholder: optional(placeholder),
  }),
});

const constraints = inputStory({
  id: 'constraints',
  title: 'Constraints',
  about:
    'Checked inside the frame. The page learns whether the content fits, when it begins or ceases to fit, but not how long it is.',
  controls: {
    pattern: text('pattern', '[A-Z]{2}\\d{6}', { fixed: true }),
    minLength: number('minLength', undefined, [0, 100], { fixed: true }),
    maxLength: number('maxLength', 8, [1, 100], { fixed: true }),
    required: toggle('required', true),
  },
  label: 'Passport number',
  hint: 'Two capital letters and six digits, such as XA123456.',
  props: ({ pattern, minLength, maxLength, required }) => ({
    pattern: optional(pattern),
    minLength,
    maxLength,
    required,
  }),
});

const numbers = inputStory({
  id: 'numbers',
  title: 'Numbers',
  about:
    'A number has a range and a step, as HTML writes them. The verdict tells the page which of them it breaks.',
  controls: {
    min: text('min', '0', { fixed: true }),
    max: text('max', '250000', { fixed: true }),
    step: text('step', '0.01', { fixed: true }),
  },
  label: 'Yearly salary',
  props: ({ min, max, step }) => ({
    type: 'number',
    min: optional(min),
    max: optional(max),
    step: optional(step),
  }),
});

const masks = inputStory({
  id: 'masks',
  title: 'Masks',
  about:
    'The text takes its form while it is typed or pasted: # is a digit, A a letter, * either, anything else stands for itself. All of it happens in the frame.',
  controls: {
    mask: choice(
      'mask',
      ['###-##-####', '#### #### #### ####', '##/##', '(###) ###-####', 'AA## #### ****'],
      '###-##-####',
      {
        fixed: true,
      },
    ),
  },
  label: ({ mask }) => `In the form ${mask}`,
  props: ({ mask }) => ({ mask, placeholder: mask, inputMode: mask.includes('A') ? undefined : 'numeric' }),
});

const concealed = inputStory({
  id: 'concealed',
  title: 'Conceal, reveal, copy',
  about:
    'While nobody edits the field, all but its last characters are shown as dots. Buttons inside the frame show the value and copy it; the page learns of neither.',
  controls: {
    token: token(),
    conceal: number('conceal', 4, [0, 64], { fixed: true, hint: 'How many of the last characters stay.' }),
    revealable: toggle('revealable', true, { fixed: true }),
    copyable: toggle('copyable', true, { fixed: true }),
    hideAfter: number('hideAfter', 10, [1, 3600], { fixed: true, hint: 'Seconds.' }),
    german: toggle('labels in German'),
  },
  label: 'Account number',
  props: ({ token, conceal, revealable, copyable, hideAfter, german }) => ({
    token,
    conceal,
    revealable,
    copyable,
    hideAfter: revealable ? hideAfter : undefined,
    labels: german ? germanLabels : undefined,
  }),
});
const germanLabels = { reveal: 'Anzeigen', hide: 'Verbergen', copy: 'Kopieren', copied: 'Kopiert' };

const password = inputStory({
  id: 'password',
  title: 'A password',
  about: 'A field of type password with a button that shows it, and a manager that may fill it in.',
  controls: {
    revealable: toggle('revealable', true, { fixed: true }),
    autoComplete: choice('autoComplete', ['new-password', 'current-password', 'off'], 'new-password'),
    minLength: number('minLength', 12, [0, 100], { fixed: true }),
  },
  label: 'Password',
  hint: 'Twelve characters or more.',
  props: ({ revealable, autoComplete, minLength }) => ({
    type: 'password',
    revealable,
    autoComplete,
    minLength,
  }),
});

const examples = {
  SSN: ['Social security number', 'Valid: 536-90-4399. Never assigned, so not valid: 000-12-3456.'],
  Email: ['E-mail address', 'Valid: ada@example.org.'],
  CardNumber: ['Card number', 'Valid: 4242 4242 4242 4242. One digit off is found out.'],
  Phone: ['Phone number', 'Valid: +49 30 901820.'],
  IBAN: [
    'IBAN',
    'Valid: DE89 3704 0044 0532 0130 00. The country’s length and the check digits are checked.',
  ],
  Date: ['Date', 'Valid: 2024-02-29. In 2023 there was no such day.'],
} as const;

const validators = inputStory({
  id: 'validators',
  title: 'Validators',
  about:
    'Built-in checks that know more than a pattern can say. They run in the frame; the verdict is all that leaves it.',
  controls: {
    validator: choice('validator', ['SSN', 'Email', 'CardNumber', 'Phone', 'IBAN', 'Date'], 'CardNumber', {
      fixed: true,
    }),
  },
  label: ({ validator }) => examples[validator][0],
  hint: ({ validator }) => examples[validator][1],
  props: ({ validator }) => ({ validator }),
});

const prefilled = inputStory({
  id: 'prefilled',
  title: 'Prefilled by a token',
  about:
    'Given a token, the field shows the stored value for editing. Unchanged, it gives the same token back; changed, a new one.',
  controls: { token: token(), readOnly: toggle('readOnly') },
  label: 'Stored before',
  props: ({ token, readOnly }) => ({ token, readOnly }),
});

const autocomplete = inputStory({
  id: 'autocomplete',
  title: 'Autofill and keyboards',
  about:
    'What browsers, password managers and on-screen keyboards go by. Spelling is checked only where asked for: some browsers send text to a server for it.',
  controls: {
    autoComplete: choice(
      'autoComplete',
      [
        'off',
        'name',
        'email',
        'tel',
        'street-address',
        'postal-code',
        'cc-number',
        'cc-exp',
        'cc-csc',
        'one-time-code',
      ],
      'cc-number',
    ),
    inputMode: choice(
      'inputMode',
      ['', 'text', 'numeric', 'decimal', 'tel', 'email', 'url', 'none'],
      'numeric',
    ),
    enterKeyHint: choice('enterKeyHint', ['', 'done', 'enter', 'go', 'next', 'send'], ''),
    autoCapitalize: choice('autoCapitalize', ['', 'off', 'words', 'characters', 'sentences'], ''),
    spellCheck: toggle('spellCheck'),
  },
  label: 'Card number',
  props: ({ autoComplete, inputMode, enterKeyHint, autoCapitalize, spellCheck }) => ({
    autoComplete,
    inputMode: inputMode || undefined,
    enterKeyHint: enterKeyHint || undefined,
    autoCapitalize: optional(autoCapitalize),
    spellCheck,
  }),
});

export const secureInput: Page = {
  id: 'secure-input',
  title: 'SecureInput',
  stories: [
    types,
    states,
    besidePlain,
    masks,
    concealed,
    password,
    constraints,
    numbers,
    validators,
    prefilled,
    autocomplete,
    fromCode,
    ownMarkup,
  ],
};
