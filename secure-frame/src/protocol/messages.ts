export * from './common.js';
export * from './connecting.js';
export * from './to-frame.js';
export * from './to-page.js';
