export * from './files-to-frame.js';
export * from './files-to-page.js';
