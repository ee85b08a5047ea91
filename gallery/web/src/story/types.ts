import type { ReactNode } from 'react';
import type { Look } from '../preview/themes.js';

interface Base<Kind extends string, Value> {
  kind: Kind;
  label: string;
  initial: Value;
  /** Shown beneath the control. */
  hint?: string;
  /** A constraint of the first render for good: another value makes a new element. */
  fixed?: boolean;
}
export type Control =
  | Base<'toggle', boolean>
  | (Base<'choice', string> & { options: readonly string[] })
  | Base<'text', string>
  | (Base<'number', number | undefined> & { min: number; max: number })
  /** One of the values that this session stored; its value is the token. */
  | (Base<'token', undefined> & { of: 'text' | 'file' });

export type Controls = Readonly<Record<string, Control>>;

export type ValueOf<C extends Control> = C extends { kind: 'choice'; options: readonly (infer Option)[] }
  ? Option
  : C extends { kind: 'toggle' }
    ? boolean
    : C extends { kind: 'text' }
      ? string
      : C extends { kind: 'number' }
        ? number | undefined
        : string | undefined;
export type Values<C extends Controls> = { [Name in keyof C]: ValueOf<C[Name]> };

/** What a page learns from a secure field, ready to be spread on it. Each call is written to the event log. */
export interface Handlers {
  onChange(event: { target: { value: string; values?: string[] } }): void;
  onFocus(): void;
  onBlur(): void;
  onValidate(valid: boolean, code?: string | null): void;
  onError(problem: Failure): void;
}
export interface Failure {
  code: string;
  message: string;
}

/** What surrounds a rendered story. */
export interface Preview {
  /** Class names of the theme. */
  look: Look;
  /** Ids are unique in the document. */
  id(name: string): string;
  /** Writes to the event log. */
  say(event: string, detail?: unknown): void;
  /** Handlers for the field of this name; what they learn is stored with the story's form. */
  handlers(name: string): Handlers;
  /** By field, the tokens that `onChange` told and the server does not hold yet. */
  tokens(): Record<string, string>;
  /** Sends tokens to the gallery's server, which keeps them for this session. Rejects if it refuses them. */
  store(values: Record<string, string>): Promise<void>;
}

/** One example: data, and two functions of the values of its controls. */
export interface Story<C extends Controls = Controls> {
  /** Unique on its page, part of the address. */
  id: string;
  title: string;
  about: string;
  controls: C;
  /**
   * `around` (default): the gallery wraps the story in a form with Store and Show. `own`: it brings its own. `none`: nothing is
   * stored here.
   */
  form?: 'around' | 'own' | 'none';
  render(props: Values<C>, preview: Preview): ReactNode;
  /** What Show shows of a value that was stored here. Default: a SecureParagraph. */
  shown?(token: string, label: string, preview: Preview): ReactNode;
  /** Of the code; default `tsx`. */
  language?: 'tsx' | 'html';
  /** The code that does this. */
  code(props: Values<C>, look: Look): string;
}

export interface Page {
  id: string;
  title: string;
  stories: readonly Story[];
}

/** Only infers the types of a story's controls. */
export const story = <const C extends Controls>(story: Story<C>): Story => story as unknown as Story;

interface Extra {
  hint?: string;
  fixed?: boolean;
}
export const toggle = (label: string, initial = false, extra: Extra = {}) =>
  ({ kind: 'toggle', label, initial, ...extra }) as const;
export const choice = <const Options extends readonly string[]>(
  label: string,
  options: Options,
  initial: Options[number],
  extra: Extra = {},
) => ({ kind: 'choice', label, options, initial, ...extra }) as const;
export const text = (label: string, initial = '', extra: Extra = {}) =>
  ({ kind: 'text', label, initial, ...extra }) as const;
export const number = (
  label: string,
  initial: number | undefined,
  [min, max]: readonly [number, number],
  extra: Extra = {},
) => ({ kind: 'number', label, initial, min, max, ...extra }) as const;
export const token = (label = 'token', of: 'text' | 'file' = 'text', extra: Extra = {}) =>
  ({ kind: 'token', label, of, initial: undefined, ...extra }) as const;
