/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { createDropCounter } from './drops.js';

test('dropped messages are counted in the frame’s own document', () => {
  const count = createDropCounter(document);
  expect(document.documentElement.dataset.droppedMessages).toBeUndefined();
  count();
  count();
  expect(document.documentElement.dataset.droppedMessages).toBe('2');
});
