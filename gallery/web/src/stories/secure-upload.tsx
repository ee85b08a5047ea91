import { SecureDownload, SecureUpload, type SecureUploadProps } from '@lunasec/react-sdk/files';
import { jsx, raw, sample } from '../story/jsx.js';
import {
  choice,
  number,
  story,
  toggle,
  type Controls,
  type Page,
  type Story,
  type Values,
} from '../story/types.js';

/** A story of one labelled place for files. */
const uploadStory = <const C extends Controls>({
  label,
  props,
  ...rest
}: Pick<Story<C>, 'id' | 'title' | 'about' | 'controls'> & {
  label: string;
  props(values: Values<C>): SecureUploadProps;
}): Story =>
  story<C>({
    ...rest,
    render: (values, { look, id, handlers, say }) => (
      <div className={look.row}>
        <label className={look.label} htmlFor={id('files')}>
          {label}
        </label>
        <SecureUpload
          {...props(values)}
          {...handlers('files')}
          id={id('files')}
          name="files"
          className={look.files}
          onProgress={(files) => say('files: onProgress', files)}
        />
      </div>
    ),
    shown: (token, label, { look, say }) => (
      <SecureDownload
        token={token}
        className={look.files}
        aria-label={label}
        onError={(problem) => say('SecureDownload: onError', problem)}
      />
    ),
    code: (values, look) =>
      sample(
        ['SecureUpload'],
        jsx(
          'div',
          { className: look.row },
          jsx('label', { className: look.label, htmlFor: 'files' }, label),
          jsx('SecureUpload', {
            id: 'files',
            name: 'files',
            className: look.files,
            ...props(values),
            // The default is true: what is off must be said.
            ...(props(values).preview === false && { preview: raw('false') }),
            onChange: raw('(event) => setTokens(event.target.values)'),
          }),
        ),
        '@lunasec/react-sdk/files',
      ),
  });

const plain = uploadStory({
  id: 'plain',
  title: 'One file',
  about:
    'Choose a file or drop it. It is encrypted in the frame and uploaded from there while the form is still being filled in; the page learns sizes and states, not names.',
  controls: { required: toggle('required'), disabled: toggle('disabled'), preview: toggle('preview', true) },
  label: 'Proof of identity',
  props: ({ required, disabled, preview }) => ({
    required,
    disabled,
    // True is the default.
    preview: preview ? undefined : false,
  }),
});

const many = uploadStory({
  id: 'many',
  title: 'Several files, with limits',
  about: 'Types, number and size are checked in the frame, for files that are dropped as well.',
  controls: {
    accept: choice('accept', ['', 'image/*', '.pdf', '.pdf,image/*'], '.pdf,image/*'),
    maxFiles: number('maxFiles', 3, [1, 100]),
    maxSize: number('maxSize', 5_000_000, [1, 1_000_000_000], { hint: 'Bytes of one file.' }),
  },
  label: 'Documents',
  props: ({ accept, maxFiles, maxSize }) => ({
    multiple: true,
    accept: accept || undefined,
    maxFiles,
    maxSize,
  }),
});

export const secureUpload: Page = { id: 'secure-upload', title: 'SecureUpload', stories: [plain, many] };
