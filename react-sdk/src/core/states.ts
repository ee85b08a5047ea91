/**
 * A twin is never focused, hovered or invalid itself: the element inside the frame is. So that the app's rules for these
 * states apply to the twin all the same, they are repeated with an attribute in place of the pseudo-class. Both weigh the
 * same in the cascade.
 */
export const stateAttributes = {
  focus: 'data-lunasec-focused',
  hover: 'data-lunasec-hovered',
  invalid: 'data-lunasec-invalid',
} as const;
export type State = keyof typeof stateAttributes;

const replacements: Record<string, string> = {
  ':focus': stateAttributes.focus,
  ':focus-visible': stateAttributes.focus,
  ':hover': stateAttributes.hover,
  ':invalid': stateAttributes.invalid,
  ':user-invalid': stateAttributes.invalid,
  // Not set on the twin, which would be invalid for ever.
  ':required': 'data-lunasec-required',
};
const pseudo = /:(?:focus-visible|focus|hover|user-invalid|invalid|required)(?![\w(-])/g;

/** What a browser draws around a focused field if the app says nothing. In a layer, so that anything the app says wins. */
const native = `@layer lunasec { [data-lunasec][${stateAttributes.focus}] {
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
      const next = native + [...document.styleSheets, ...others].map(repeatSheet).join('');
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
