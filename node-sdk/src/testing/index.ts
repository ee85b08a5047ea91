export { matchers } from './matchers.js';
export { createTestLunaSec } from './test-lunasec.js';
export type { TestLunaSec, TestLunaSecOptions, TestSession } from './test-lunasec.js';
export { createTestTokenizer } from './test-tokenizer.js';
export type { TestCall, TestTokenizeOptions, TestTokenizer, TestTokenizerOptions } from './test-tokenizer.js';
