/** Computed style of one state of an element: CSS property → value. */
export type Styles = Record<string, string>;

const sides = ['top', 'right', 'bottom', 'left'];
const corners = ['top-left', 'top-right', 'bottom-right', 'bottom-left'];

/**
 * What a page may style inside a frame: the look of text and of one box. Nothing that loads (images, fonts), moves,
 * animates or generates content, so no style can send anything anywhere or show text that is not there.
 */
export const styleProperties: readonly string[] = [
  'color-scheme',
  'color',
  'caret-color',
  'accent-color',
  'background-color',
  ...sides.flatMap((side) => [
    `border-${side}-width`,
    `border-${side}-style`,
    `border-${side}-color`,
    `padding-${side}`,
  ]),
  ...corners.map((corner) => `border-${corner}-radius`),
  'box-shadow',
  'font-family',
  'font-size',
  'font-style',
  'font-weight',
  'font-stretch',
  'font-kerning',
  'font-size-adjust',
  'font-feature-settings',
  'font-variant-caps',
  'font-variant-ligatures',
  'font-variant-numeric',
  'letter-spacing',
  'word-spacing',
  'line-height',
  'text-align',
  'text-decoration-color',
  'text-decoration-line',
  'text-decoration-style',
  'text-indent',
  'text-overflow',
  'text-shadow',
  'text-transform',
  'text-rendering',
  'white-space',
  'overflow-wrap',
  'word-break',
  'hyphens',
  'tab-size',
  'direction',
  'writing-mode',
  'opacity',
  'cursor',
  'appearance',
  'forced-color-adjust',
  '-webkit-font-smoothing',
  '-webkit-text-fill-color',
];
const allowed = /*#__PURE__*/ new Set(styleProperties);
// Elsewhere a string would be shown as text, as in `text-overflow`.
const takesStrings = new Set(['font-family', 'font-feature-settings']);

const maxLength = 512;
// Letters (font names have them in every script), digits and the few signs that colours, lengths and lists need.
const characters = /^[\p{L}\p{M}\p{N} _#%.,'"()/+*-]*$/u;
const functions = /^(rgba?|hsla?|hwb|(ok)?(lab|lch)|color(-mix)?|light-dark|calc|min|max|clamp)$/i;

/**
 * Whether a property may take this value inside a frame. Known-good only: any function outside a short list (`url`,
 * `image-set`, `var`, `attr`, …), escape, comment or character that could end a declaration is refused.
 */
export function isSafeStyleValue(property: string, value: string): boolean {
  if (!allowed.has(property) || value.length > maxLength || !characters.test(value)) return false;
  if (value.includes('/*') || value.includes('*/')) return false;
  if (/['"]/.test(value) && !takesStrings.has(property)) return false;
  return [...value.matchAll(/([^ ,()/+*]*) *\(/g)].every(([, name]) => name === '' || functions.test(name!));
}
