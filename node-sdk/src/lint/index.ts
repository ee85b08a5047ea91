export { lintSchema } from './lint-schema.js';
export type { LintFinding, LintOptions, LintRule } from './lint-schema.js';
export type { SourceLocation } from './locations.js';
export { defaultPatterns } from './patterns.js';
export type { SensitivePattern } from './patterns.js';
