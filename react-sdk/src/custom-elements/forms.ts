import { fieldsOf, storeFields } from '../core/index.js';
import type { Page } from '../core/index.js';

/**
 * Makes a form store its secure fields, in one batch, before it submits: its `submit` event then comes a second time, and the
 * form data has the tokens. If a field is invalid or cannot be stored it does not submit; the fields say why.
 */
export function createStoringForms(): (form: HTMLFormElement, page: Page) => void {
  const pages = new WeakMap<HTMLFormElement, Set<Page>>();
  const storing = new WeakSet<HTMLFormElement>();
  const stored = new WeakSet<HTMLFormElement>();

  async function store(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    const fields = [...pages.get(form)!].flatMap((page) => fieldsOf(page, form));
    storing.add(form);
    form.setAttribute('aria-busy', 'true');
    try {
      const tokens = await storeFields(fields);
      fields.forEach((field, index) => field.stored(tokens[index]!));
    } catch {
      // Each field has told its own problem.
      return;
    } finally {
      storing.delete(form);
      form.removeAttribute('aria-busy');
    }
    if (!form.isConnected) return;
    stored.add(form);
    try {
      const isOurs = submitter?.isConnected && (submitter as HTMLButtonElement).form === form;
      form.requestSubmit(isOurs ? submitter : null);
    } finally {
      stored.delete(form);
    }
  }

  function onSubmit(event: SubmitEvent): void {
    const form = event.currentTarget as HTMLFormElement;
    if (event.target !== form || stored.has(form)) return;
    if ([...pages.get(form)!].every((page) => fieldsOf(page, form).length === 0)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!storing.has(form)) void store(form, event.submitter);
  }

  return (form, page) => {
    const known = pages.get(form);
    if (known) return void known.add(page);
    pages.set(form, new Set([page]));
    // Before anybody else hears of it.
    form.addEventListener('submit', onSubmit, { capture: true });
  };
}
