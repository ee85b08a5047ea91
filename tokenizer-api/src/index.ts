import 'reflect-metadata';

export { ConfigError } from './config.js';
export type { TokenizerConfig } from './config.js';
export { startTokenizer } from './server.js';
export type { RunningTokenizer, StartOptions } from './server.js';
export type { Swept } from './services/sweeper.js';
