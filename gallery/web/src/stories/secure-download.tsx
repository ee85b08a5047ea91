import { SecureDownload } from '@lunasec/react-sdk/files';
import { jsx, raw, sample } from '../story/jsx.js';
import { story, toggle, token, type Page } from '../story/types.js';
import { foreignToken } from './failing.js';

const stored = story({
  id: 'stored',
  title: 'A stored file',
  about:
    'Name, size and a button that saves the file where the person wants it: all inside the frame. With preview, images and PDF documents are shown there as well.',
  controls: { token: token('token', 'file'), preview: toggle('preview', false, { fixed: true }) },
  form: 'none',
  render: ({ token, preview }, { look, handlers, say }) => (
    <SecureDownload
      token={token}
      preview={preview}
      className={look.files}
      aria-label="Stored file"
      onProgress={(received, size) => say('SecureDownload: onProgress', { received, size })}
      onError={handlers('SecureDownload').onError}
    />
  ),
  code: ({ preview }, look) =>
    sample(
      ['SecureDownload'],
      jsx('SecureDownload', {
        token: raw('token'),
        preview,
        className: look.files,
        'aria-label': 'Stored file',
      }),
      '@lunasec/react-sdk/files',
    ),
});

const failing = story({
  id: 'failing',
  title: 'Without a read grant',
  about: 'As with text, a token alone shows nothing.',
  controls: {},
  form: 'none',
  render: (_values, { look, handlers }) => (
    <SecureDownload
      token={foreignToken}
      className={look.files}
      aria-label="Stored file"
      onError={handlers('SecureDownload').onError}
    />
  ),
  code: (_values, look) =>
    sample(
      ['SecureDownload'],
      jsx('SecureDownload', {
        token: raw('token'),
        className: look.files,
        'aria-label': 'Stored file',
        onError: raw('show'),
      }),
      '@lunasec/react-sdk/files',
    ),
});

export const secureDownload: Page = {
  id: 'secure-download',
  title: 'SecureDownload',
  stories: [stored, failing],
};
