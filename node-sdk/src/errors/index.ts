export * from './classes.js';
export { problemCodes } from './codes.js';
export type { Problem, ProblemCode } from './codes.js';
export { LunaSecError } from './lunasec-error.js';
export type { ErrorPath, LunaSecErrorOptions } from './lunasec-error.js';
