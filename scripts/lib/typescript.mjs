/** From here on this process can import TypeScript: what tests and measurements share is written in it. */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
