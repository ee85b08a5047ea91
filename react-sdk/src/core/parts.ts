import { createLazy } from './lazy.js';

// eslint-disable-next-line @typescript-eslint/consistent-type-imports -- of a module that is not to be loaded at once
export type PresentationPart = typeof import('./presentation.js');

// eslint-disable-next-line @typescript-eslint/consistent-type-imports -- of a module that is not to be loaded at once
export type FilePart = typeof import('./file-element.js');

export const presentationPart = /*#__PURE__*/ createLazy<PresentationPart>(() => import('./presentation.js'));

/** For pages with files. */
export const filePart = /*#__PURE__*/ createLazy<FilePart>(() => import('./file-element.js'));
