/** What a browser gives a form-associated custom element and jsdom does not, as far as these elements use it. */
interface Internals {
  value: unknown;
  flags: ValidityStateFlags;
  message: string;
}
const known = new WeakMap<Element, Internals>();

export function installInternals(): void {
  HTMLElement.prototype.attachInternals = function (this: HTMLElement) {
    const internals: Internals = { value: null, flags: {}, message: '' };
    known.set(this, internals);
    const check = () => {
      const valid = Object.values(internals.flags).every((flag) => !flag);
      if (!valid) this.dispatchEvent(new Event('invalid', { cancelable: true }));
      return valid;
    };
    const host = () => this;
    return {
      get form() {
        return host().closest('form');
      },
      get labels() {
        return host().ownerDocument.querySelectorAll(`label[for="${host().id}"]`);
      },
      willValidate: true,
      get validity() {
        return internals.flags;
      },
      get validationMessage() {
        return internals.message;
      },
      setFormValue(value: unknown) {
        internals.value = value;
      },
      setValidity(flags: ValidityStateFlags, message = '') {
        Object.assign(internals, { flags, message });
      },
      checkValidity: check,
      reportValidity: check,
    } as unknown as ElementInternals;
  };
}

/** What the element puts into the data of its form; null: nothing. */
export const formValueOf = (element: Element): unknown => known.get(element)?.value;
