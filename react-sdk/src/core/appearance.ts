import { createStateStyles } from './states.js';

/** Tells elements when their look may have changed. */
export interface Appearance {
  /** Starts watching what concerns the whole page. Returns a function that ends it. */
  start(document: Document): () => void;
  /** Calls back, before the next paint, when the look of what is in `element` may have changed. Returns a function that ends it. */
  watch(element: HTMLElement, changed: () => void): () => void;
}

const preferences = [
  '(prefers-color-scheme: dark)',
  '(prefers-contrast: more)',
  '(prefers-reduced-motion: reduce)',
  '(forced-colors: active)',
  'print',
];
const inheritedFrom = ['class', 'style', 'dir', 'lang', 'disabled', 'data-theme', 'data-mode'];

export function createAppearance(): Appearance {
  const watched = new Set<() => void>();
  const marked = new Set<() => void>();
  let refreshStates = () => {};

  function mark(changed: Iterable<() => void>): void {
    if (marked.size === 0) requestAnimationFrame(run);
    for (const each of changed) marked.add(each);
  }
  function run(): void {
    const each = [...marked];
    marked.clear();
    refreshStates();
    for (const changed of each) if (watched.has(changed)) changed();
  }

  return {
    start(document) {
      const window = document.defaultView!;
      const states = createStateStyles(document);
      refreshStates = states.refresh;
      states.refresh();
      const all = () => mark(watched);
      all();

      const media = window.matchMedia ? preferences.map((query) => window.matchMedia(query)) : [];
      for (const query of media) query.addEventListener('change', all);
      window.addEventListener('resize', all);
      // Style sheets that arrive late: `load` does not bubble, but it can be captured.
      document.head.addEventListener('load', all, true);
      const head = new MutationObserver(all);
      head.observe(document.head, { childList: true, subtree: true, characterData: true });

      return () => {
        for (const query of media) query.removeEventListener('change', all);
        window.removeEventListener('resize', all);
        document.head.removeEventListener('load', all, true);
        head.disconnect();
        states.remove();
        refreshStates = () => {};
      };
    },

    watch(element, changed) {
      watched.add(changed);
      const mine = () => mark([changed]);
      // A theme or a state is often a class somewhere above.
      const above = new MutationObserver(mine);
      for (let parent = element.parentElement; parent; parent = parent.parentElement)
        above.observe(parent, { attributes: true, attributeFilter: inheritedFrom });
      const size = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(mine);
      size?.observe(element);
      return () => {
        watched.delete(changed);
        above.disconnect();
        size?.disconnect();
      };
    },
  };
}
