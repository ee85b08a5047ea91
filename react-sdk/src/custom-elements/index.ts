/** Secure fields and text as custom elements, for pages without React. */
import { createControlElement } from './control.js';
import { createStoringForms } from './forms.js';
import { createLook } from './look.js';
import type { Parts } from './parts.js';
import { createPageElement } from './page.js';
import { createTextElement } from './text.js';

export type { Problem } from '@lunasec/secure-frame/protocol';
export type { ProblemHelp, Session } from '../core/index.js';
export type {
  LunaSecInputElement,
  LunaSecPageElement,
  LunaSecTextAreaElement,
  LunaSecTextElement,
  SecureElementEventMap,
} from './types.js';

/**
 * Defines `<lunasec-page>`, `<lunasec-input>`, `<lunasec-textarea>`, `<lunasec-paragraph>` and `<lunasec-span>`. Does nothing
 * where they are defined already.
 */
export function defineSecureElements(window: Window & typeof globalThis = globalThis.window): void {
  const { customElements } = window;
  if (customElements.get('lunasec-page')) return;
  const dress = createLook(window);
  const PageElement = createPageElement(window, dress);
  const parts: Parts = { window, dress, pageOf: PageElement.pageOf, storeFirst: createStoringForms() };
  // First, since the others look for it.
  customElements.define('lunasec-page', PageElement);
  customElements.define('lunasec-input', createControlElement('input', parts));
  customElements.define('lunasec-textarea', createControlElement('textarea', parts));
  customElements.define('lunasec-paragraph', createTextElement('paragraph', parts));
  customElements.define('lunasec-span', createTextElement('span', parts));
}
