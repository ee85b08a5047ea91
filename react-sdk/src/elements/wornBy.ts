import type { ElementProps } from '../core/index.js';

/** What the element wears that stands for it in the page. Nothing else is passed on: a twin must never hold a value. */
export const wornBy = (props: ElementProps): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(props).filter(([name]) => /^(data-.*|id|className|dir|lang|hidden)$/.test(name)),
  );
