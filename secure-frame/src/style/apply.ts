import { isSafeStyleValue } from './allowed.js';
import type { Styles } from './allowed.js';

/** The styles of an element in each of its states, as a page sends them. */
export interface StateStyles {
  base?: Styles | undefined;
  placeholder?: Styles | undefined;
  focus?: Styles | undefined;
  hover?: Styles | undefined;
  invalid?: Styles | undefined;
  /** Two states at once: whatever both set, in the way that the app's rules decide. */
  hoverFocus?: Styles | undefined;
  hoverInvalid?: Styles | undefined;
  focusInvalid?: Styles | undefined;
}

const pseudo = {
  placeholder: '::placeholder',
  hover: ':hover',
  focus: ':focus',
  invalid: ':invalid',
  hoverFocus: ':hover:focus',
  hoverInvalid: ':hover:invalid',
  focusInvalid: ':focus:invalid',
};
const states = Object.keys(pseudo) as (keyof typeof pseudo)[];

/**
 * Returns a function that gives `field` the look that a page asks for. Everything goes through the CSS object model,
 * property by property: a value is parsed as the value of its property or refused by the browser, it cannot start
 * another declaration or rule. The page's Content Security Policy stays without 'unsafe-inline'.
 */
export function createStyler(document: Document, field: HTMLElement): (styles: StateStyles) => void {
  const view = document.defaultView!;
  const sheet = new view.CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const rules = Object.fromEntries(
    states.map((state) => {
      const index = sheet.insertRule(`#field${pseudo[state]} {}`, sheet.cssRules.length);
      return [state, (sheet.cssRules[index] as CSSStyleRule).style];
    }),
  ) as Record<keyof typeof pseudo, CSSStyleDeclaration>;

  return (styles) => {
    const scheme = styles.base?.['color-scheme'];
    if (scheme !== undefined) replace(document.documentElement.style, { 'color-scheme': scheme });
    field.removeAttribute('style');
    // Out of the way while the native look is read: the field may be in one of these states.
    for (const state of states) replace(rules[state], {});
    // Left alone where it already looks so: an author style, even of the same value, would switch off the native look.
    const native = view.getComputedStyle(field);
    const wanted = Object.entries(styles.base ?? {}).filter(
      ([name, value]) => native.getPropertyValue(name) !== value,
    );
    replace(field.style, Object.fromEntries(wanted));
    for (const state of states) replace(rules[state], styles[state] ?? {}, 'important');
  };
}

function replace(declaration: CSSStyleDeclaration, styles: Styles, priority = ''): void {
  for (const name of [...declaration]) declaration.removeProperty(name);
  for (const [name, value] of Object.entries(styles))
    if (isSafeStyleValue(name, value)) declaration.setProperty(name, value, priority);
}
