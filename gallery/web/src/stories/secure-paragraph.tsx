import { choice, token, type Page } from '../story/types.js';
import { concealControls, concealProps } from './concealing.js';
import { fallbackCode, fallbackOf, fallbacks, foreignToken } from './failing.js';
import { revoked } from './revoked.js';
import { paragraphStory } from './texts.js';

const plain = paragraphStory({
  id: 'plain',
  title: 'A stored value',
  about:
    'Shows a stored value that this page never gets. Not even its length: the paragraph is one line high unless its classes say otherwise.',
  controls: { token: token(), dir: choice('dir', ['', 'ltr', 'rtl', 'auto'], '') },
  props: ({ token, dir }) => ({ token, dir: dir || undefined }),
});

const concealed = paragraphStory({
  id: 'concealed',
  title: 'Conceal, reveal, copy',
  about:
    'Dots until somebody presses the button inside the frame, and again after some seconds. The page learns of none of it.',
  controls: concealControls,
  props: concealProps,
});

const failing = paragraphStory({
  id: 'failing',
  title: 'Without a read grant',
  about:
    'A token is no key: without a read grant of the own session its frame shows nothing, and missing, foreign and deleted tokens look the same.',
  controls: { fallback: fallbacks },
  props: ({ fallback }) => ({ token: foreignToken, fallback: fallbackOf(fallback) }),
  fallbackCode: ({ fallback }) => fallbackCode(fallback),
});

export const secureParagraph: Page = {
  id: 'secure-paragraph',
  title: 'SecureParagraph',
  stories: [plain, concealed, failing, revoked],
};
