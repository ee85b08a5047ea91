/** The part of the engine that nothing needs before a frame is there. */
export { createElement } from './element.js';
export { storeFields } from './store.js';
