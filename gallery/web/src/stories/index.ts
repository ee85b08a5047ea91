import type { Page } from '../story/types.js';
import { customElements } from './custom-elements.js';
import { secureDownload } from './secure-download.js';
import { secureForm } from './secure-form.js';
import { secureInput } from './secure-input.js';
import { secureParagraph } from './secure-paragraph.js';
import { secureSpan } from './secure-span.js';
import { secureTextArea } from './secure-text-area.js';
import { secureUpload } from './secure-upload.js';
import { session } from './session.js';

/** In the order of the navigation. */
export const pages: readonly Page[] = [
  secureInput,
  secureTextArea,
  secureParagraph,
  secureSpan,
  secureForm,
  secureUpload,
  secureDownload,
  customElements,
  session,
];
