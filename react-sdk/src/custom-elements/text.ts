import { createText } from '../core/index.js';
import { propsOf, reflect, textAttributes } from './attributes.js';
import type { Parts } from './parts.js';

export function createTextElement(kind: 'paragraph' | 'span', parts: Parts): new () => HTMLElement {
  const { window, pageOf, dress } = parts;
  const { HTMLElement, CustomEvent } = window;

  class TextElement extends HTMLElement {
    static observedAttributes = textAttributes;
    #text = createText(kind);
    #unmount = () => {};
    #filler: HTMLElement | undefined;

    connectedCallback(): void {
      this.#unmount = this.#mount();
    }
    disconnectedCallback(): void {
      this.#unmount();
    }
    connectedMoveCallback(): void {}
    attributeChangedCallback(name: string): void {
      // Its own position is set there too.
      if (name !== 'style') this.#update();
    }

    #mount(): () => void {
      const page = pageOf(this);
      if (!page) {
        const message = 'A secure element needs a <lunasec-page> around it, or before it in the document.';
        this.#fail({ problem: { code: 'UNAVAILABLE', message }, refresh: undefined });
        return () => {};
      }
      dress(this.getRootNode());
      this.setAttribute('data-lunasec', kind);
      this.#fill();
      this.#update();
      return this.#text.mount(page, this);
    }

    /** Holds the place of text: a line's height, and a span's default width. */
    #fill(): void {
      if (this.#filler) return;
      const filler = this.ownerDocument.createElement('span');
      filler.setAttribute('aria-hidden', 'true');
      filler.style.cssText = 'display: inline-block; width: 10em; max-width: 100%';
      filler.textContent = '\u200b';
      this.append(filler);
      this.#filler = filler;
    }
    #update(): void {
      this.#text.update({
        ...propsOf(this),
        onError: (problem, help) => this.#fail({ problem, ...help }),
      });
    }
    #fail(detail: object): void {
      this.dispatchEvent(new CustomEvent('error', { detail }));
    }
    retry(): void {
      this.#text.retry();
    }
  }
  reflect(TextElement.prototype, textAttributes);
  return TextElement;
}
