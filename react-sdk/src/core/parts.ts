import { createLazy } from './lazy.js';

export type Look = typeof import('./look.js'); // eslint-disable-line @typescript-eslint/consistent-type-imports -- of a module that is not to be loaded

export const lookPart = /*#__PURE__*/ createLazy<Look>(() => import('./look.js'));
