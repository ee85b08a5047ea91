import { describe, expect, jest, test } from '@jest/globals';
import { renderToString } from 'react-dom/server';
import { createEverything } from '../test-support/everything.js';

describe('rendered on a server', () => {
  const complaints = jest.spyOn(console, 'error').mockImplementation(() => {});
  const markup = renderToString(createEverything(0));

  test('there is a place for every element, and no frame yet', () => {
    expect(typeof document).toBe('undefined');
    expect(markup).toMatch(/<input[^>]*class="control"/);
    expect(markup).toMatch(/<textarea[^>]*rows="4"/);
    expect(markup.match(/data-lunasec="(paragraph|span)"/g)).toHaveLength(3);
    expect(markup).toContain('connecting');
    expect(markup).not.toContain('<iframe');
  });

  test('React has nothing to say about it', () => {
    expect(complaints).not.toHaveBeenCalled();
  });

  test('before the script runs nobody can type into a twin', () => {
    const twins = [...markup.matchAll(/<(?:input|textarea)[^>]*>/g)];
    expect(twins).toHaveLength(5);
    for (const [twin] of twins) {
      expect(twin).toContain('disabled=""');
      expect(twin).toContain('visibility:hidden');
    }
  });
});
