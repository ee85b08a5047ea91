import { createTestLunaSec } from '../testing/index.js';
import type { TestLunaSec, TestLunaSecOptions } from '../testing/index.js';

export interface TestKit extends Pick<TestLunaSec, 'tokenizer' | 'warnings' | 'context'> {
  lunaSec: TestLunaSec;
}

/** A LunaSec on a tokenizer in memory, and its parts by name. */
export function testKit(options?: TestLunaSecOptions): TestKit {
  const lunaSec = createTestLunaSec(options);
  const { tokenizer, warnings, context } = lunaSec;
  return { lunaSec, tokenizer, warnings, context };
}
