import type { InputProps, TextAreaProps } from '../core/index.js';

type Props = InputProps & TextAreaProps;
type Kind = 'text' | 'flag' | 'number' | 'boolean';

/** HTML attribute → the engine's name for it and how it reads. */
const common: Record<string, [keyof Props, Kind]> = {
  token: ['token', 'text'],
  class: ['className', 'text'],
  style: ['style', 'text'],
  hidden: ['hidden', 'flag'],
  title: ['title', 'text'],
  dir: ['dir', 'text'],
  lang: ['lang', 'text'],
  tabindex: ['tabIndex', 'number'],
  revealable: ['revealable', 'flag'],
  copyable: ['copyable', 'flag'],
  conceal: ['conceal', 'number'],
  'hide-after': ['hideAfter', 'number'],
  'aria-label': ['aria-label', 'text'],
  'aria-labelledby': ['aria-labelledby', 'text'],
};

const ofControls: Record<string, [keyof Props, Kind]> = {
  ...common,
  name: ['name', 'text'],
  form: ['form', 'text'],
  type: ['type', 'text'],
  placeholder: ['placeholder', 'text'],
  required: ['required', 'flag'],
  disabled: ['disabled', 'flag'],
  readonly: ['readOnly', 'flag'],
  autocomplete: ['autoComplete', 'text'],
  autocapitalize: ['autoCapitalize', 'text'],
  autofocus: ['autoFocus', 'flag'],
  enterkeyhint: ['enterKeyHint', 'text'],
  inputmode: ['inputMode', 'text'],
  spellcheck: ['spellCheck', 'boolean'],
  maxlength: ['maxLength', 'number'],
  minlength: ['minLength', 'number'],
  pattern: ['pattern', 'text'],
  min: ['min', 'text'],
  max: ['max', 'text'],
  step: ['step', 'text'],
  size: ['size', 'number'],
  rows: ['rows', 'number'],
  cols: ['cols', 'number'],
  'max-rows': ['maxRows', 'number'],
  mask: ['mask', 'text'],
  validator: ['validator', 'text'],
  'aria-describedby': ['aria-describedby', 'text'],
  'aria-description': ['aria-description', 'text'],
  'aria-errormessage': ['aria-errormessage', 'text'],
  'aria-invalid': ['aria-invalid', 'text'],
};

/** Texts of the buttons: `reveal-label` and so on. */
const labels = ['reveal', 'hide', 'copy', 'copied'] as const;
const labelAttributes = labels.map((name) => `${name}-label`);

export const textAttributes = [...Object.keys(common), ...labelAttributes];
export const controlAttributes = [...Object.keys(ofControls), ...labelAttributes];

const read: Record<Kind, (value: string) => unknown> = {
  text: (value) => value,
  flag: () => true,
  boolean: (value) => value !== 'false',
  number: (value) => (/^-?\d+$/.test(value.trim()) ? Number(value) : undefined),
};

/** What an element's attributes say, in the engine's words. What is malformed is as if it were not there. */
export function propsOf(element: HTMLElement): Props {
  const entries = Object.entries(ofControls).flatMap(([attribute, [prop, kind]]) => {
    const value = element.getAttribute(attribute);
    return value === null ? [] : [[prop, read[kind](value)] as const];
  });
  const texts = labels.flatMap((name) => {
    const value = element.getAttribute(`${name}-label`);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(entries),
    ...(texts.length > 0 && { labels: Object.fromEntries(texts) }),
  };
}

/** Attributes that have a property of another name, as those of native elements do. Those that every element has are left out. */
const properties: Record<string, string> = {
  readonly: 'readOnly',
  maxlength: 'maxLength',
  minlength: 'minLength',
};
const native = ['class', 'style', 'form', 'tabindex', 'autocapitalize', 'autofocus', 'spellcheck'];
const inherited = ['hidden', 'title', 'dir', 'lang', 'enterkeyhint', 'inputmode', ...native];

/** Gives a class a property for each attribute, which reads and writes that. */
export function reflect(prototype: object, attributes: readonly string[]): void {
  for (const attribute of attributes) {
    if (inherited.includes(attribute) || attribute.startsWith('aria-')) continue;
    const [, kind = 'text'] = ofControls[attribute] ?? [];
    const name =
      properties[attribute] ?? attribute.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: HTMLElement) {
        const value = this.getAttribute(attribute);
        if (kind === 'flag') return value !== null;
        return value === null ? (kind === 'number' ? undefined : '') : read[kind](value);
      },
      set(this: HTMLElement, value: unknown) {
        if (value === false || value === null || value === undefined) this.removeAttribute(attribute);
        else this.setAttribute(attribute, kind === 'flag' ? '' : String(value));
      },
    });
  }
}
