import { createLazy } from './lazy.js';

/** What drives elements once their frames are there: fetched while those load. */
// eslint-disable-next-line @typescript-eslint/consistent-type-imports -- of a module that is not to be loaded at once
export const engine = /*#__PURE__*/ createLazy<typeof import('./driving.js')>(() => import('./driving.js'));
