import { stateAttributes, userInvalid } from './marks.js';

/**
 * A twin is never focused, hovered or invalid itself: the element inside the frame is. So that the app's rules for these
 * states apply to the twin all the same, they are repeated with an attribute in place of the pseudo-class. Both weigh the
 * same in the cascade.
 */
const replacements: Record<string, string> = {
  ':focus': stateAttributes.focus,
  ':focus-visible': stateAttributes.focus,
  ':hover': stateAttributes.hover,
  ':invalid': stateAttributes.invalid,
  ':user-invalid': userInvalid,
  // Not set on the twin, which would be invalid for ever.
  ':required': 'data-lunasec-required',
};
// Not what is escaped, as in the class `hover\:bold`.
const pseudo = /(?<!\\):(?:focus-visible|focus|hover|user-invalid|invalid|required)(?![\w(-])/g;

/** What a browser draws around a focused field, and the height of a preview, if the app says nothing: in a layer below the app's, so that its word counts. */
const native = (layer: string) => `@layer ${layer} { [data-lunasec][${stateAttributes.focus}] {
  outline: auto 1px Highlight; outline: auto 1px -webkit-focus-ring-color }
  [data-lunasec-preview] { height: 24rem } }`;

export interface StateStyles {
  /** Reads the document's style sheets again. Cheap when they are the same. */
  refresh(): void;
  remove(): void;
}

/** Adds the repeated rules to a document. Browsers without constructed style sheets show the base look in each state. */
export function createStateStyles(document: Document): StateStyles {
  const { CSSStyleSheet: Sheet } = document.defaultView ?? globalThis;
  if (!document.adoptedStyleSheets || typeof Sheet !== 'function') return { refresh() {}, remove() {} };
  const sheet = new Sheet();
  let text = '';
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return {
    refresh() {
      const others = document.adoptedStyleSheets.filter((other) => other !== sheet);
      const sheets = [...document.styleSheets, ...others];
      const next = native(layerBelow(sheets)) + sheets.map(repeatSheet).join('');
      if (next !== text) sheet.replaceSync(next);
      text = next;
    },
    remove() {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    },
  };
}

function repeatSheet(sheet: CSSStyleSheet): string {
  if (sheet.disabled) return '';
  try {
    const text = repeatStateRules(sheet.cssRules);
    const media = sheet.media.mediaText;
    return media && text ? `@media ${media}{${text}}` : text;
  } catch {
    // From another origin without CORS: no script may read it.
    return '';
  }
}

/**
 * Layers count in the order in which they are first named, so a new one would win over all others. But one inside the first
 * loses to all that is in the first itself, and in those after it.
 */
export function layerBelow(sheets: readonly CSSStyleSheet[]): string {
  for (const sheet of sheets) {
    const first = firstLayer(sheet);
    if (first) return `${first}.lunasec`;
  }
  return 'lunasec';
}

function firstLayer(sheet: CSSStyleSheet): string | undefined {
  try {
    for (const rule of sheet.cssRules) {
      const { name, nameList, layerName, styleSheet } = rule as CSSLayerBlockRule &
        CSSLayerStatementRule &
        CSSImportRule;
      const isLayer = rule.constructor.name === 'CSSLayerBlockRule';
      const found =
        nameList?.[0] ?? (isLayer ? name : undefined) ?? layerName ?? (styleSheet && firstLayer(styleSheet));
      if (found) return found;
    }
  } catch {
    // From another origin without CORS.
  }
  return undefined;
}

/** The rules that say something about a state, with attributes in place of the pseudo-classes; nothing else. */
export function repeatStateRules(rules: CSSRuleList): string {
  let text = '';
  for (const rule of rules) {
    const { selectorText, cssRules, styleSheet } = rule as CSSStyleRule & CSSImportRule;
    if (selectorText?.match(pseudo)) {
      const selector = selectorText.replace(pseudo, (name) => `[${replacements[name]}]`);
      text += selector + rule.cssText.slice(selectorText.length);
    } else if (styleSheet) text += repeatSheet(styleSheet);
    else if (cssRules?.length) {
      const inner = repeatStateRules(cssRules);
      if (inner) text += `${rule.cssText.slice(0, rule.cssText.indexOf('{'))}{${inner}}`;
    }
  }
  return text;
}
