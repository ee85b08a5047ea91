export { createBox } from './box.js';
export type { Box } from './box.js';
export { createElement } from './element.js';
export type { ElementOptions, ElementSettings, SecureElement } from './element.js';
export type { ElementEvents } from './link.js';
export { createFileElement } from './file-element.js';
export type { FileElement, FileEvents } from './file-element.js';
export { createPage } from './page.js';
export type { Page, PageOptions, Session } from './page.js';
