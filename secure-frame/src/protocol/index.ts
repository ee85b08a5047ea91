export * from './attributes.js';
export { openChannel } from './channel.js';
export type { Channel } from './channel.js';
export type { Guard, Guarded } from './guards.js';
export * from './messages.js';
export * from './problem.js';
export * from './token.js';
export { isSafeStyleValue, styleProperties } from '../style/allowed.js';
export type { Styles } from '../style/allowed.js';
