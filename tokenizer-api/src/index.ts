import 'reflect-metadata';

export { ConfigError } from './config/settings.js';
export type { TokenizerConfig } from './config/settings.js';
export { startTokenizer } from './server.js';
export type { RunningTokenizer, StartOptions } from './server.js';
export type { Swept } from './services/sweeper.js';
