import { styleProperties } from '@lunasec/secure-frame/protocol';
import type { ElementKind, PageToElement, Styles } from '@lunasec/secure-frame/protocol';
import { stateAttributes } from './states.js';
import type { State } from './states.js';

export type StyleMessage = Extract<PageToElement, { type: 'style' }>;

/** The page itself draws the box of a paragraph or span; the frame on top only draws text. */
const drawnByPage = /^(border|background|opacity$|appearance$)/;
const placeholderProperties =
  /^(color|opacity|font|letter|word-spacing|text-(align|decoration|indent|shadow|transform))/;

/** A frame takes no longer value, and looks at each: what is not known to be safe it leaves out. */
const maxLength = 512;

export const takesInput = (kind: ElementKind): boolean => kind === 'input' || kind === 'textarea';

/** Reads how a twin looks in each state, as the frame is to look: allowed properties only. */
export function readStyles(twin: HTMLElement, kind: ElementKind): StyleMessage {
  const isControl = takesInput(kind);
  const properties = isControl
    ? styleProperties
    : styleProperties.filter((property) => !drawnByPage.test(property));
  const live = Object.values(stateAttributes).filter((name) => twin.hasAttribute(name));
  for (const name of live) twin.removeAttribute(name);
  try {
    const base = read(getComputedStyle(twin), properties);
    if (!isControl) return { type: 'style', base };
    const inState = (state: State) => {
      twin.setAttribute(stateAttributes[state], '');
      const styles = read(getComputedStyle(twin), properties);
      twin.removeAttribute(stateAttributes[state]);
      return without(base, styles);
    };
    return {
      type: 'style',
      base,
      placeholder: readPlaceholder(twin, base),
      focus: inState('focus'),
      hover: inState('hover'),
      invalid: inState('invalid'),
    };
  } finally {
    for (const name of live) twin.setAttribute(name, '');
  }
}

function readPlaceholder(twin: HTMLElement, base: Styles): Styles {
  const styles = read(getComputedStyle(twin, '::placeholder'), styleProperties);
  // A browser that does not know the pseudo-element here answers with the element's own style.
  if (Object.keys(without(base, styles)).length === 0) return {};
  return Object.fromEntries(Object.entries(styles).filter(([name]) => placeholderProperties.test(name)));
}

function read(computed: CSSStyleDeclaration, properties: readonly string[]): Styles {
  const styles: Styles = {};
  for (const property of properties) {
    const value = computed.getPropertyValue(property);
    if (value && value.length <= maxLength) styles[property] = value;
  }
  return styles;
}

const without = (base: Styles, styles: Styles): Styles =>
  Object.fromEntries(Object.entries(styles).filter(([name, value]) => base[name] !== value));
