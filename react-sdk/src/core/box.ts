import { setStyles } from './frames.js';

const sides = ['top', 'right', 'bottom', 'left'];
/** What places a box among others and gives it its size. */
const outer = [
  'position',
  ...sides,
  'z-index',
  'float',
  'clear',
  ...sides.map((side) => `margin-${side}`),
  ...['width', 'height'].flatMap((size) => [size, `min-${size}`, `max-${size}`]),
  'flex-grow',
  'flex-shrink',
  'flex-basis',
  'order',
  'align-self',
  'justify-self',
  ...['column', 'row'].flatMap((line) => [`grid-${line}-start`, `grid-${line}-end`]),
  'vertical-align',
];
/** The same for the twin, which fills its box. */
const filling: Record<string, string> = {
  ...Object.fromEntries(outer.map((name) => [name, 'auto'])),
  position: 'static',
  float: 'none',
  clear: 'none',
  ...Object.fromEntries(sides.map((side) => [`margin-${side}`, '0'])),
  'max-width': 'none',
  'max-height': 'none',
  'flex-grow': '0',
  'flex-shrink': '1',
  order: '0',
  'align-self': 'stretch',
  'justify-self': 'stretch',
  'vertical-align': 'baseline',
  'box-sizing': 'border-box',
};

export interface Box {
  /** Reads the twin's layout anew. */
  arrange(): void;
}

/**
 * Makes `box`, which holds nothing else in its flow, take exactly the place that `twin` would take in it: same size, margins,
 * behaviour in flex and grid layouts, baseline. A frame can then lie over the twin at the edges of the box.
 */
export function createBox(box: HTMLElement, twin: HTMLElement): Box {
  /** The twin's own inline styles that are covered by `filling` at the moment. */
  let covered: [name: string, value: string, priority: string][] = [];

  function uncover(): void {
    for (const [name, value, priority] of covered)
      // Without priority: React has written there since.
      if (twin.style.getPropertyPriority(name)) twin.style.setProperty(name, value, priority);
    covered = [];
  }
  function cover(styles: Record<string, string>): void {
    for (const name of Object.keys(styles))
      covered.push([name, twin.style.getPropertyValue(name), twin.style.getPropertyPriority(name)]);
    setStyles(twin, styles);
  }

  return {
    arrange() {
      uncover();
      box.style.cssText = 'all: unset; position: relative; display: inline';
      const computed = getComputedStyle(twin);
      const { display, boxSizing } = computed;
      if (display === 'none') return box.style.setProperty('display', 'none');

      const readAll = (names: string[]) =>
        Object.fromEntries(names.map((name) => [name, computed.getPropertyValue(name)]));
      const sum = (names: string[]) =>
        names.reduce((total, name) => total + (parseFloat(computed.getPropertyValue(name)) || 0), 0);
      const edges = {
        width: sum(['padding-left', 'padding-right', 'border-left-width', 'border-right-width']),
        height: sum(['padding-top', 'padding-bottom', 'border-top-width', 'border-bottom-width']),
      };

      // Only a flex or grid item tells a minimum of `auto`; elsewhere it reads as 0.
      box.style.display = 'flex';
      const minima = readAll(['min-width', 'min-height']);
      // Of an element that is not laid out, the computed style has the sizes that were asked for: `auto`, `50%`.
      cover({ display: 'none' });
      const styles: Record<string, string> = { ...readAll(outer), ...minima };
      uncover();

      const isBlock = !display.startsWith('inline');
      if (!styles.position || styles.position === 'static') styles.position = 'relative';
      if (isBlock && styles.width === 'auto' && !isItem(box)) styles.width = 'fit-content';
      const minimum: Record<string, string> = {};
      const tracks: Record<string, string> = {};
      for (const size of ['width', 'height'] as const) {
        const isNatural =
          styles[size] === 'auto' && styles[`max-${size}`] === 'none' && styles[`min-${size}`] === 'auto';
        tracks[size] = isNatural ? 'auto' : 'minmax(0, 1fr)';
        minimum[`min-${size}`] = isNatural ? 'auto' : '0';
        if (boxSizing !== 'border-box')
          for (const name of [size, `min-${size}`, `max-${size}`])
            styles[name] = grown(styles[name]!, edges[size]);
        // Nothing gets smaller than its padding and border.
        if (!isNatural && /^(auto|0px)$/.test(styles[`min-${size}`]!))
          styles[`min-${size}`] = `${edges[size]}px`;
      }
      setStyles(box, {
        ...styles,
        display: isBlock ? 'grid' : 'inline-grid',
        'grid-template-columns': tracks.width!,
        'grid-template-rows': tracks.height!,
        'box-sizing': 'border-box',
        // Unlike other boxes, a text area stands on the line with its bottom edge, as what has no baseline does.
        contain: twin.localName === 'textarea' ? 'layout' : 'none',
      });
      cover({ ...filling, ...minimum });
    },
  };
}

const grown = (size: string, by: number) =>
  by > 0 && /^(\d|\.|calc|min|max\(|clamp)/.test(size) && !/content/.test(size)
    ? `calc(${size} + ${by}px)`
    : size;

/** Whether the layout around lays it out as a flex or grid item. */
function isItem(box: HTMLElement): boolean {
  let parent = box.parentElement;
  while (parent && getComputedStyle(parent).display === 'contents') parent = parent.parentElement;
  return parent !== null && /flex|grid/.test(getComputedStyle(parent).display);
}
