export { startDemo, type DemoOptions } from './app.js';
