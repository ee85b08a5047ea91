import { describe, expect, test } from '@jest/globals';
import { findController, isFromSibling } from './siblings.js';

const element = 'https://tokenizer.example/frame/element?application=demo';
const controller = 'https://tokenizer.example/frame/controller?application=demo';

/** A page with frames. `undefined` as address: a frame of another origin. */
function page(frames: { name?: string; url: string | undefined }[]) {
  const parent = { frames: {} as Record<string | number, unknown> };
  const windows = frames.map(({ name = '', url }) => {
    if (url) return { name, location: new URL(url), parent };
    return {
      parent,
      get name(): string {
        throw new DOMException('Blocked a frame.', 'SecurityError');
      },
      get location(): URL {
        throw new DOMException('Blocked a frame.', 'SecurityError');
      },
    };
  });
  parent.frames = { ...windows, length: windows.length };
  return windows as unknown as Window[];
}

describe('the controller', () => {
  test('is found among frames of any origin', () => {
    const [, own, found] = page([
      { url: undefined },
      { url: element },
      { name: 'lunasec-controller', url: controller },
    ]);
    expect(findController(own!)).toBe(found);
  });

  test.each([
    ['has its name', { name: 'mine', url: controller }],
    ['is on this origin', { name: 'lunasec-controller', url: controller.replace('tokenizer', 'evil') }],
    ['is on this port', { name: 'lunasec-controller', url: controller.replace('.example', '.example:8443') }],
    ['is the controller page', { name: 'lunasec-controller', url: element }],
    ['serves this application', { name: 'lunasec-controller', url: controller.replace('demo', 'other') }],
    ['serves an application', { name: 'lunasec-controller', url: controller.replace(/\?.*/, '') }],
    ['has arrived', { name: 'lunasec-controller', url: 'about:blank' }],
    ['may be looked into', { url: undefined }],
  ])('%s', (_, other) => {
    const [own] = page([{ url: element }, other]);
    expect(findController(own!)).toBeUndefined();
  });

  test('is found however the application’s id is escaped', () => {
    const [own, found] = page([
      { url: 'https://tokenizer.example/frame/element?application=a%20b%7E' },
      { name: 'lunasec-controller', url: 'https://tokenizer.example/frame/controller?application=a+b~' },
    ]);
    expect(findController(own!)).toBe(found);
  });

  test('is not a renewal frame’s own window, whatever its name', () => {
    const [own] = page([{ name: 'lunasec-controller', url: controller }]);
    expect(findController(own!)).toBeUndefined();
  });
});

describe('a sibling', () => {
  const [own, sibling] = page([{ url: controller }, { url: element }]);
  const [stranger] = page([{ url: element }]);
  const from = (origin: string, source: unknown) => isFromSibling({ origin, source } as MessageEvent, own!);

  test('is a frame of this origin in the same page', () => {
    expect(from('https://tokenizer.example', sibling)).toBe(true);
  });

  test('is not the page, a frame of another origin, of another page, or one that is gone', () => {
    expect(from('https://app.example', own!.parent)).toBe(false);
    expect(from('https://evil.example', sibling)).toBe(false);
    expect(from('null', sibling)).toBe(false);
    expect(from('https://tokenizer.example', stranger)).toBe(false);
    expect(from('https://tokenizer.example', { parent: null })).toBe(false);
    expect(from('https://tokenizer.example', null)).toBe(false);
  });
});
