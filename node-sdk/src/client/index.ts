export { createClient } from './client.js';
export type * from './port.js';
export type { ResilienceOptions } from './resilience.js';
export type { Fetch } from './transport.js';
