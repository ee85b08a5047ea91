export { createBox } from './box.js';
export type { Box } from './box.js';
export { createElement } from './element.js';
export type { ElementOptions, ElementSettings, SecureElement } from './element.js';
export type { ElementEvents } from './link.js';
export { createPage } from './page.js';
export type { Connection, Page, PageOptions, Session } from './page.js';
