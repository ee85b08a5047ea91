import { token, type Page } from '../story/types.js';
import { concealControls, concealProps } from './concealing.js';
import { fallbackCode, fallbackOf, fallbacks, foreignToken } from './failing.js';
import { spanStory } from './texts.js';

const inSentence = spanStory({
  id: 'in-a-sentence',
  title: 'In a sentence',
  about:
    'A stored value inside running text. It is an inline block, 10em wide unless its classes say otherwise, and stands on the line like the words around it.',
  controls: { token: token() },
  props: ({ token }) => ({ token }),
});

const concealed = spanStory({
  id: 'concealed',
  title: 'Conceal, reveal, copy',
  about: 'The same buttons, in the middle of a sentence.',
  controls: concealControls,
  props: (values) => ({ ...concealProps(values), style: { width: '16em' } }),
});

const failing = spanStory({
  id: 'failing',
  title: 'Without a read grant',
  about: 'The fallback takes the place of the span.',
  controls: { fallback: fallbacks },
  props: ({ fallback }) => ({ token: foreignToken, fallback: fallbackOf(fallback) }),
  fallbackCode: ({ fallback }) => fallbackCode(fallback),
});

export const secureSpan: Page = {
  id: 'secure-span',
  title: 'SecureSpan',
  stories: [inSentence, concealed, failing],
};
