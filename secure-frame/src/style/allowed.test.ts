import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSafeStyleValue, styleProperties } from './allowed.js';

describe('a page may set', () => {
  test.each([
    ['color', 'rgb(1, 2, 3)'],
    ['color', 'rgba(1, 2, 3, 0.5)'],
    ['color', 'color(srgb 0.1 0.2 0.3 / 0.5)'],
    ['color', 'oklch(0.5 0.1 200)'],
    ['color', 'color-mix(in srgb, red 10%, light-dark(white, #000))'],
    ['color', 'CanvasText'],
    ['font-family', '"Courier New", -apple-system, monospace'],
    ['font-family', 'Grüße, "源ノ角ゴシック"'],
    ['font-feature-settings', '"tnum", "ss01" 1'],
    ['font-size', '13.3333px'],
    ['letter-spacing', '-0.02em'],
    ['line-height', 'calc(1em + (2px * 3))'],
    ['text-shadow', 'rgb(0, 0, 0) 1px 1px 2px, red 0px 0px 1px'],
    ['border-top-left-radius', '3px 4px'],
    ['padding-left', 'clamp(1px, 2vw, 3px)'],
    ['-webkit-text-fill-color', 'currentcolor'],
    ['cursor', 'text'],
  ])('%s: %s', (property, value) => {
    expect(isSafeStyleValue(property, value)).toBe(true);
  });
});

describe('never', () => {
  test.each([
    'background',
    'background-image',
    'border-image-source',
    'list-style-image',
    'mask-image',
    'filter',
    'clip-path',
    'content',
    'quotes',
    'src',
    'animation',
    'animation-name',
    'transition',
    'transform',
    'position',
    'display',
    'visibility',
    'width',
    'behavior',
    '-moz-binding',
    '--variable',
    'all',
    'COLOR',
    'constructor',
    '__proto__',
    '',
    '-webkit-text-security',
    'hyphenate-character',
    'unicode-bidi',
    'pointer-events',
    'z-index',
    'font',
  ])('the property %p', (property) => {
    expect(isSafeStyleValue(property, 'inherit')).toBe(false);
  });

  test.each([
    'url(https://evil.example/)',
    'URL(https://evil.example/)',
    'url (evil)',
    'url("evil")',
    "url('evil')",
    'red, url(evil)',
    'rgb(url(evil))',
    'calc(1px + url(evil))',
    'calc(1px)url(evil)',
    '-url(evil)',
    '%url(evil)',
    'image(evil)',
    'image-set("evil" 1x)',
    '-webkit-image-set("evil" 1x)',
    'cross-fade(red, blue)',
    'src("evil")',
    'element(#field)',
    'paint(evil)',
    'attr(value)',
    'attr(data-x)',
    'var(--x)',
    'env(x)',
    'expression(alert(1))',
    'u\\72l(evil)',
    '\\75rl(evil)',
    'red\\',
    '/**/red',
    'red/*',
    '*/',
    'ur/**/l(evil)',
    'red; background: blue',
    'red}',
    '{',
    'red !important',
    '@import "evil"',
    '<!--',
    '-->',
    'a:b',
    'https://evil',
    'linear-gradient(red, blue)',
    'red\n',
    'red\t',
    'red\u0000',
    'rgb(1&2)',
    '[x]',
    '`x`',
    '$x',
    'x=y',
    'x?',
    '|',
    '~',
    '^',
  ])('the value %j', (value) => {
    expect(isSafeStyleValue('color', value)).toBe(false);
    expect(isSafeStyleValue('font-family', value)).toBe(false);
    expect(isSafeStyleValue('cursor', value)).toBe(false);
  });

  test('a text that would be shown', () => {
    expect(isSafeStyleValue('text-overflow', 'ellipsis')).toBe(true);
    expect(isSafeStyleValue('text-overflow', '"1234"')).toBe(false);
    expect(isSafeStyleValue('text-overflow', "'1234'")).toBe(false);
  });

  test('a value of more than 512 characters', () => {
    expect(isSafeStyleValue('font-family', 'a'.repeat(512))).toBe(true);
    expect(isSafeStyleValue('font-family', 'a'.repeat(513))).toBe(false);
  });

  test('a function of an unknown name, wherever it is', () => {
    const unknown = fc.stringMatching(/^[a-z][a-z-]{0,12}$/).filter((name) => !known.has(name));
    const around = fc.stringMatching(/^[a-z0-9 ,+*/()-]{0,20}$/);
    fc.assert(
      fc.property(around, unknown, around, fc.constantFrom('', ' '), (before, name, after, gap) => {
        expect(isSafeStyleValue('color', `${before} ${name}${gap}(${after}`)).toBe(false);
      }),
    );
  });

  const known = new Set(
    'rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark calc min max clamp'.split(' '),
  );
});

test('no property of the list loads, moves or generates content', () => {
  for (const property of styleProperties)
    expect(property).not.toMatch(
      /image|content|url|animation|transition|^transform|filter|mask|position|behavior/,
    );
  expect(new Set(styleProperties).size).toBe(styleProperties.length);
});
