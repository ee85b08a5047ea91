import type { Page } from '../core/index.js';

/** What the elements of one window share. */
export interface Parts {
  window: Window & typeof globalThis;
  pageOf(element: Element): Page | undefined;
  /** Gives a root the rules that these elements need. */
  dress(root: Node): void;
  storeFirst(form: HTMLFormElement, page: Page): void;
}
