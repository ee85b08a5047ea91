import type { ElementKind } from '@lunasec/secure-frame/protocol';

/** What a twin wears while the element in its frame is in a state: see `states.ts`. */
export const stateAttributes = {
  focus: 'data-lunasec-focused',
  hover: 'data-lunasec-hovered',
  invalid: 'data-lunasec-invalid',
} as const;
export type State = keyof typeof stateAttributes;

/** The same for what is invalid once somebody has had to do with it. */
export const userInvalid = 'data-lunasec-user-invalid';

/** Puts a twin into a state, or out of it. One that is invalid is also no longer `:valid`; it belongs to no form. */
export function setState(twin: HTMLElement, attribute: string, on: boolean): void {
  twin.toggleAttribute(attribute, on);
  if (attribute === stateAttributes.invalid)
    (twin as Partial<HTMLInputElement>).setCustomValidity?.(on ? 'invalid' : '');
}

export const takesInput = (kind: ElementKind): boolean => kind === 'input' || kind === 'textarea';
