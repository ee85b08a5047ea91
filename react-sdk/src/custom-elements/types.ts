import type {
  ElementState,
  InputType,
  InvalidCode,
  Problem,
  ValidatorName,
} from '@lunasec/secure-frame/protocol';
import type { ProblemHelp, SecureField, Session } from '../core/index.js';

/** `<lunasec-page application-id tokenizer-url app-path>`: what the elements inside it, or else of its document, share. */
export interface LunaSecPageElement extends HTMLElement {
  /** The page's session; a `session` event tells that it changed. */
  readonly session: Session;
  /** Makes a session anew: call it after a login or logout that did not load the page. */
  renew(): void;
  /** Asks the app's server for its data again, which renews the read grants of the tokens in it. */
  refresh: (() => unknown) | undefined;
}

interface SecureElement extends HTMLElement {
  /** The stored value to show. */
  token: string;
  revealable: boolean;
  copyable: boolean;
  conceal: number | undefined;
  hideAfter: number | undefined;
  revealLabel: string;
  hideLabel: string;
  copyLabel: string;
  copiedLabel: string;
  addEventListener<K extends keyof SecureElementEventMap>(
    type: K,
    listener: (this: this, event: SecureElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** Beside the events of every element. */
export interface SecureElementEventMap extends Omit<HTMLElementEventMap, 'error'> {
  /** Something failed in this element. */
  error: CustomEvent<{ problem: Problem } & ProblemHelp>;
  /** The verdict on the content, at first and each time it changes. */
  validate: CustomEvent<{ valid: boolean; code: InvalidCode | null }>;
}

/** A form control whose value is a token. Fires `change`, `invalid`, `validate`, `focus`, `blur` and `error`. */
interface SecureControlElement extends SecureElement, Omit<SecureField, 'focus' | 'blur'> {
  /** The token: the one made at the last submission, or the one given. Setting it shows another one. */
  value: string;
  name: string;
  placeholder: string;
  required: boolean;
  disabled: boolean;
  readOnly: boolean;
  autocomplete: string;
  maxLength: number | undefined;
  minLength: number | undefined;
  validator: ValidatorName | '';
  readonly form: HTMLFormElement | null;
  readonly labels: NodeList;
  readonly validity: ValidityState;
  readonly validationMessage: string;
  readonly willValidate: boolean;
  /** All that a page may know of the content; undefined before the frame is there. */
  readonly state: ElementState | undefined;
  checkValidity(): boolean;
  reportValidity(): boolean;
}

export interface LunaSecInputElement extends SecureControlElement {
  type: InputType | '';
  pattern: string;
  min: string;
  max: string;
  step: string;
  size: number | undefined;
  mask: string;
}

export interface LunaSecTextAreaElement extends SecureControlElement {
  rows: number | undefined;
  cols: number | undefined;
  maxRows: number | undefined;
}

export interface LunaSecTextElement extends SecureElement {
  /** Shows the token again after a failure, with a renewed read grant if that can help. */
  retry(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'lunasec-page': LunaSecPageElement;
    'lunasec-input': LunaSecInputElement;
    'lunasec-textarea': LunaSecTextAreaElement;
    'lunasec-paragraph': LunaSecTextElement;
    'lunasec-span': LunaSecTextElement;
  }
}
