import type { Page } from '../core/index.js';

/** What the elements of one window share. */
export interface Parts {
  window: Window & typeof globalThis;
  pageOf(element: Element): Page | undefined;
  /** Gives a root the rules that these elements need. */
  dress(root: Node): void;
  storeFirst(form: HTMLFormElement, page: Page): void;
}

/**
 * Mounts an element when it comes into a document and unmounts it when it leaves. Being moved is no leaving: its frame, which a
 * browser loads again then, is the same, and says what was lost.
 */
export function setUp(element: Element, mount: () => (() => void) | undefined) {
  let unmount: (() => void) | undefined;
  return {
    connected() {
      unmount ??= mount();
    },
    disconnected() {
      queueMicrotask(() => {
        if (element.isConnected) return;
        unmount?.();
        unmount = undefined;
      });
    },
  };
}
