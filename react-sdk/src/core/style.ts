import { styleProperties } from '@lunasec/secure-frame/protocol';
import type { ElementKind, PageToElement, Styles } from '@lunasec/secure-frame/protocol';
import { setState, stateAttributes, takesInput, userInvalid } from './marks.js';
import type { State } from './marks.js';

export type StyleMessage = Extract<PageToElement, { type: 'style' }>;

/** The page itself draws the box of a paragraph or span; the frame on top only draws text. */
const drawnByPage = /^(border|background|box-shadow$|opacity$|appearance$)/;
const placeholderProperties =
  /^(color|-webkit-text-fill-color|opacity|font|letter|word-spacing|text-(align|decoration|indent|shadow|transform))/;

/** A frame takes no longer value, and looks at each: what is not known to be safe it leaves out. */
const maxLength = 512;

/**
 * Reads how a twin looks in each state, as the frame is to look: allowed properties only. `isTouched`: somebody has
 * had to do with the content, so that what is invalid is `:user-invalid` as well.
 */
export function readStyles(twin: HTMLElement, kind: ElementKind, isTouched = false): StyleMessage {
  const isControl = takesInput(kind);
  const properties = isControl
    ? styleProperties
    : styleProperties.filter((property) => !drawnByPage.test(property));
  const marks = [...Object.values(stateAttributes), userInvalid];
  const live = marks.filter((name) => twin.hasAttribute(name));
  for (const name of live) setState(twin, name, false);
  try {
    const look = () => read(getComputedStyle(twin), properties, lineHeightOf(twin));
    const base = look();
    const placed = { ...base, ...placedPadding(twin, kind) };
    if (!isControl) return { type: 'style', base: placed };
    const inStates = (...states: State[]) => {
      const set: string[] = states.map((state) => stateAttributes[state]);
      if (isTouched && states.includes('invalid')) set.push(userInvalid);
      for (const name of set) setState(twin, name, true);
      const styles = without(base, look());
      for (const name of set) setState(twin, name, false);
      return styles;
    };
    const single = { hover: inStates('hover'), focus: inStates('focus'), invalid: inStates('invalid') };
    /** What both states set, if not to the same. */
    const both = (one: State, other: State) => {
      const disputed = Object.keys(single[one]).filter(
        (name) => name in single[other] && single[one][name] !== single[other][name],
      );
      if (disputed.length === 0) return undefined;
      const styles = { ...base, ...inStates(one, other) };
      return Object.fromEntries(disputed.map((name) => [name, styles[name]!]));
    };
    const pairs = {
      hoverFocus: both('hover', 'focus'),
      hoverInvalid: both('hover', 'invalid'),
      focusInvalid: both('focus', 'invalid'),
    };
    return {
      type: 'style',
      base: placed,
      placeholder: readPlaceholder(twin, base),
      ...single,
      ...defined(pairs),
    };
  } finally {
    for (const name of live) setState(twin, name, true);
  }
}

const defined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;

const sides = ['left', 'top', 'right', 'bottom'] as const;

/**
 * A frame begins and ends on whole pixels of the screen, a box of the page anywhere between. Returns, for each edge of the box, how
 * far inside the edge of its frame it lies, in CSS pixels. The box of a paragraph or span is drawn by the page: its frame covers all
 * of it. That of a control is drawn in the frame: to the nearest pixel, as the browser would.
 */
function insets(twin: HTMLElement, kind: ElementKind): Record<(typeof sides)[number], number> {
  const { devicePixelRatio: ratio = 1 } = twin.ownerDocument.defaultView ?? {};
  const edges = (takesInput(kind) ? twin.parentElement! : twin).getBoundingClientRect();
  const [toStart, toEnd] = takesInput(kind) ? [Math.round, Math.round] : [Math.floor, Math.ceil];
  const start = (edge: number) => (edge * ratio - toStart(edge * ratio)) / ratio;
  const end = (edge: number) => (toEnd(edge * ratio) - edge * ratio) / ratio;
  return {
    left: start(edges.left),
    top: start(edges.top),
    right: end(edges.right),
    bottom: end(edges.bottom),
  };
}

/** Text starts at a fraction of a pixel: with this padding, the text in the frame stands where it would. */
function placedPadding(twin: HTMLElement, kind: ElementKind): Styles {
  const inset = insets(twin, kind);
  const computed = getComputedStyle(twin);
  const padding: Styles = {};
  for (const side of sides) {
    if (inset[side] === 0) continue;
    const size = parseFloat(computed.getPropertyValue(`padding-${side}`)) || 0;
    padding[`padding-${side}`] = `${Math.max(0, size + inset[side])}px`;
  }
  return padding;
}

