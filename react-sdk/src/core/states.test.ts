/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { setState, stateAttributes } from './marks.js';
import { layerBelow, repeatStateRules } from './states.js';

function repeated(css: string): string {
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
  const text = repeatStateRules(style.sheet!.cssRules);
  style.remove();
  return text.replace(/\s+/g, ' ').replace(/ ?([{}]) ?/g, '$1');
}

test('rules for a state are repeated with an attribute, which weighs the same', () => {
  expect(repeated('.a:hover, .b:focus-visible > i { color: red; }')).toBe(
    '.a[data-lunasec-hovered], .b[data-lunasec-focused] > i{color: red;}',
  );
  expect(repeated('.a:invalid:not(:focus) { color: red; }')).toBe(
    '.a[data-lunasec-invalid]:not([data-lunasec-focused]){color: red;}',
  );
  expect(repeated('.a:required { color: red; }')).toBe('.a[data-lunasec-required]{color: red;}');
});

test('other rules are not: repeated at the end, they would win over what comes after them', () => {
  expect(repeated('.a { color: red; } .a:focus-within { color: blue; } .hover { color: red; }')).toBe('');
});

test('conditions around a rule stay around it, without the other rules in them', () => {
  expect(
    repeated('@media (min-width: 1px) { .a { color: red; } .a:focus { color: blue; } .b { color: red; } }'),
  ).toBe('@media (min-width: 1px){.a[data-lunasec-focused]{color: blue;}}');
});

test('an escaped colon in a class names no state', () => {
  expect(repeated('.focus\\:bold:hover { color: red; } .hover\\:focus\\:b { color: red; }')).toBe(
    '.focus\\:bold[data-lunasec-hovered]{color: red;}',
  );
});

test(':user-invalid is another state than :invalid', () => {
  expect(repeated('.a:user-invalid { color: red; } .a:invalid { color: blue; }')).toBe(
    '.a[data-lunasec-user-invalid]{color: red;}.a[data-lunasec-invalid]{color: blue;}',
  );
});

test('a twin in the invalid state is no longer :valid', () => {
  const twin = document.createElement('input');
  setState(twin, stateAttributes.invalid, true);
  expect([twin.matches(':valid'), twin.hasAttribute(stateAttributes.invalid)]).toEqual([false, true]);
  setState(twin, stateAttributes.invalid, false);
  expect([twin.matches(':valid'), twin.hasAttribute(stateAttributes.invalid)]).toEqual([true, false]);
});

describe('the layer of the ring that browsers draw lies below those of the app', () => {
  class CSSLayerBlockRule {
    constructor(readonly name: string) {}
  }
  class CSSKeyframesRule {
    constructor(readonly name: string) {}
  }
  const sheet = (...cssRules: object[]) => ({ cssRules }) as unknown as CSSStyleSheet;

  test.each([
    ['no layers', [sheet({})], 'lunasec'],
    ['a statement that names them', [sheet({ nameList: ['reset', 'base'] })], 'reset.lunasec'],
    ['blocks', [sheet(new CSSLayerBlockRule('base')), sheet({ nameList: ['late'] })], 'base.lunasec'],
    ['an import into a layer', [sheet({ layerName: 'theirs' })], 'theirs.lunasec'],
    ['an imported sheet', [sheet({ styleSheet: sheet({ nameList: ['deep'] }) })], 'deep.lunasec'],
    ['an animation of some name', [sheet(new CSSKeyframesRule('spin'))], 'lunasec'],
  ])('with %s', (_what, sheets, layer) => {
    expect(layerBelow(sheets)).toBe(layer);
  });

  test('a sheet that no script may read is passed over', () => {
    const closed = {
      get cssRules(): CSSRuleList {
        throw new DOMException('', 'SecurityError');
      },
    } as CSSStyleSheet;
    expect(layerBelow([closed, sheet({ nameList: ['base'] })])).toBe('base.lunasec');
  });
});
