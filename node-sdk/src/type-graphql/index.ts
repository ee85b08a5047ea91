export { Token } from './token.js';
export type { TokenOptions } from './token.js';
export { TokenMiddleware } from './token-middleware.js';
