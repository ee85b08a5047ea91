import type {
  ElementAttributes,
  ElementState,
  InvalidCode,
  Problem,
  ValidatorName,
} from '@lunasec/secure-frame/protocol';
import type { ProblemHelp } from './element.js';

/** Like an event of an input, but what the page gets as `value` is a token. */
export interface SecureChangeEvent {
  type: 'change';
  /** `value`: the token, or an empty string for an empty field. */
  target: { name: string; value: string };
}
export interface SecureFocusEvent {
  type: 'focus' | 'blur';
  target: { name: string };
}

/** What an app says about a secure element, named as React names it. */
export interface ElementProps extends Pick<
  ElementAttributes,
  'dir' | 'lang' | 'revealable' | 'copyable' | 'conceal' | 'hideAfter' | 'labels'
> {
  /** On the element that wears the classes, for `<label for>` and style sheets. */
  id?: string | undefined;
  /** The frame's look and the size of its place come from these, as with a real element. */
  className?: string | undefined;
  style?: object | undefined;
  hidden?: boolean | undefined;
  /** A field's description, if it has no other. */
  title?: string | undefined;
  /** The element's name to assistive technology, and the frame's title. Default: the text of its labels. */
  'aria-label'?: string | undefined;
  'aria-labelledby'?: string | undefined;
  tabIndex?: number | undefined;
  /**
   * The stored value to show. In a field, a token that becomes `null` or empty clears it, with what was typed over it; one that
   * becomes `undefined`, as while data is loading, leaves what was typed.
   */
  token?: string | null | undefined;
  /** A button that shows a concealed value, and hides it again. */
  revealable?: boolean | undefined;
  /** A button that copies the value, without the page learning it. */
  copyable?: boolean | undefined;
  /** Shows a value as •, but for this many last letters or digits, until it is revealed. 0 to 64. */
  conceal?: number | undefined;
  /** Seconds after which a revealed value hides again. 1 to 3600. */
  hideAfter?: number | undefined;
  /** Texts of the buttons, each up to 100 characters. */
  labels?: ElementAttributes['labels'];
  /**
   * Something failed in this element: showing its token, storing its value, or the frame did not start. `refresh` is given
   * where renewed read grants may help.
   */
  onError?: ((problem: Problem, help: ProblemHelp) => void) | undefined;
}

export interface ControlProps extends ElementProps {
  name?: string | undefined;
  /** Id of the form it belongs to. Default: the form around it. */
  form?: string | undefined;
  placeholder?: string | undefined;
  required?: boolean | undefined;
  disabled?: boolean | undefined;
  readOnly?: boolean | undefined;
  autoComplete?: string | undefined;
  autoCapitalize?: string | undefined;
  autoFocus?: boolean | undefined;
  enterKeyHint?: ElementAttributes['enterKeyHint'];
  inputMode?: ElementAttributes['inputMode'];
  spellCheck?: boolean | undefined;
  /** In UTF-16 units. Constraints (`type`, `pattern`, lengths, ranges, `mask`, `validator`) are those of the first render for good. */
  maxLength?: number | undefined;
  minLength?: number | undefined;
  /** Checked inside the frame, besides the other constraints. */
  validator?: ValidatorName | undefined;
  'aria-describedby'?: string | undefined;
  'aria-description'?: string | undefined;
  /** Id of the element whose text says what is wrong, while `aria-invalid`. */
  'aria-errormessage'?: string | undefined;
  'aria-invalid'?: boolean | 'true' | 'false' | 'grammar' | 'spelling' | undefined;
  /** The form is being submitted and the value is stored: `event.target.value` is its token. */
  onChange?: ((event: SecureChangeEvent) => void) | undefined;
  onFocus?: ((event: SecureFocusEvent) => void) | undefined;
  onBlur?: ((event: SecureFocusEvent) => void) | undefined;
  /**
   * The verdict on the content, at first and each time it changes; `code` is the constraint that it breaks, null if none. Not
   * told at each key, which would tell keys apart.
   */
  onValidate?: ((valid: boolean, code: InvalidCode | null) => void) | undefined;
  /** It was to be stored, and is not valid. */
  onRefused?: (() => void) | undefined;
  /** All that a page may know of the content, each time it changes. */
  onState?: ((state: ElementState) => void) | undefined;
}

export interface InputProps extends ControlProps {
  type?: ElementAttributes['type'];
  pattern?: string | undefined;
  /** Of a number. */
  min?: number | string | undefined;
  max?: number | string | undefined;
  step?: number | string | undefined;
  /** Width in characters. */
  size?: number | undefined;
  /** A form to type into: `#` is a digit, `A` a letter, `*` either, anything else itself. Up to 64 characters. */
  mask?: string | undefined;
}

export interface TextAreaProps extends ControlProps {
  /** Height in lines, and width in characters. */
  rows?: number | undefined;
  cols?: number | undefined;
  /** Grows with its text from `rows` up to this many lines. 1 to 1000. */
  maxRows?: number | undefined;
}

/** What goes to a frame: its own attributes only take what they know, but what is no attribute need not travel. */
const stays = /-|^(token|id|name|className|size|cols|form|hidden|title|tabIndex|auto[Ff]ocus|validator)$/;

export function attributesOf(props: InputProps & TextAreaProps): ElementAttributes {
  const invalid = props['aria-invalid'];
  return {
    ...Object.fromEntries(
      Object.entries(props).flatMap(([name, value]: [string, unknown]) =>
        stays.test(name) || !/^[sbn]/.test(typeof value)
          ? []
          : [[name, /^(min|max|step)$/.test(name) ? String(value) : value]],
      ),
    ),
    labels: props.labels,
    ariaLabel: props['aria-label'],
    ariaDescription: props['aria-description'],
    ariaInvalid: invalid === undefined ? undefined : String(invalid) !== 'false',
  };
}
