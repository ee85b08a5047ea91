import type { ElementState, InvalidCode } from '@lunasec/secure-frame/protocol';
import { createControl, twinAttributes } from '../core/index.js';
import type { Control, Twin } from '../core/index.js';
import { controlAttributes, propsOf, reflect } from './attributes.js';
import type { Parts } from './parts.js';

const flags: Record<InvalidCode, keyof ValidityStateFlags> = {
  VALUE_MISSING: 'valueMissing',
  BAD_INPUT: 'badInput',
  TYPE_MISMATCH: 'typeMismatch',
  PATTERN_MISMATCH: 'patternMismatch',
  TOO_SHORT: 'tooShort',
  TOO_LONG: 'tooLong',
  RANGE_UNDERFLOW: 'rangeUnderflow',
  RANGE_OVERFLOW: 'rangeOverflow',
  STEP_MISMATCH: 'stepMismatch',
  VALIDATOR_MISMATCH: 'customError',
};

export function createControlElement(kind: 'input' | 'textarea', parts: Parts): new () => HTMLElement {
  const { window, pageOf, dress, storeFirst } = parts;
  const { HTMLElement, Event, FocusEvent, CustomEvent } = window;

  class ControlElement extends HTMLElement {
    static formAssociated = true;
    static observedAttributes = controlAttributes;
    #internals = this.attachInternals();
    #control: Control = createControl(kind);
    #parts: { host: HTMLElement; twin: Twin } | undefined;
    #state: ElementState | undefined;
    #value = '';
    #turn = 0;
    #unmount = () => {};

    connectedCallback(): void {
      this.#unmount = this.#mount();
    }
    disconnectedCallback(): void {
      this.#unmount();
    }
    connectedMoveCallback(): void {}
    attributeChangedCallback(name: string): void {
      if (name === 'token') this.#setValue(this.getAttribute('token') ?? '');
      if (name === 'style') this.#setStyle();
      this.#update();
    }
    formAssociatedCallback(form: HTMLFormElement | null): void {
      const page = pageOf(this);
      if (form && page) storeFirst(form, page);
    }
    formDisabledCallback(): void {
      this.#update();
    }
    formResetCallback(): void {
      // The engine hears of it too.
      this.#setValue(this.getAttribute('token') ?? '');
    }

    #make(): { host: HTMLElement; twin: Twin } {
      if (this.#parts) return this.#parts;
      const host = this.ownerDocument.createElement('span');
      const twin = this.ownerDocument.createElement(kind);
      for (const [name, value] of Object.entries(twinAttributes)) twin.setAttribute(name, value);
      twin.setAttribute('data-lunasec', kind);
      host.append(twin);
      this.append(host);
      this.#parts = { host, twin };
      this.#setStyle();
      return this.#parts;
    }

    #mount(): () => void {
      const page = pageOf(this);
      if (!page) {
        const message = 'A secure element needs a <lunasec-page> around it, or before it in the document.';
        this.#fail({ problem: { code: 'UNAVAILABLE', message }, refresh: undefined });
        return () => {};
      }
      dress(this.getRootNode());
      const { host, twin } = this.#make();
      this.#update();
      if (this.form) storeFirst(this.form, page);
      this.#control.arrange(host, twin);
      const unmount = this.#control.mount(page, this);
      const focus = () => this.focus();
      this.addEventListener('click', focus);
      return () => {
        this.removeEventListener('click', focus);
        unmount();
      };
    }

    #setStyle(): void {
      if (!this.#parts) return;
      const { style } = this.#parts.twin;
      style.cssText = this.getAttribute('style') ?? '';
      // Seen by nobody, and it has its final look at once.
      for (const [name, value] of [
        ['visibility', 'hidden'],
        ['transition', 'none'],
        ['animation', 'none'],
      ] as const)
        style.setProperty(name, value);
    }

    #update(): void {
      const props = propsOf(this);
      if (this.#parts) {
        const { twin } = this.#parts;
        twin.className = props.className ?? '';
        twin.hidden = props.hidden ?? false;
        twin.disabled = this.disabled;
        twin.readOnly = props.readOnly ?? false;
        twin.placeholder = props.placeholder ?? '';
        twin.toggleAttribute('data-lunasec-required', props.required ?? false);
        for (const name of ['type', 'size', 'rows', 'cols', 'dir', 'lang']) {
          const value = this.getAttribute(name);
          if (value === null) twin.removeAttribute(name);
          else twin.setAttribute(name, value);
        }
      }
      this.#control.update({
        ...props,
        // Without the attribute it shows nothing, whatever it showed before.
        token: props.token ?? null,
        onChange: ({ target }) => {
          this.#setValue(target.value);
          this.dispatchEvent(new Event('change', { bubbles: true }));
        },
        onFocus: () => this.dispatchEvent(new FocusEvent('focus')),
        onBlur: () => this.dispatchEvent(new FocusEvent('blur')),
        onValidate: (valid, code) =>
          this.dispatchEvent(new CustomEvent('validate', { detail: { valid, code } })),
        onState: (state) => {
          this.#state = state;
          this.#judge(state);
        },
        onError: (problem, help) => this.#fail({ problem, ...help }),
        onRefused: () => {
          this.#setValidity(this.#state?.invalid ?? 'VALIDATOR_MISMATCH');
          this.reportValidity();
        },
      });
    }

    #setValue(token: string): void {
      this.#value = token;
      this.#internals.setFormValue(token || null);
    }
    /**
     * A browser does not submit a form with an invalid control, so an outdated verdict must not count: while somebody edits the
     * field it passes, and what they leave there is asked about.
     */
    #judge({ dirty, focused, invalid }: ElementState): void {
      const turn = ++this.#turn;
      if (!dirty) return this.#setValidity(invalid);
      this.#setValidity(null);
      if (focused) return;
      this.#control.validate().then(
        (valid) => {
          if (!valid && turn === this.#turn) this.#setValidity(this.#state?.invalid ?? null);
        },
        () => undefined,
      );
    }
    #setValidity(code: InvalidCode | null): void {
      if (code === null) return this.#internals.setValidity({});
      const frame = this.#parts?.host.querySelector('iframe') ?? undefined;
      this.#internals.setValidity({ [flags[code]]: true }, 'Check this value.', frame);
    }
    #fail(detail: object): void {
      this.dispatchEvent(new CustomEvent('error', { detail }));
    }

    get value(): string {
      return this.#value;
    }
    set value(token: string | null) {
      if (token) this.setAttribute('token', token);
      else this.removeAttribute('token');
    }
    get disabled(): boolean {
      return this.hasAttribute('disabled');
    }
    set disabled(disabled: boolean) {
      this.toggleAttribute('disabled', disabled);
    }
    get state() {
      return this.#state;
    }
    get form() {
      return this.#internals.form;
    }
    get labels() {
      return this.#internals.labels;
    }
    get validity() {
      return this.#internals.validity;
    }
    get validationMessage() {
      return this.#internals.validationMessage;
    }
    get willValidate() {
      return this.#internals.willValidate;
    }
    checkValidity(): boolean {
      return this.#internals.checkValidity();
    }
    reportValidity(): boolean {
      return this.#internals.reportValidity();
    }
    override focus(): void {
      this.#control.focus();
    }
    override blur(): void {
      this.#control.blur();
    }
    select(): void {
      this.#control.select();
    }
    clear(): void {
      this.#control.clear();
    }
    reset(): void {
      this.#control.reset();
      this.formResetCallback();
    }
    validate(): Promise<boolean> {
      return this.#control.validate();
    }
    async tokenize(...batch: Parameters<Control['tokenize']>): Promise<string | null> {
      const token = await this.#control.tokenize(...batch);
      this.#setValue(token ?? '');
      return token;
    }
  }
  reflect(
    ControlElement.prototype,
    controlAttributes.filter((name) => name !== 'disabled'),
  );
  return ControlElement;
}
