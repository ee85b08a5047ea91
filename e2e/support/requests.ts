import type { Page } from 'playwright-core';

/** Counts the GraphQL operations that a page's frames send to the tokenizer, by root field. */
export function countFrameRequests(page: Page, tokenizerURL: string): Record<string, number> {
  const counts: Record<string, number> = { createSession: 0, tokenize: 0, detokenize: 0 };
  page.on('request', (request) => {
    if (request.method() !== 'POST' || request.url() !== `${tokenizerURL}/graphql`) return;
    const body = request.postData() ?? '';
    for (const field of Object.keys(counts))
      if (new RegExp(`\\b${field}\\s*\\(`).test(body)) counts[field] = (counts[field] ?? 0) + 1;
  });
  return counts;
}
