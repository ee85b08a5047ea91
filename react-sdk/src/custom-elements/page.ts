import { createPage } from '../core/index.js';
import type { Page } from '../core/index.js';
import type { LunaSecPageElement } from './types.js';

export type PageElementClass = (new () => HTMLElement) & { pageOf(element: Element): Page | undefined };

export function createPageElement(
  { HTMLElement, Event, ShadowRoot }: Window & typeof globalThis,
  dress: (root: Node) => void,
): PageElementClass {
  const pages = new WeakMap<Node, Page>();

  return class extends HTMLElement implements LunaSecPageElement {
    #page: Page | undefined;
    #refresh: (() => unknown) | undefined;
    #stop = () => {};

    /** The page of the nearest element around, or of the only one in the document. */
    static pageOf(element: Element): Page | undefined {
      let node: Node | null = element;
      while (node) {
        const page = pages.get(node);
        if (page) return page;
        node = node.parentNode ?? (node instanceof ShadowRoot ? node.host : null);
      }
      const only = element.ownerDocument.querySelector('lunasec-page');
      return only ? pages.get(only) : undefined;
    }

    connectedCallback(): void {
      dress(this.getRootNode());
      const page = createPage({
        applicationId: this.getAttribute('application-id') ?? '',
        tokenizerURL: this.getAttribute('tokenizer-url') ?? '',
        appPath: this.getAttribute('app-path') ?? undefined,
      });
      this.#page = page;
      pages.set(this, page);
      page.setRefresh(this.#refresh);
      const unsubscribe = page.subscribe(() => this.dispatchEvent(new Event('session')));
      const end = page.start(this.ownerDocument);
      this.#stop = () => {
        unsubscribe();
        end();
        pages.delete(this);
        this.#page = undefined;
      };
    }
    disconnectedCallback(): void {
      this.#stop();
    }
    /** Moved without being loaded again, by `moveBefore`. */
    connectedMoveCallback(): void {}

    get session() {
      return this.#page?.session() ?? { state: 'connecting' as const };
    }
    renew(): void {
      this.#page?.renew();
    }
    get refresh() {
      return this.#refresh;
    }
    set refresh(refresh) {
      this.#refresh = refresh;
      this.#page?.setRefresh(refresh);
    }
  };
}
