/** What only some fields need: a part of its own of the frame's script, loaded for those. */
export { concealText, isRightToLeft } from './conceal.js';
export { createCover } from './cover.js';
export { createMask } from './mask.js';
export { createReveal } from './reveal.js';
export { countRows } from './rows.js';
export { createTools } from './tools.js';
export { keepMask } from './typing.js';
export { validators } from './validators.js';
