export { createTestLunaSec } from './test-lunasec.js';
export type { TestLunaSec, TestLunaSecOptions } from './test-lunasec.js';
export { createTestTokenizer } from './test-tokenizer.js';
export type { TestCall, TestTokenizer, TestTokenizerOptions } from './test-tokenizer.js';
