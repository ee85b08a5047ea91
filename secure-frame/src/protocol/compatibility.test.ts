import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageToFile } from './files-to-frame.js';
import { fileToPage } from './files-to-page.js';
import { controllerToElement, elementToController } from './internal.js';
import {
  connectMessage,
  controllerToPage,
  elementToPage,
  pageToController,
  pageToElement,
} from './messages.js';
import type { Parser } from './parsers.js';
import { invalid } from './parsers.js';

/**
 * What the first release of protocol version 1 sends, in full. It only ever grows: a page or a frame of that release is
 * still out there while the other side is updated.
 */
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../released/protocol-1.json'), 'utf8'),
) as Record<string, Record<string, unknown>[]>;
const directions: Record<string, Parser<unknown>> = {
  connect: connectMessage,
  pageToElement,
  elementToPage,
  pageToFile,
  fileToPage,
  pageToController,
  controllerToPage,
  elementToController,
  controllerToElement,
};

test('every direction is recorded', () => {
  expect(Object.keys(recorded).toSorted()).toEqual(Object.keys(directions).toSorted());
});

describe.each(Object.entries(recorded))('%s', (direction, messages) => {
  const parse = directions[direction]!;

  test.each(messages)('of the first release arrives whole: %j', (message) => {
    expect(parse(message)).toEqual(message);
  });

  test.each(messages)('of a later release arrives without what it added: %j', (message) => {
    expect(parse(later(message))).toEqual(message);
  });

  test('that a later release added is left out', () => {
    if (direction === 'connect') return;
    expect(parse({ type: 'addedLater', content: 1 })).toBe(invalid);
  });
});

/** The message with a field more in each of its objects, as a later release might send it. */
function later(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(later);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([name, content]) =>
      // Dictionaries have names of their own: there is no such thing as an unknown one.
      [
        name,
        /^(headers|labels|base|placeholder|focus|hover|invalid|hoverFocus|hoverInvalid|focusInvalid)$/.test(
          name,
        )
          ? content
          : later(content),
      ] as const,
  );
  return { ...Object.fromEntries(entries), addedLater: { more: [1] } };
}