const ring = ['outline-style', 'outline-width', 'outline-color', 'outline-offset'];
const corners = ['top-left', 'top-right', 'bottom-right', 'bottom-left'].map((at) => `border-${at}-radius`);

/** Reads what the page itself draws: the frame's own style, with what lies around the field in its present state. */
export function readFrameStyles(twin: HTMLElement, kind: ElementKind): Styles {
  const computed = getComputedStyle(twin);
  const take = (names: string[]) =>
    Object.fromEntries(names.map((name) => [name, computed.getPropertyValue(name)]));
  const inset = insets(twin, kind);
  const styles: Styles = {
    // With another scheme than its content a frame is not transparent.
    ...take(['color-scheme', 'pointer-events']),
    left: `${-inset.left}px`,
    top: `${-inset.top}px`,
    width: `calc(100% + ${inset.left + inset.right}px)`,
    height: `calc(100% + ${inset.top + inset.bottom}px)`,
  };
  if (!takesInput(kind)) return styles;
  const isRingOfBrowser = computed.outlineStyle === 'auto';
  const { matchMedia } = twin.ownerDocument.defaultView ?? {};
  const hasForcedRing =
    twin.hasAttribute(stateAttributes.focus) && matchMedia?.('(forced-colors: active)').matches;
  return {
    ...styles,
    ...take([...ring, ...corners]),
    'box-shadow': shadows(computed.boxShadow, (shadow) => !isInset(shadow)),
    // The ring that a browser draws by itself takes a pixel of the border; a frame has none.
    ...(isRingOfBrowser && {
      'outline-offset': `calc(${computed.outlineOffset} - min(1px, ${computed.borderTopWidth}))`,
      ...(looksNative(twin) && { 'border-radius': '2px' }),
    }),
    // These colours are the forced ones already, but for that of the focus, which no page can give to its twin.
    'forced-color-adjust': 'none',
    ...(hasForcedRing && { 'outline-color': 'Highlight' }),
  };
}

/** Whether the app leaves border and background to the browser, which then draws the whole field in its own way. */
function looksNative(twin: HTMLElement): boolean {
  const drawn = ['border', 'background', 'border-radius'];
  const computed = getComputedStyle(twin);
  const look = () =>
    styleProperties.filter((name) => drawnByPage.test(name)).map((name) => computed.getPropertyValue(name));
  const before = look().join();
  const own = twin.style.cssText;
  for (const name of drawn) twin.style.setProperty(name, 'revert', 'important');
  const native = look().join();
  twin.style.cssText = own;
  return before === native;
}

/** Those shadows of a computed `box-shadow` that pass. */
function shadows(value: string, passes: (shadow: string) => boolean): string {
  return (
    value
      .split(/,(?![^(]*\))/)
      .filter(passes)
      .join()
      .trim() || 'none'
  );
}
const isInset = (shadow: string) => /\binset\b/.test(shadow);

function readPlaceholder(twin: HTMLElement, base: Styles): Styles {
  const styles = read(getComputedStyle(twin, '::placeholder'), styleProperties);
  // A browser that does not know the pseudo-element here answers with the element's own style.
  if (Object.keys(without(base, styles)).length === 0) return {};
  return Object.fromEntries(Object.entries(styles).filter(([name]) => placeholderProperties.test(name)));
}

function read(computed: CSSStyleDeclaration, properties: readonly string[], lineHeight?: string): Styles {
  const styles: Styles = {};
  for (const property of properties) {
    const value =
      property === 'line-height' ? (lineHeight ?? computed.lineHeight) : written(property, computed);
    if (value && value.length <= maxLength) styles[property] = value;
  }
  return styles;
}

function written(property: string, computed: CSSStyleDeclaration): string {
  const value = computed.getPropertyValue(property);
  // The page draws the other shadows, around the frame.
  if (property === 'box-shadow') return shadows(value, isInset);
  // These follow the colour of whatever is inside, such as the placeholder, unless the app says otherwise.
  if (value === computed.color)
    if (property === '-webkit-text-fill-color') return 'currentcolor';
    else if (property === 'caret-color') return 'auto';
  return value;
}

/** A line height as the app wrote it: a computed `21px` may have been 1.4 of 15px, which is a little less. */
function lineHeightOf(twin: HTMLElement): string | undefined {
  // Not every browser has this, nor the class of what it gives.
  const value = twin.computedStyleMap?.().get('line-height') as CSSUnitValue | undefined;
  return value?.unit === 'number' ? String(value.value) : undefined;
}

const without = (base: Styles, styles: Styles): Styles =>
  Object.fromEntries(Object.entries(styles).filter(([name, value]) => base[name] !== value));
